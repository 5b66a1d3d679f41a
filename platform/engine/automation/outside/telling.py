"""What a person may be told: texts are filled in with what their reader may know, and with dots for the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from customary.engine.automation.acting import Acting
from customary.engine.expressions import Template
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.scope import RecordScope
from customary.engine.records.told import Told, may_know_now

DOTS = "•••"


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
