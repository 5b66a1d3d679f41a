"""Counting: how many records something concerns, and which are the first of them, asked of the real data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import Expression, ExpressionError, compile
from customary.engine.fields.field import Field
from customary.engine.locale import locale
from customary.engine.model.pipeline import Pipeline
from customary.engine.plan.changes.values import values_for, work_on
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.differences import short
from customary.engine.plan.line import Example, Impact
from customary.engine.tables import EntityTable
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.changes.conversion import Tried
    from customary.engine.records.work import Work

PARTS = 100
"""So finely the weighing of one change is told."""
FIRST = 10
"""So many are shown."""

UNFIT = Reason("values that do not fit and are kept aside")

Told = Callable[[str, int, int], None]
"""Takes what is under way, what of it is done, and of how much."""


@dataclass
class Counting:
    """Asks the database, or, where it should be `quick`, nobody.

    Each question is one statement, and two more name the first records where there are any.
    """

    comparison: Comparison
    quick: bool = False
    told: Told | None = None
    _done: int = 0
    _all: int = 1

    def tell(self, done: int, total: int) -> None:
        """Says how many of all changes are weighed."""
        self._done, self._all = done, total
        self.tell_part(0, 1)

    def tell_part(self, done: int, total: int) -> None:
        """Says how far the change at hand is, of which `done` of `total` records were looked at."""
        if self.told is not None:
            self.told("Counting", self._done * PARTS + min(PARTS, PARTS * done // max(total, 1)), self._all * PARTS)

    def total(self, entity: str) -> int | None:
        """How many records of an entity of the new model there are, archived ones too; None when nobody counts."""
        if self.quick:
            return None
        made = self.comparison.tables.entity(entity).table
        if made.name not in self._totals:
            there = [made] if self.comparison.is_there(made) else self._to_come(entity)
            self._totals[made.name] = sum(self._count(sa.select(sa.func.count()).select_from(each)) for each in there)
        return self._totals[made.name]

    def _to_come(self, entity: str) -> list[sa.Table]:
        """The tables of today whose records will be in one that is not there yet."""
        names = (self._before.tables.named(code) for code in self.comparison.tables.codes(entity))
        return [self._before.tables.entity(name).table for name in names if name is not None]

    def rows(self, entity: str, told: Reason) -> Iterator[Impact]:
        """The impact on all records of an entity."""
        count = self.total(entity)
        if count != 0:
            yield Impact(kind="rows", told=told, count=count)

    def records(
        self, kind: str, told: Reason, entity: str, where: sa.ColumnElement | None, shown: Field | None = None
    ) -> Iterator[Impact]:
        """The impact on the records of `entity`, as the new model calls it, that fit; with their values of a field.

        Nobody can count where a column is asked for that is not there yet.
        """
        if self.quick or where is None or not self._is_there(where):
            yield Impact(kind=kind, told=told)
            return
        key = self.comparison.tables.entity(entity).table.c.id
        found = sa.select(key).where(where)
        count = self._count(found.with_only_columns(sa.func.count()))
        if count:
            ids = list(self.comparison.connection.execute(found.order_by(key).limit(FIRST)).scalars())
            yield Impact(kind=kind, told=told, count=count, first=self.first(entity, ids, shown))

    def old_records(
        self, kind: str, told: Reason, entity: str, where: sa.ColumnElement | None = None
    ) -> Iterator[Impact]:
        """The impact on the records of `entity`, as the applied release calls it, that fit; on all where None."""
        if self.quick:
            yield Impact(kind=kind, told=told)
            return
        key = self._before.tables.entity(entity).table.c.id
        found = sa.select(key) if where is None else sa.select(key).where(where)
        if count := self._count(found.with_only_columns(sa.func.count()).select_from(key.table)):
            ids = list(self.comparison.connection.execute(found.order_by(key).limit(FIRST)).scalars())
            yield Impact(kind=kind, told=told, count=count, first=self._examples(entity, ids, {}))

    def first(self, entity: str, ids: list[UUID], shown: Field | None = None) -> tuple[Example, ...]:
        """Records by their titles in the applied release, in the order of their ids."""
        was, values = self.was(entity), {}
        if shown is not None and ids:
            made = self.comparison.tables.entity(entity)
            values = values_for(self.comparison.connection, made, shown, ids)
            values = {id: told_value(shown, value) for id, value in values.items()}
        return self._examples(was, ids, values) if was else ()

    def examples(self, entity: str, values: Mapping[UUID, str]) -> tuple[Example, ...]:
        """Records of an entity of the applied release, with what is told of each."""
        return self._examples(entity, list(values), values)

    def values(self, told: Reason, made: EntityTable, field: Field) -> Iterator[Impact]:
        """The impact on all values of a field that are there."""
        empty = is_empty(made, field)
        if self.quick or empty is None:
            yield Impact(kind="rows", told=told)
        elif count := self._count(sa.select(sa.func.count()).select_from(made.table).where(~empty)):
            yield Impact(kind="rows", told=told, count=count)

    def unfit(self, entity: str, tried: Iterable[Tried], field: Field | None, told: Reason = UNFIT) -> Iterator[Impact]:
        """The impact on values of records of `entity`, as the applied release calls it, that do not fit."""
        if self.quick:
            yield Impact(kind="unfit", told=told)
            return
        total = lost = 0
        all_of_them = self._count(sa.select(sa.func.count()).select_from(self._before.tables.entity(entity).table))
        first: dict[UUID, Any] = {}
        for batch in tried:
            total, lost = total + batch.count, lost + len(batch.misfits)
            first |= {each.record: each.value for each in batch.misfits[: FIRST - len(first)]}
            self.tell_part(total, all_of_them)
        if lost:
            told_values = self._told_values(field, first)
            yield Impact(kind="unfit", told=told, count=lost, of=total, first=self.examples(entity, told_values))

    def equal(self, queries: Sequence[sa.Select]) -> int:
        """How many of the rows that some queries find have the values of another one."""
        rows = sa.union_all(*queries).subquery()
        same = sa.select(sa.func.count().label("rows")).select_from(rows).group_by(*rows.c).having(sa.func.count() > 1)
        return int(self._count(sa.select(sa.func.sum(same.subquery().c.rows))))

    def living(self, made: EntityTable, ids: list[UUID]) -> list[UUID]:
        """Those of some records that are not archived."""
        key = made.table.c.id
        statement = sa.select(key).where(key.in_(ids), living(made)).order_by(key)
        return list(self.comparison.connection.execute(statement).scalars()) if ids else []

    def is_stored(self, made: EntityTable, field: Field) -> bool:
        """Whether the values of a field lie where the new model looks for them."""
        if field.points == "many":
            return self.comparison.is_there(made.links(field.name))
        born = self.comparison.born_columns
        return not any((made.table.name, column.name) in born for column in made.columns([field.name]))

    def was(self, entity: str) -> str | None:
        """What the applied release calls an entity of the new model; None where it has none."""
        entry = self.comparison.tables.catalogue.find("entity", None, entity)
        before = self._before.tables.catalogue.entries.get(entry.id) if entry and self._before else None
        return before.name if before and before.name in self._before.model.entities else None

    def pipeline_was(self, name: str) -> Pipeline | None:
        """A pipeline of the new model as the applied release has it; one that goes by its name of then."""
        names = self.comparison.renamings.found.get(("pipeline",), {})
        return self._before.model.pipelines.get(names.get(name, name))

    def field_was(self, entity: str, field: str) -> Field | None:
        """A field of the new model as the applied release has it."""
        owner = self.was(entity)
        if owner is None or field not in self.comparison.model.entities[entity].fields:
            return None
        entry = self.comparison.tables.catalogue.find(
            "field", self.comparison.tables.catalogue.entity(entity).id, field
        )
        before = self._before.tables.catalogue.entries.get(entry.id) if entry else None
        return self._before.model.entities[owner].fields.get(before.name) if before else None

    def clause(self, entity: str, expression: Expression | str) -> sa.ColumnElement | None:
        """A condition over the records of an entity of the new model; None where no database can tell."""
        return _clause(self.after_work, entity, expression)

    def old_clause(self, entity: str, text: str) -> sa.ColumnElement | None:
        """A condition over the records of an entity of the applied release."""
        return _clause(self.before_work, entity, text)

    @cached_property
    def before_work(self) -> Work:
        return work_on(self.comparison.connection, self._before.tables)

    @cached_property
    def after_work(self) -> Work:
        return work_on(self.comparison.connection, self.comparison.tables)

    @property
    def _before(self) -> Any:
        return self.comparison.current

    @cached_property
    def _totals(self) -> dict[str, int]:
        return {}

    def _count(self, statement: sa.Select) -> int:
        return self.comparison.connection.execute(statement).scalar() or 0

    def _examples(self, entity: str, ids: list[UUID], values: Mapping[UUID, str]) -> tuple[Example, ...]:
        from customary.engine.records.titles import titles

        named = titles(self.before_work, [(entity, id) for id in ids])
        return tuple(
            Example(kind=entity, path=str(id), title=named.get((entity, id), ""), value=values.get(id, ""))
            for id in ids
        )

    def _told_values(self, field: Field | None, values: Mapping[UUID, Any]) -> dict[UUID, str]:
        """Values of a field of the applied release; what they link to by its title."""
        from customary.engine.records.titles import titles

        if field is None or field.points not in ("one", "many"):
            return {id: told_value(field, value) for id, value in values.items()}
        ends = {id: value if isinstance(value, tuple) else (value,) for id, value in values.items()}
        named = titles(self.before_work, [(field.to, end) for each in ends.values() for end in each])
        return {id: short("", ", ".join(named.get((field.to, end), str(end)) for end in ends[id])) for id in ends}

    def _is_there(self, clause: sa.ColumnElement) -> bool:
        """Whether all columns that a clause asks for are in the database."""
        there, born = self.comparison.tables_there, self.comparison.born_columns
        return all(
            base.table.name in there and (base.table.name, base.name) not in born
            for each in sa.sql.visitors.iterate(clause)
            for base in _bases(each)
        )


def is_empty(made: EntityTable, field: Field) -> sa.ColumnElement | None:
    """That a record has no value of a field; None for what is not asked of the record's own row."""
    if field.points == "many":
        links = made.links(field.name)
        return ~sa.exists().where(links.c.source == made.table.c.id)
    return made.columns([field.name])[0].is_(None) if made.has(field.name) else None


def living(made: EntityTable) -> sa.ColumnElement:
    """That a record is not archived."""
    return made.table.c.archived_at.is_(None)


def told_value(field: Field | None, value: Any) -> str:
    """A value as an example tells it. Nobody sees secrets."""
    if value is None or value == () or (field is not None and field.sealed):
        return ""
    if isinstance(value, tuple):
        return short("", [str(each) for each in value])
    if field is None:
        return short("", str(value))
    return short("", field.format(value, locale("en")))


def _clause(work: Work, entity: str, condition: Expression | str) -> sa.ColumnElement | None:
    from customary.engine.records.rows import all_rows, values_of
    from customary.engine.records.typed import names_of

    try:
        if isinstance(condition, str):
            condition = compile(condition, names_of(work, entity))
        return condition.clause(all_rows(work, entity), values_of(work))
    except (ExpressionError, KeyError):
        return None


def _bases(each: Any) -> Iterable[sa.Column]:
    if not isinstance(each, sa.Column):
        return ()
    return (base for base in each.base_columns if isinstance(getattr(base, "table", None), sa.Table))
