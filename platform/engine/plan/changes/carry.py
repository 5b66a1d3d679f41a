"""Changes of data: records go to another table, when two entities become one, and when they are two again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.plan.applying.written import overwritten
from customary.engine.plan.change import CARRY, SWITCH, Change, Fill
from customary.engine.plan.changes.make import usual
from customary.engine.plan.line import Impact
from customary.engine.tables import SYSTEM_COLUMNS, EntityTable, Tables

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from customary.engine.plan.applying.site import Site
    from customary.engine.plan.applying.written import Written
    from customary.engine.plan.changes.conversion import Limit
    from customary.engine.plan.impact.counting import Counting
    from customary.engine.records.work import Work

AS_IT_STANDS = ("updated_at", "revision", "archived_at")
"""What differs when somebody wrote a record."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CarryRows(Fill):
    """The rows of some records, in a table that nobody reads before the release that does.

    Their own entity's columns go along; of a record that comes from another entity those that hold the same.
    """

    phase: ClassVar[int] = CARRY
    elsewhere: ClassVar[bool] = True

    source: EntityTable
    target: EntityTable
    own: bool
    """Whether both are tables of one entity."""
    those: Limit
    """Which of the records belong into the target."""
    same: tuple[tuple[str, str], ...] = ()
    """Fields of another entity and of this one whose columns hold the same."""
    sources: tuple[EntityTable, ...]
    """All tables whose records come together in the target."""
    means: Callable[[Counting], Iterator[Impact]] | None = None
    """What it means for the data."""

    @property
    def over(self) -> EntityTable:
        return self.source

    def weigh(self, counting: Counting, limits: Sequence[Limit] = ()) -> Iterator[Impact]:
        yield from self.means(counting) if self.means is not None else ()

    def build(self, site: Site) -> None:
        site.shortly(lambda connection: self._drop(connection, sa.true()))
        super().build(site)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        self._carry(work, ids, {})

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        if ids := {each.record for each in written if each.entity == self.source.code}:
            self._carry(work, sorted(ids), overwritten(work, self.target, ids))

    def _carry(self, work: Work, ids: Sequence[UUID], newer: Mapping[UUID, AbstractSet[str]]) -> None:
        """`newer` are the fields that somebody wrote under the new release: they have the last word."""
        connection, target = work.connection, self.target.table
        rows, there = (_stand(connection, each.table, ids) for each in (self.source, self.target))
        wanted = set(self.those(connection, list(rows)))
        if gone := there.keys() - rows.keys() - newer.keys():
            self._drop(connection, target.c.id.in_(gone))
        if new := wanted - there.keys() - newer.keys():
            values = {**self._usual(work), **self._carried}
            some = sa.select(*values.values()).where(self.source.table.c.id.in_(new))
            connection.execute(target.insert().from_select(list(values), some))
        for id in sorted(wanted & there.keys()):
            if rows[id] != there[id]:
                self._change(connection, id, newer.get(id, frozenset()))

    def _change(self, connection: sa.Connection, id: UUID, newer: AbstractSet[str]) -> None:
        source, target = self.source.table, self.target.table
        kept = {column for name in (*newer, *(SYSTEM_COLUMNS if newer else ())) for column in self._columns_of(name)}
        values = {
            name: sa.select(column).where(source.c.id == id).scalar_subquery()
            for name, column in self._carried.items()
            if name not in kept
        }
        if values:
            connection.execute(target.update().where(target.c.id == id).values(values))

    def _columns_of(self, field: str) -> Iterator[str]:
        return (column.name for column in self.target.columns([field]))

    @property
    def _carried(self) -> dict[str, sa.ColumnElement]:
        """Column by column, past all names. In one entity equal physical names are one column."""
        source, target = self.source.table.c, self.target.table.c
        if self.own:
            return {each.name: source[each.name] for each in target if each.name in source}
        pairs = [(name, name) for name in SYSTEM_COLUMNS] + list(self.same)
        columns = ((self.target.columns([new]), self.source.columns([old])) for old, new in pairs)
        return {new.name: old for both in columns for new, old in zip(*both, strict=True)}

    def _usual(self, work: Work) -> dict[str, sa.ColumnElement]:
        """What a record has that says nothing of a field."""
        stored = {} if self.own else self.target.store(usual(work, self.target.entity))
        return {name: sa.literal(value, self.target.table.c[name].type) for name, value in stored.items()}

    def _drop(self, connection: sa.Connection, which: sa.ColumnElement) -> None:
        """Of the target, those that were deleted wherever they came from."""
        target = self.target.table
        there = (sa.exists().where(each.table.c.id == target.c.id) for each in self.sources)
        connection.execute(target.delete().where(which, ~sa.or_(*there)))


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowEntity(Change):
    """What the platform keeps beside records, such as files, shares and runs, and links to any entity, know them by the
    code of their entity from now on; and their fields, as consents do, by the columns that these have there. History is
    never written again: it is understood as it stands."""

    phase: ClassVar[int] = SWITCH
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    tables: Tables
    was: str
    code: str
    columns: Mapping[str, str]
    """Those of the fields that go along, with what they become. What is kept of another field waits for its return."""
    among: EntityTable | None = None
    """The table of the records; all records when None."""

    def switch(self, work: Work) -> None:
        for entity, record in (*_beside(), *_links(self.tables)):
            named = sa.type_coerce(entity, sa.Text) == self.was
            where = named if self.among is None else sa.and_(named, record.in_(sa.select(self.among.table.c.id)))
            values = {entity: sa.literal(self.code, sa.Text)}
            if (field := entity.table.c.get("field")) is not None:
                where = sa.and_(where, field.in_(self.columns))
                values[field] = sa.case(*((field == old, new) for old, new in self.columns.items()), else_=field)
            work.connection.execute(entity.table.update().where(where).values(values))

    def finish(self, site: Site) -> None:
        site.shortly(lambda _: self.switch(site.work()))


def _beside() -> Iterator[tuple[sa.Column, sa.Column]]:
    """The columns in which the platform's tables name records, apart from what is only ever added to."""
    from customary.engine.audit.line import entry
    from customary.engine.database import system
    from customary.engine.records.changes import change, queue

    for table in system.tables.values():
        if table not in (entry, change, queue) and {"entity", "record"} <= {*table.c.keys()}:
            yield table.c.entity, table.c.record


def _links(tables: Tables) -> Iterator[tuple[sa.Column, sa.Column]]:
    for made in map(tables.entity, tables.model.entities):
        for field in made.entity.fields.values():
            if field.points == "any" and made.has(field.name):
                yield made.column(field.name, "_entity"), made.column(field.name)


def _stand(connection: sa.Connection, table: sa.Table, ids: Sequence[UUID]) -> dict[UUID, tuple]:
    """How some records stand: another tuple when somebody wrote one."""
    rows = connection.execute(
        sa.select(table.c.id, *(table.c[name] for name in AS_IT_STANDS)).where(table.c.id.in_(ids))
    )
    return {row.id: tuple(row[1:]) for row in rows}
