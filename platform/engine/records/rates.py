"""Amounts in the workspace's currency: at the rate of the day on which they were written, to compare and to sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.money import Money
from customary.engine.records.work import Work
from customary.engine.tables import EntityTable


def fill(work: Work, entity: Entity, rows: Iterable[tuple[Mapping[str, Any], dict[str, Any]]]) -> None:
    """Adds to column values what foreign amounts are worth; `rows` pairs values by field with column values.

    An amount whose currency has no rate yet gets none; `catch_up` gives it one when the rate comes.
    """
    rows = list(rows)
    _fill_computed(work, entity, rows)
    foreign = [
        (field, value, stored)
        for field in money_of(entity)
        for values, stored in rows
        if isinstance(value := values.get(field.name), Money) and value.currency != field.base
    ]
    if not foreign:
        return
    rates = _rates(work, {value.currency for _, value, _ in foreign})
    table = work.release.tables.entity(entity.name)
    for field, value, stored in foreign:
        if value.currency in rates:
            stored[table.column(field.name, "_base").name] = value.amount * rates[value.currency]


def _fill_computed(work: Work, entity: Entity, rows: list[tuple[Mapping[str, Any], dict[str, Any]]]) -> None:
    """What is computed is worth what it was computed from, at the rates of those days."""
    table = work.release.tables.entity(entity.name)
    for field in (each for each in entity.fields.values() if each.kind == "money" and each.kept):
        for values, stored in rows:
            value = values.get(field.name)
            if isinstance(value, Money) and value.currency != field.base and value.base is not None:
                stored[table.column(field.name, "_base").name] = value.base.amount


def valued(work: Work, field: Field, money: Money) -> Money:
    """An amount that is still to be written, with what it is going to be worth."""
    if money.base is not None or not isinstance(field.base, str):
        return money
    rate = Decimal(1) if money.currency == field.base else _rates(work, {money.currency}).get(money.currency)
    if rate is None:
        return money
    worth = (money.amount * rate).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_EVEN)
    return replace(money, base=Money(worth, field.base))


def catch_up(work: Work, written: Entity, values: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, list[UUID]]]:
    """After rates were written: gives amounts that had none what they are worth; tells which: entity, field, ids."""
    if written.plays != "rate":
        return []
    found = []
    rates = _rates(work, {each["currency"] for each in values if each.get("currency")})
    for entity in work.model.entities.values():
        for field in money_of(entity):
            for currency, rate in rates.items():
                ids = _value(work, work.release.tables.entity(entity.name), field, currency, rate)
                found.append((entity.name, field.name, ids))
    return found


def money_of(entity: Entity) -> list[Field]:
    """The fields that keep amounts that were entered."""
    return [each for each in entity.fields.values() if each.kind == "money" and each.formula is None]


def _rates(work: Work, currencies: set[str]) -> dict[str, Decimal]:
    """What one unit of each currency is worth today; one that has no rate is left out."""
    kept = work.model.playing("rate")
    if kept is None or not currencies:
        return {}
    table = work.release.tables.entity(kept.name)
    today = work.now.astimezone(work.model.settings.time_zone).date()
    statement = (
        sa.select(table.column("currency").label("currency"), table.column("value").label("value"))
        .where(table.column("currency").in_(sorted(currencies)), table.column("day") <= today)
        .where(table.column("archived_at").is_(None))
        .order_by(table.column("day"), table.column("id"))
    )
    return {row.currency: row.value for row in work.connection.execute(statement)}


def _value(work: Work, table: EntityTable, field: Field, currency: str, rate: Decimal) -> list[UUID]:
    amount, base = table.column(field.name), table.column(field.name, "_base")
    unvalued = sa.select(table.column("id"), amount.label("amount"))
    unvalued = unvalued.where(table.column(field.name, "_currency") == currency, base.is_(None))
    found = [{"this": row.id, "base": row.amount * rate} for row in work.connection.execute(unvalued)]
    if found:
        statement = table.table.update().where(table.column("id") == sa.bindparam("this"))
        work.connection.execute(statement.values({base.name: sa.bindparam("base", type_=base.type)}), found)
    return [each["this"] for each in found]
