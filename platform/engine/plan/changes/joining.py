"""Entities that become one, and those that are two again: whose records go where, and what becomes of their fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.plan.back import written_since
from customary.engine.plan.change import Change
from customary.engine.plan.changes.carry import CarryRows, FollowEntity
from customary.engine.plan.changes.conversion import Limit
from customary.engine.plan.changes.convert import LOSSLESS, REFUSED, way
from customary.engine.plan.changes.fill import FillStage
from customary.engine.plan.changes.joined import JoinStages, JoinValues, OfAnother
from customary.engine.plan.changes.search import Reindex
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.impact.counting import Counting, is_empty
from customary.engine.plan.line import REWRITE, Impact, Line
from customary.engine.records.writer.shape import unique_in
from customary.engine.tables import EntityTable, Entry
from customary.engine.tables.growth import Turn
from customary.engine.tables.joining import paired
from customary.engine.words import Reason


def compare_joined(comparison: Comparison, turn: Turn) -> Iterator[Change]:
    """The changes of an entity that has another table from now on, or whose records come out of another's again."""
    if turn.before is None or comparison.current is None:
        return
    if turn.has_moved:
        yield from _own(comparison, turn)
        for part in _parts(comparison, turn):
            yield from _Way(comparison, part, turn.after, _sources(comparison, turn)).changes()
    elif turn.before.into and not turn.after.into:
        today = comparison.current.tables
        whole = today.catalogue.entity(today.named(turn.before.into))
        yield from _Way(comparison, whole, turn.after, (today.entity(whole.name),)).changes()


def _own(comparison: Comparison, turn: Turn) -> Iterator[Change]:
    """An entity's own records, without those of the ones that are on their own again."""
    turns = comparison.turns_below["entity", None]
    apart = [
        each.after for each in turns if each.before and each.before.into == turn.after.code and not each.after.into
    ]
    yield CarryRows(
        source=comparison.current.tables.entity(turn.before.name),
        target=comparison.tables.entity(turn.after.name),
        own=True,
        those=partial(_without, [comparison.tables.entity(each.name).table for each in apart]),
        sources=_sources(comparison, turn),
    )
    yield Reindex(tables=comparison.tables, entity=turn.after.name)


def _parts(comparison: Comparison, turn: Turn) -> list[Entry]:
    """The entities that become one with it, as they stand."""
    found = (each for each in comparison.turns_below["entity", None] if each.before and not each.before.into)
    return [each.before for each in found if each.after.into == turn.after.code]


def _sources(comparison: Comparison, turn: Turn) -> tuple[EntityTable, ...]:
    return tuple(comparison.current.tables.entity(each.name) for each in (turn.before, *_parts(comparison, turn)))


@dataclass(frozen=True)
class _Way:
    """From an entity of today, in whose table records are, to the one of which they will be."""

    comparison: Comparison
    was: Entry
    now: Entry
    sources: tuple[EntityTable, ...]
    """All tables from which records come there."""

    def changes(self) -> Iterator[Change]:
        """Rows, values, stages, and what the platform keeps beside them."""
        yield CarryRows(
            line=self._line(),
            source=self._source,
            target=self._target,
            own=False,
            those=self._those,
            same=tuple((each.old.name, each.new.name) for each in self._conversions if self._goes_along(each)),
            sources=self.sources,
            means=self._impact,
        )
        for each in (each for each in self._conversions if not self._goes_along(each)):
            yield JoinValues(conversion=each, those=self._written_since(each.old.name))
        yield from self._stages()
        yield FollowEntity(
            tables=self.comparison.tables,
            was=self.was.code,
            code=self.now.code,
            columns=self._columns,
            among=self._target if self._leaves else None,
        )
        yield Reindex(tables=self.comparison.tables, entity=self.now.name)

    @cached_property
    def _source(self) -> EntityTable:
        return self.comparison.current.tables.entity(self.was.name)

    @cached_property
    def _target(self) -> EntityTable:
        return self.comparison.tables.entity(self.now.name)

    @property
    def _leaves(self) -> bool:
        """Whether records come out of the table in which they were one with others."""
        return self.was.code != self.now.code and self.comparison.turn_of[self.now.id].before.into == self.was.code

    @property
    def _those(self) -> Limit:
        return partial(_within, self._target.table) if self._leaves else _all

    def _line(self) -> Line:
        if self._leaves:
            note = Reason("gives back the records of {entity}", {"entity": self.now.name})
            path = self.comparison.turn_of[self.was.id].after.name
            return Line(sign="~", kind="entity", path=path, notes=(note,), grade=REWRITE)
        note = Reason("its records become records of {entity}", {"entity": self.now.name})
        names = {"path": self.now.name, "before": self.was.name, "after": self.now.name}
        return Line(sign="→", kind="entity", **names, notes=(note,), grade=REWRITE)

    @cached_property
    def _pairs(self) -> list[tuple[Field, Field]]:
        """What people enter, with the field that takes its values."""
        found = self._paired("field", self.was.id, self.now.id)
        return [(old, new) for old in self._entered if (new := found.get(old.name)) is not None and new.entered]

    @property
    def _entered(self) -> list[Field]:
        fields = self._source.entity.fields.values()
        return [each for each in fields if each.entered and not each.system and each.points != "inside"]

    @property
    def _columns(self) -> dict[str, str]:
        return {old.physical: new.physical for old, new in self._entries("field", self.was.id, self.now.id)}

    def _entries(self, kind: str, was: UUID, now: UUID) -> list[tuple[Entry, Entry]]:
        before, after = self.comparison.current.tables.catalogue, self.comparison.tables.catalogue
        ones, others = before.children(kind, was), after.children(kind, now)
        found = paired(ones, others)
        return [(each, found[each.id]) for each in ones if not each.retired and each.id in found]

    def _paired(self, kind: str, was: UUID, now: UUID) -> dict[str, Any]:
        """The fields of the new model by the names of those that they take the values of; or option by option."""
        names = {old.name: new.name for old, new in self._entries(kind, was, now)}
        fields = self._target.entity.fields
        return {old: fields.get(new) for old, new in names.items()} if kind == "field" else names

    def _options(self, old: str, new: str) -> dict[str, str]:
        before = self.comparison.current.tables.catalogue.field(self.was.name, old)
        after = self.comparison.tables.catalogue.field(self.now.name, new)
        return self._paired("option", before.id, after.id)

    @cached_property
    def _conversions(self) -> list[OfAnother]:
        return [
            OfAnother(
                before=self.comparison.current.tables,
                old_table=self._source,
                old=old,
                after=self.comparison.tables,
                new_table=self._target,
                new=new,
                options=self._options(old.name, new.name),
            )
            for old, new in self._pairs
            if way(old, new).how != REFUSED
        ]

    @cached_property
    def _comes_back(self) -> bool:
        """Whether the records had values there before, which are better than what became of them."""
        return self.comparison.back is not None and self.comparison.is_there(self._target.table)

    def _goes_along(self, conversion: OfAnother) -> bool:
        """Whether the values come with the rows."""
        return conversion.is_plain_copy and not self._comes_back

    def _written_since(self, field: str) -> Limit:
        """Where the records had values before, those in which somebody wrote the field since."""
        back = self.comparison.back
        if back is None or not self._comes_back:
            return self._those
        entry = self.comparison.current.tables.catalogue.find("field", self.was.id, field)
        return partial(_both, self._those, partial(written_since, back.to, back.base, entry))

    def _stages(self) -> Iterator[Change]:
        if self._target.entity.pipelines:
            stages = self._options("stage", "stage") if self._source.has("stage") else {}
            first = FillStage(tables=self.comparison.tables, entity=self.now.name)
            yield JoinStages(source=self._source, stages=stages, those=self._written_since("stage"), first=first)

    def _impact(self, counting: Counting) -> Iterator[Impact]:
        """How many records come, and which of their values find no place."""
        connection, name = counting.comparison.connection, self._source.entity.name
        told = Reason("records that go back") if self._leaves else Reason("records that come")
        yield from counting.old_records("rows", told, name, self._returning)
        placed = {each.old.name for each in self._conversions}
        for each in self._conversions:
            if each.way.how != LOSSLESS:
                told = Reason("values of {field} that do not fit and are kept aside", {"field": each.old.name})
                tried = each.unfit(connection, self._written_since(each.old.name))
                yield from counting.unfit(name, tried, each.old, told)
        yield from self._equal(counting)
        for field in (each for each in self._entered if each.name not in placed and not self._leaves):
            told = Reason("values of {field} that find no field and are kept aside", {"field": field.name})
            yield from counting.old_records("leaving", told, name, ~is_empty(self._source, field))

    @property
    def _returning(self) -> sa.ColumnElement | None:
        """Of those in the table of today, the records that go to the other; None where all of them do."""
        return self._source.table.c.id.in_(sa.select(self._target.table.c.id)) if self._leaves else None

    def _equal(self, counting: Counting) -> Iterator[Impact]:
        """Living records that would have a value which only one may have. They forbid the plan."""
        for names in unique_in(self._target.entity):
            tables = [(table, list(self._named(table, names))) for table in self.sources]
            if self._leaves or any(column is None for _, found in tables for column in found):
                continue
            told = Reason("records that would have the same {fields}", {"fields": ", ".join(names)})
            if counting.quick:
                yield Impact(kind="forbidden", told=told)
            elif count := counting.equal([_living(*each) for each in tables]):
                entity = self._target.entity.name
                counting.comparison.problems.append(f"{entity}: {told}: {count}")
                yield Impact(kind="forbidden", told=told, count=count)

    def _named(self, table: EntityTable, names: Sequence[str]) -> Iterator[sa.Column | None]:
        """The columns of today that become those of some fields, where they hold what those will."""
        before, after = self.comparison.current.tables.catalogue, self.comparison.tables.catalogue
        owner = before.entity(table.entity.name).id
        found = paired(after.children("field", self.now.id), before.children("field", owner))
        for name in names:
            old = found.get(after.field(self.now.name, name).id)
            field = table.entity.fields.get(old.name) if old is not None else None
            same = field is not None and field.kind == self._target.entity.fields[name].kind and table.has(field.name)
            yield table.column(field.name) if same else None


def _living(table: EntityTable, columns: Sequence[sa.Column]) -> sa.Select:
    filled = (column.is_not(None) for column in columns)
    named = (column.label(f"value{place}") for place, column in enumerate(columns))
    return sa.select(*named).where(table.table.c.archived_at.is_(None), *filled)


def _all(connection: sa.Connection, ids: Sequence[UUID]) -> Sequence[UUID]:
    return ids


def _within(table: sa.Table, connection: sa.Connection, ids: Sequence[UUID]) -> list[UUID]:
    there = set(connection.execute(sa.select(table.c.id).where(table.c.id.in_(ids))).scalars())
    return [id for id in ids if id in there]


def _without(tables: Sequence[sa.Table], connection: sa.Connection, ids: Sequence[UUID]) -> list[UUID]:
    others = {id for table in tables for id in _within(table, connection, ids)}
    return [id for id in ids if id not in others]


def _both(one: Limit, other: Limit, connection: sa.Connection, ids: Sequence[UUID]) -> Sequence[UUID]:
    return other(connection, one(connection, ids))
