"""Conversions of whole fields: what the records' old values become, a batch at a time, and which of them do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.visitors import iterate

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.fields.linked import identifier
from customary.engine.plan.changes.convert import GROUP, LOSSLESS, REFUSED, Way, convert, is_whole, way
from customary.engine.plan.changes.values import is_empty, values_for, values_of, work_on
from customary.engine.tables import EntityTable, Tables

if TYPE_CHECKING:
    pass


Limit = Callable[[sa.Connection, Sequence[UUID]], Sequence[UUID]]
"""Which of some records a conversion concerns."""


class Misfit(NamedTuple):
    """A value that does not fit. `becomes` is what is left of it; the original stays in its old column."""

    record: UUID
    value: Any
    becomes: Any


class Tried(NamedTuple):
    """How many values were looked at, and those of them that do not fit."""

    count: int
    misfits: list[Misfit]


@dataclass(frozen=True, kw_only=True, eq=False)
class Conversion:
    """How the values of a field of the applied release become those of a field of a new one."""

    before: Tables
    old_table: EntityTable
    old: Field
    after: Tables
    new_table: EntityTable
    new: Field
    made: Mapping[str, UUID] | None = None
    """The records that are made of the old values, by value, where that is planned."""

    @cached_property
    def way(self) -> Way:
        return way(self.old, self.new)

    def unfit(self, connection: sa.Connection, limit: Limit | None = None) -> Iterator[Tried]:
        """The values that do not fit, a batch of records at a time; of those records that `limit` lets through."""
        if self.way.how == LOSSLESS:
            return
        for values in values_of(connection, self.old_table, self.old):
            if limit is not None:
                values = {id: values[id] for id in limit(connection, list(values))}
            became = self.convert(connection, values)
            yield Tried(
                len(values),
                [
                    Misfit(id, value, became.get(id))
                    for id, value in values.items()
                    if not is_whole(self.old, self.new, value, became.get(id))
                ],
            )

    def of(self, connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, Any]:
        """What the old values become, of those of these records that are there; nothing where they do not fit."""
        values = values_for(connection, self.old_table, self.old, ids)
        filled = {id: value for id, value in values.items() if not is_empty(value)}
        return dict.fromkeys(values) | self.convert(connection, filled)

    def convert(self, connection: sa.Connection, values: Mapping[UUID, Any]) -> dict[UUID, Any]:
        """What values by record become; those that do not fit are left out."""
        if self.way.how == REFUSED:
            return {}
        if GROUP[self.new.kind] == "link":
            found = self._as_links(connection, values)
        else:
            titled = self._titled(connection, values) if GROUP[self.old.kind] == "link" else values
            settings = self.after.model.settings
            found = {id: convert(self.old, self.new, value, settings) for id, value in titled.items()}
        return {id: value for id, value in found.items() if not is_empty(value)}

    def _titled(self, connection: sa.Connection, values: Mapping[UUID, Any]) -> dict[UUID, Any]:
        """The titles of linked records, as the old release tells them; their ids where they have none."""
        from customary.engine.records.titles import titles

        if self.new.kind == "json":
            return dict(values)
        wanted = {(self._entity(each), self._id(each)) for value in values.values() for each in _each(value)}
        known = titles(work_on(connection, self.before), wanted)

        def told(value: Any) -> str:
            return known.get((self._entity(value), self._id(value))) or str(self._id(value))

        return {id: tuple(map(told, value)) if _is_many(value) else told(value) for id, value in values.items()}

    def _entity(self, value: Any) -> str:
        return value.entity if isinstance(value, AnyLink) else self.old.to

    def _id(self, value: Any) -> UUID:
        return value.id if isinstance(value, AnyLink) else value

    def _as_links(self, connection: sa.Connection, values: Mapping[UUID, Any]) -> dict[UUID, Any]:
        """Values as links to records that are there."""
        if GROUP[self.old.kind] != "link" and self.new.kind != "any_link":
            return self._found(connection, values)
        settings = self.after.model.settings
        found = {id: convert(self.old, self.new, value, settings) for id, value in values.items()}
        if self.new.kind == "any_link" or self.leads_on():
            return found
        there = self._there(connection, {each for value in found.values() for each in _each(value)})
        kept = {id: tuple(each for each in _each(value) if each in there) for id, value in found.items()}
        return {id: each if self.new.several else each[0] for id, each in kept.items() if each}

    def leads_on(self) -> bool:
        """Whether all that the old link may lead to is there for the new one, under whatever name."""
        if not getattr(self.old, "to", "") or self.old.kind == "any_link":
            return False
        return {*self.before.codes(self.old.to)} <= {*self.after.codes(self.new.to)}

    def _there(self, connection: sa.Connection, ids: set[UUID]) -> set[UUID]:
        table = self.after.entity(self.new.to).table
        there = sa.select(table.c.id).where(table.c.id.in_(ids))
        return set(connection.execute(there).scalars()) if ids and _stands(connection, there) else set()

    def _found(self, connection: sa.Connection, values: Mapping[UUID, Any]) -> dict[UUID, Any]:
        """Texts and options as the records that are called so; several of one title are none."""
        names = {id: [str(each).strip() for each in _each(value)] for id, value in values.items()}
        wanted = {name for each in names.values() for name in each}
        known = self._records(connection, wanted) if self.made is None else self.made
        kept = {id: tuple(dict.fromkeys(known[name] for name in each if name in known)) for id, each in names.items()}
        return {id: each if self.new.several else each[0] for id, each in kept.items() if each}

    def _records(self, connection: sa.Connection, names: set[str]) -> dict[str, UUID]:
        """Records of the new target by their titles, or by their ids as text."""
        from customary.engine.records.rows import all_rows

        work = work_on(connection, self.after)
        rows = all_rows(work, self.new.to)
        title = self.after.model.entities[self.new.to].title.clause(rows, rows.values)
        statement = sa.select(rows.column("id"), title).select_from(rows.from_clause).where(title.in_(sorted(names)))
        found: dict[str, list[UUID]] = {}
        for id, name in connection.execute(statement) if names and _stands(connection, statement) else ():
            found.setdefault(name, []).append(id)
        known = {name: ids[0] for name, ids in found.items() if len(ids) == 1}
        ids = {name: identifier(name) for name in names - known.keys() if _is_id(name)}
        there = self._there(connection, set(ids.values()))
        return known | {name: id for name, id in ids.items() if id in there}


def _stands(connection: sa.Connection, statement: sa.Select) -> bool:
    """Whether all that is asked for is there: a target that the same plan makes is not, while the plan is made."""
    asked = [each for each in iterate(statement) if isinstance(each, sa.Column) and isinstance(each.table, sa.Table)]
    inspector = sa.inspect(connection)
    names = {each.table.name for each in asked}
    if not all(map(inspector.has_table, names)):
        return False
    there = {name: {column["name"] for column in inspector.get_columns(name)} for name in names}
    return all(each.name in there[each.table.name] for each in asked)


def _is_many(value: Any) -> bool:
    return isinstance(value, tuple) and not isinstance(value, AnyLink)


def _each(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if _is_many(value) else (value,)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
