"""What the names in expressions mean: fields, inverses, and what a place binds (`user`, `old`, `payload`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from customary.engine.expressions.types import ANCESTORS, DATETIME, DESCENDANTS, Branch, ListOf, Record, Type
from customary.engine.fields import Field
from customary.engine.model.entity import Inverse
from customary.engine.working import Calendar

ANY: Mapping[str, Type] = {"id": Record(), "created_at": DATETIME, "updated_at": DATETIME}
"""What the records of all entities share: the members of an `any_link`."""


@dataclass
class World:
    """The members of every entity, as far as they are known while a model is compiled."""

    members: dict[str, dict[str, Type]] = field(default_factory=lambda: {"": dict(ANY)})
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar: str = ""
    """The calendar that counts where none is named; "" where there is none, or none of many was chosen."""

    def declare(
        self, entity: str, fields: Iterable[Field], inverses: Iterable[Inverse], tree: str | None = None
    ) -> None:
        """Gives an entity its members; `tree` is the link that makes its records one."""
        own = {each.name: each.value_type for each in fields}
        own |= {each.name: ListOf(item=Record(entity=each.entity)) for each in inverses}
        if tree:
            own |= dict.fromkeys((ANCESTORS, DESCENDANTS), Branch(item=Record(entity=entity), by=tree))
        own["id"] = Record(entity=entity)  # a record's id is compared as the record itself is
        self.members[entity] = own

    @property
    def entities(self) -> list[str]:
        return [name for name in self.members if name]


@dataclass(frozen=True)
class ModelNames:
    """The names that an expression over a record of `entity` may use (`entity` is "" where there is no record)."""

    world: World
    entity: str = ""
    bindings: Mapping[str, Type] = field(default_factory=dict)
    shapes: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    """What may be read of those bindings that are no records: what came from outside."""
    apart: bool = False
    """Whether `record` is the workflow's record, and bare names are those of another one."""

    def type_of(self, name: str) -> Type | None:
        return self.bindings.get(name) or (self.member(self.entity, name) if self.entity else None)

    def member(self, entity: str, name: str) -> Type | None:
        return self._members(entity).get(name)

    def has_entity(self, name: str) -> bool:
        return bool(name) and name in self.world.members

    def calendar(self, name: str) -> Calendar | None:
        return self.world.calendars.get(name or self.world.calendar)

    def calendars(self) -> Iterable[str]:
        return self.world.calendars

    def known(self, entity: str | None = None) -> Iterable[str]:
        if entity is not None:
            return self._members(entity)
        return [*self.bindings, *(self.world.members.get(self.entity, {}) if self.entity else ())]

    def of_others(self, entity: str) -> ModelNames:
        """The names over records of `entity` that are looked for on behalf of the record at hand."""
        bindings = {name: kind for name, kind in self.bindings.items() if name != "old"}
        return replace(self, entity=entity, bindings=bindings, apart=True)

    def with_bindings(self, more: Mapping[str, Type]) -> ModelNames:
        """The same names and more: results of a workflow's earlier steps."""
        return replace(self, bindings={**self.bindings, **more})

    def with_shape(self, name: str, called: str, shape: Mapping[str, Type]) -> ModelNames:
        """The same names and one more, of which the names of a shape may be read; problems call it as it is `called`,
        which is no name of an entity."""
        more = {**self.bindings, name: Record(entity=called)}
        return replace(self, bindings=more, shapes={**self.shapes, called: shape})

    def _members(self, entity: str) -> Mapping[str, Type]:
        return self.shapes.get(entity) or self.world.members.get(entity, {})
