"""The names that a person may use in an expression: only what they may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from customary.engine.access.access import Access
from customary.engine.expressions.types import Names, Type
from customary.engine.working import Calendar


@dataclass(frozen=True)
class Readable:
    """`names` of `entity` without the fields and entities that `access` hides, as if they did not exist."""

    names: Names
    entity: str
    access: Access

    @property
    def apart(self) -> bool:
        return self.names.apart

    def type_of(self, name: str) -> Type | None:
        return None if name in self.access.hidden(self.entity) else self.names.type_of(name)

    def member(self, entity: str, name: str) -> Type | None:
        if entity in self.access.model.entities and (name in self.access.hidden(entity) or not self._may_read(entity)):
            return None
        return self.names.member(entity, name)

    def has_entity(self, name: str) -> bool:
        return self.names.has_entity(name) and self._may_read(name)

    def calendar(self, name: str) -> Calendar | None:
        return self.names.calendar(name)

    def calendars(self) -> Iterable[str]:
        return self.names.calendars()

    def known(self, entity: str | None = None) -> Iterable[str]:
        hidden = self.access.hidden(entity or self.entity)
        return [name for name in self.names.known(entity) if name not in hidden]

    def _may_read(self, entity: str) -> bool:
        # Everyone may use their own record in expressions (`user.team`).
        people = self.access.model.playing("user")
        return self.access.may(entity, "read") or (people is not None and entity == people.name)
