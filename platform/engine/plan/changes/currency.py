"""Changes of the workspace's currency: rates are told in the new one, and so is what every amount is worth."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.fields.numeric import rounded
from customary.engine.plan.change import FILL, Change
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import REWRITE, Line
from customary.engine.tables import EntityTable, Tables
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.applying.site import Site
    from customary.engine.records.work import Work

Rates = Mapping[str, list[tuple[date, Decimal]]]
"""What one unit of a currency is worth from a day on, by currency, the oldest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvertRates(Change):
    """Rates say what a currency is worth in the workspace's. Those of the new one become those of the old one."""

    rate: str
    old: str
    new: str

    def switch(self, work: Work) -> None:
        from customary.engine.records import update

        made = work.release.tables.entity(self.rate)
        rates = rates_in(work.connection, made)
        columns = (made.table.c.id, *made.columns(["currency", "day", "value"]))
        living = sa.select(*columns).where(made.table.c.archived_at.is_(None)).order_by(made.table.c.id)
        for row in [made.load(row) for row in work.connection.execute(living)]:
            worth = rate_on(rates, self.new, row["day"])
            if worth is None:
                continue
            value = 1 / worth if row["currency"] == self.new else row["value"] / worth
            currency = self.old if row["currency"] == self.new else row["currency"]
            if value := rounded(value, made.entity.fields["value"].scale):
                update(work, self.rate, row["id"], {"currency": currency, "value": value})


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueAmounts(Change):
    """What the amounts of an entity are worth in the workspace's new currency, at the rate of the day on which each
    record was written last. The amounts themselves stay as they are."""

    phase: ClassVar[int] = FILL
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    tables: Tables
    entity: str

    def finish(self, site: Site) -> None:
        kept = self.tables.model.playing("rate")
        rates = site.shortly(lambda connection: rates_in(connection, self.tables.entity(kept.name))) if kept else {}
        site.go_through(self.tables.entity(self.entity), lambda work, ids: self._value(work, ids, rates))

    def _value(self, work: Work, ids: Sequence[UUID], rates: Rates) -> None:
        from customary.engine.records.rates import money_of

        made = self.tables.entity(self.entity)
        for field in money_of(made.entity):
            rows = self._worth(work, made, field, ids, rates)
            if rows:
                statement = made.table.update().where(made.table.c.id == sa.bindparam("this"))
                worth = made.column(field.name, "_base")
                new = {worth.name: sa.bindparam("worth", type_=worth.type)}
                work.connection.execute(statement.values(new), rows)

    def _worth(
        self, work: Work, made: EntityTable, field: Field, ids: Sequence[UUID], rates: Rates
    ) -> list[dict[str, object]]:
        amount, currency = made.column(field.name), made.column(field.name, "_currency")
        query = sa.select(made.table.c.id, made.table.c.updated_at, amount.label("amount"), currency.label("currency"))
        zone, found = self.tables.model.settings.time_zone, []
        for row in work.connection.execute(query.where(made.table.c.id.in_(ids), amount.is_not(None))):
            own = row.currency == field.base
            rate = Decimal(1) if own else rate_on(rates, row.currency, row.updated_at.astimezone(zone).date())
            found.append({"this": row.id, "worth": rounded(row.amount * rate, field.scale) if rate else None})
        return found


def compare_currency(comparison: Comparison) -> Iterator[Change]:
    """What another currency of the workspace means for rates and amounts."""
    current, settings = comparison.current, comparison.model.settings
    if current is None or current.model.settings.currency == settings.currency:
        return
    was = current.model.settings.currency
    rate = current.model.playing("rate")
    today = comparison.model.playing("rate")
    if rate is not None and today is not None:
        known = rates_in(comparison.connection, current.tables.entity(rate.name))
        if settings.currency not in known:
            comparison.problems.append(
                f"workspace: currency: no rate says what {settings.currency} is worth in {was}. Enter one first, so"
                " that amounts of other currencies keep their worth."
            )
        if was in known:
            comparison.problems.append(
                f"workspace: currency: a rate says what {was} is worth in {was} itself. Archive or delete it first: the"
                f" rates of {settings.currency} become those of {was}."
            )
        note = Reason("rates are told in {currency} from now on", {"currency": settings.currency})
        line = Line(sign="~", kind="entity", path=today.name, notes=(note,), grade=REWRITE)
        yield ConvertRates(line=line, rate=today.name, old=was, new=settings.currency)
    for entity in comparison.model.entities.values():
        there = comparison.has_records(entity.name)
        if there and any(each.kind == "money" and each.formula is None for each in entity.fields.values()):
            note = Reason("what amounts are worth is worked out in {currency}", {"currency": settings.currency})
            line = Line(sign="~", kind="entity", path=entity.name, notes=(note,), grade=REWRITE)
            yield ValueAmounts(line=line, tables=comparison.tables, entity=entity.name)


def rates_in(connection: sa.Connection, made: EntityTable) -> Rates:
    """All rates that an entity keeps."""
    columns = [made.column(name).label(name) for name in ("currency", "day", "value")]
    living = made.table.c.archived_at.is_(None)
    found: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in connection.execute(sa.select(*columns).where(living).order_by(columns[1], made.table.c.id)):
        found[row.currency].append((row.day, row.value))
    return found


def rate_on(rates: Rates, currency: str, day: date) -> Decimal | None:
    """The rate of a day; the first one there is for a day before it."""
    known = rates.get(currency)
    if not known:
        return None
    place = bisect_right([since for since, _ in known], day)
    return known[max(0, place - 1)][1]
