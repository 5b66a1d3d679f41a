"""What a person may be told: texts are filled in with what their reader may know, and with dots for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from customary.engine.automation.acting import Acting
from customary.engine.expressions import Expression, Template
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.scope import RecordScope
from customary.engine.records.told import DOTS, Texts, Told, may_know_now


def for_reader(acting: Acting, given: Any, user: UUID) -> Any:
    """A text whose holes over what `user` may not read hold dots."""
    actor = actor_of_user(acting.work.connection, user, acting.work.release)
    if not isinstance(given, Template) or actor is None:
        return given
    reader, telling = RecordScope(replace(acting.work, actor=actor)), acting.telling(Told())

    def may_know(hole: Any) -> bool:
        telling.scope.told = Told()
        telling.text(replace(given, parts=(hole,)))
        return may_know_now(reader, telling.scope.told)

    parts = (part if isinstance(part, str) or may_know(part) else DOTS for part in given.parts)
    return replace(given, parts=tuple(parts))


def for_readers(acting: Acting, texts: Mapping[str, Any]) -> Texts:
    """A text in each language of the workspace, whose holes say what they tell: nobody knows yet who will read it."""
    return {each: _in_parts(acting, acting.chosen(texts, each), each) for each in acting.work.model.settings.languages}


def _in_parts(acting: Acting, given: Any, language: str) -> str | list[Any]:
    if isinstance(given, Expression):
        given = Template(given.text, (given,))
    if not isinstance(given, Template):
        return str(given)
    return [part if isinstance(part, str) else _hole(acting, part, language) for part in given.parts]


def _hole(acting: Acting, hole: Expression, language: str) -> dict[str, Any]:
    told = Told()
    text = acting.telling(told).text(hole, language)
    return {"text": text, "tells": told.to_json(acting.work, None)}
