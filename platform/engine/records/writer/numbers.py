"""Running numbers without gaps: a counter per field and period, held until the transaction ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.database import system
from customary.engine.fields.auto_number import AutoNumber
from customary.engine.records.kept import kept
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft

sequence = sa.Table(
    "customary_sequence",
    system,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("series", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)


def give_numbers(work: Work, drafts: list[Draft]) -> None:
    """Gives new records their running numbers. Called last, so that other writers wait as short as can be."""
    if not drafts:
        return
    for each in drafts[0].shape.numbered:
        last = take(work, drafts[0].entity, each, len(drafts))
        for count, draft in enumerate(drafts, last - len(drafts) + 1):
            draft.after[each.name] = each.compose(each.fill(draft.scope), count)


def take(work: Work, entity: str, each: AutoNumber, count: int) -> int:
    """Takes `count` numbers of the series of today and gives the last of them."""
    statement = kept(work, ("take", work.is_sqlite), lambda: _statement(work.is_sqlite))
    return work.connection.execute(statement, {**_series(work, entity, each), "count": count}).scalar_one()


@dataclass(frozen=True)
class Awaited:
    """A number that the database gives while it writes the record. Until then a mark stands for its digits: those
    of the record's own random id, which nothing else can hold."""

    entity: str
    field: AutoNumber
    filled: str
    mark: str
    series: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def parameters(self) -> dict[str, Any]:
        return {**self.series, "count": 1, "number_mark": self.mark, "number_width": self.field.digits}

    @cached_property
    def count(self) -> sa.ScalarSelect:
        taken = _statement(is_sqlite=False).cte("number_taken")
        return sa.select(taken.c.value).scalar_subquery()

    def told_in(self, work: Work, kind: str) -> tuple[str, ...]:
        """The columns of a row, change row or search row in which the mark may stand."""
        if kind == "row":
            return tuple(column.name for column in work.release.tables.entity(self.entity).columns([self.name]))
        return {"change": ("after",), "search": ("text",)}.get(kind, ())

    def fill(self, value: sa.BindParameter) -> sa.ColumnElement:
        """A bound value with the digits in place of the mark."""
        count = sa.cast(self.count, sa.Text)
        width = sa.bindparam("number_width", type_=sa.Integer)
        digits = sa.func.lpad(count, sa.func.greatest(width, sa.func.length(count)), "0")
        mark = sa.bindparam("number_mark", type_=sa.Text)
        return sa.cast(sa.func.replace(sa.cast(value, sa.Text), mark, digits, type_=sa.Text), value.type)

    def settle(self, draft: Draft, count: int) -> None:
        """Tells the draft the number that was given."""
        draft.after[self.name] = self.field.compose(self.filled, count)


def await_number(work: Work, draft: Draft) -> Awaited | None:
    """Lets a mark stand for the number of a record; None when it has none. Several numbers are given at once."""
    if len(draft.shape.numbered) != 1:
        give_numbers(work, [draft])
        return None
    (each,) = draft.shape.numbered
    filled = each.fill(draft.scope)
    mark = str(draft.id.int).zfill(each.digits)
    draft.after[each.name] = each.compose(filled, draft.id.int)
    return Awaited(draft.entity, each, filled, mark, _series(work, draft.entity, each))


def _series(work: Work, entity: str, each: AutoNumber) -> dict[str, str]:
    tables = work.release.tables
    series = each.series(work.now.astimezone(work.model.settings.time_zone).date())
    return {"entity": tables.code(entity), "field": tables.entity(entity).physical[each.name], "series": series}


def _statement(is_sqlite: bool) -> sa.Insert:
    count = sa.bindparam("count", type_=sa.BigInteger)
    names = ("entity", "field", "series")
    statement = (sqlite if is_sqlite else postgresql).insert(sequence)
    statement = statement.values({name: sa.bindparam(name, type_=sa.Text) for name in names} | {"value": count})
    return statement.on_conflict_do_update(
        index_elements=[sequence.c[name] for name in names], set_={"value": sequence.c.value + count}
    ).returning(sequence.c.value)
