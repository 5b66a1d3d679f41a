"""Prints a document about the record and files it there: `create_document: {document: offer, into: papers}`.

It is printed after the run's writes are kept. With `as:` the run waits for it: `sent` says whether it is filed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done, Pause, plain
from customary.engine.automation.outside.documents import filled_in
from customary.engine.automation.outside.outcome import outcome
from customary.engine.messages import put_document, written_by


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    language = _language(step, acting)
    document, sheet = filled_in(acting, step["document"], language)
    put_document(
        acting.work,
        document,
        sheet,
        into=step["into"],
        about=acting.about,
        run=acting.run,
        position=acting.position,
    )
    given = {"document": document.name, "title": sheet.title, "language": language}
    if step["as"]:
        raise Pause(None, given)
    return Done(input=given)


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """What became of the document."""
    letter = written_by(acting.work.connection, acting.run, acting.position)[-1]
    told = outcome(letter)
    given = {"document": letter.name, "title": letter.subject, "language": letter.language}
    return Done(input=given, result={**plain(told), "message_id": str(letter.id)}, binds=told)


def _language(step: Mapping[str, Any], acting: Acting) -> str:
    """The one that is said, else that of the record, else the workspace's first."""
    offered = acting.work.model.settings.languages
    fields = acting.work.model.entities[acting.about[0]].fields
    said = acting.value(step.get("language"))
    speaks = acting.scope.record["language"] if "language" in fields else None
    return next((each for each in (said, speaks) if each in offered), offered[0])
