"""A record on its way into the database: what it was, what it shall be, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from customary.engine.model.pipeline import Pipeline
from customary.engine.records.refusal import FieldProblem
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer.shape import Shape
from customary.engine.words import Reason


@dataclass
class Draft:
    """One record being written. `before` is None while it is created."""

    work: Work
    shape: Shape
    id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any]
    given: Mapping[str, Any]
    inside: tuple[str, int] | None = None
    """The parent's lines field and the row's position in it, for a child row."""
    parent: Draft | None = None
    """The draft of the record this row is edited inside."""
    sure: frozenset[UUID] = frozenset()
    """Records that need no look when they are linked to: the platform itself put them there a moment ago."""
    children: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    entered: tuple[Pipeline, str] | None = None
    """The stage this write moves it into."""
    lines: dict[str, list[Draft]] = field(default_factory=dict)
    """The drafts of given child rows by lines field."""
    dropped: list[Draft] = field(default_factory=list)
    """Child rows that were left out, and so are deleted."""

    def __post_init__(self) -> None:
        # What is kept is worked out anew from what is being written, whenever a rule asks for it.
        for each in self.shape.derived:
            self.after.pop(each.name, None)

    @property
    def entity(self) -> str:
        return self.shape.entity.name

    @property
    def is_new(self) -> bool:
        return self.before is None

    @cached_property
    def scope(self) -> RecordScope:
        old = dict(self.before) if self.before is not None else {"id": self.id}
        scope = RecordScope(self.work, self.entity, self.after, old)
        if self.parent is not None:
            scope.put(self.parent.entity, self.parent.after)
        return scope

    def refuse(self, at: str | None, text: str, /, **values: object) -> None:
        """Notes a problem; `text` completes the label of the field `at`."""
        self.refuse_because(at, Reason(text, values))

    def refuse_because(self, name: str | None, reason: Reason) -> None:
        each = self.shape.entity.fields.get(name) if name else None
        label = each.label if each is not None else self.shape.entity.label
        within, row = self.inside or (None, None)
        problem = FieldProblem(name, reason, label, within, row)
        if problem not in self.problems:
            self.problems.append(problem)

    def changed(self, name: str) -> bool:
        """Whether the value of a field differs from what it was."""
        if self.before is None:
            return not is_empty(self.after.get(name))
        return self.after.get(name) != self.before.get(name)

    @property
    def changes(self) -> frozenset[str]:
        """The recorded fields whose values differ from what they were."""
        return frozenset(each.name for each in self.shape.recorded if self.changed(each.name))


def is_empty(value: Any) -> bool:
    """Whether a field with this value counts as not filled in."""
    return not value and (value is None or value == () or value == "" or value == [])
