"""What a person may be told: texts are filled in with what their reader may know, and with dots for the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from customary.engine.access.hidden import target_of
from customary.engine.automation.acting import Acting
from customary.engine.expressions import Expression, Template
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.scope import RecordScope

DOTS = "•••"


def for_reader(acting: Acting, given: Any, user: UUID) -> Any:
    """A text whose holes over what `user` may not read hold dots."""
    actor = actor_of_user(acting.work.connection, user, acting.work.release)
    if not isinstance(given, Template) or actor is None or acting.scope.record is None:
        return given
    entity, record = acting.moment.entity, acting.scope.record
    scope = RecordScope(replace(acting.work, actor=actor), entity, dict(record.values_by_name))
    parts = (part if isinstance(part, str) or _may_know(scope, entity, part) else DOTS for part in given.parts)
    return replace(given, parts=tuple(parts))


def _may_know(scope: RecordScope, entity: str, hole: Expression) -> bool:
    """Whether all that a hole reads may be read by who acts in the scope."""
    access = scope.work.access
    elsewhere = ((root, path) for root, path in hole.beyond)
    if not all(access.unrestricted(root, "read") and not access.hides(root, path) for root, path in elsewhere):
        return False
    return all(_may_follow(scope, entity, scope.record, path) for path in hole.paths)


def _may_follow(scope: RecordScope, entity: str, record: Any, path: tuple[str, ...]) -> bool:
    """Whether each record on a path may be read, and each field. Of a list all that there is must be open."""
    access = scope.work.access
    if access.hides(entity, path) or not access.holds(entity, "read", scope.about(record)):
        return False
    name, *further = path
    each = scope.work.model.entities[entity].fields.get(name)
    if each is None or each.points in ("many", "inside"):
        to = target_of(scope.work.model, entity, name)
        return to is None or access.unrestricted(to, "read")
    if not further or each.points != "one":
        return not further
    there = scope.follow(entity, name, record)
    return there is None or _may_follow(scope, each.to, there, tuple(further))
