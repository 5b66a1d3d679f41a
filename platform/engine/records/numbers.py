"""Running numbers without gaps: a counter per field and period, held until the transaction ends."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.database import system
from customary.engine.fields.auto_number import AutoNumber
from customary.engine.records.draft import Draft
from customary.engine.records.kept import kept
from customary.engine.records.work import Work

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
            filled = each.template.render(draft.scope) if each.template is not None else each.written
            draft.after[each.name] = each.compose(filled, count)


def take(work: Work, entity: str, each: AutoNumber, count: int) -> int:
    """Takes `count` numbers of the series of today and gives the last of them."""
    tables = work.release.tables
    series = each.series(work.now.astimezone(work.model.settings.time_zone).date())
    key = {"entity": tables.code(entity), "field": tables.entity(entity).physical[each.name], "series": series}
    statement = kept(work, ("take", work.is_sqlite), lambda: _statement(work.is_sqlite))
    return work.connection.execute(statement, {**key, "count": count}).scalar_one()


def _statement(is_sqlite: bool) -> sa.Insert:
    count = sa.bindparam("count", type_=sa.BigInteger)
    names = ("entity", "field", "series")
    statement = (sqlite if is_sqlite else postgresql).insert(sequence)
    statement = statement.values({name: sa.bindparam(name, type_=sa.Text) for name in names} | {"value": count})
    return statement.on_conflict_do_update(
        index_elements=[sequence.c[name] for name in names], set_={"value": sequence.c.value + count}
    ).returning(sequence.c.value)
