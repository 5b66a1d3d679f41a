"""Counting and summing records by groups, within what the actor may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import sqlalchemy as sa

from customary.engine.access.hidden import target_of
from customary.engine.expressions import Expression
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.types import Record as RecordType
from customary.engine.fields.field import Field
from customary.engine.money import Money
from customary.engine.records.ask import ask
from customary.engine.records.reader.search import bound, matching
from customary.engine.records.record import Group
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.rows import all_rows, permission, seen_rows
from customary.engine.records.titles import titles
from customary.engine.records.typed import compile_typed
from customary.engine.records.work import Work
from customary.engine.tables import TableRows
from customary.engine.words import Reason

MOST = 10_000
"""Groups in one answer."""
_DECIMALS = Decimal("1e-10")


def aggregate(
    work: Work,
    entity: str,
    group: Sequence[str] = (),
    *,
    sums: Sequence[str] = (),
    avgs: Sequence[str] = (),
    mins: Sequence[str] = (),
    maxs: Sequence[str] = (),
    where: Expression | None = None,
    conditions: Sequence[Expression] = (),
    text: str | None = None,
    archived: bool = False,
    limit: int = MOST,
    alike: bool = False,
    ranked: bool = False,
) -> list[Group]:
    """Groups of records with their count and figures, ordered by their keys, empty last; or `ranked` by the first
    figure, or else the count, the greatest first.

    `group` names fields, or holds expressions such as `account.industry` or `month(created_at)`. Money that is all
    in one currency gives that; mixed money gives the workspace's, or None where an amount has no rate. So groups may
    differ in theirs, unless they are to be `alike`.
    Raises Refused for what cannot be grouped by or reckoned with, Missing, Forbidden.
    """
    if entity not in work.model.entities:
        raise Missing(entity)
    if not work.access.may(entity, "read"):
        raise Forbidden(Reason("may not be read by you"))
    wanted = {"sum": tuple(sums), "avg": tuple(avgs), "min": tuple(mins), "max": tuple(maxs)}
    keys = _keys(work, entity, group)
    figures = _figures(work, entity, wanted)
    parameters = bound(work, text) if text and text.strip() else {}
    narrowed = [*conditions, *([where] if where else [])]
    inner = _inner(work, entity, keys, figures, narrowed, archived, bool(parameters))
    statement = _outer(inner.subquery("found"), keys, figures, wanted, ranked).limit(max(1, min(limit, MOST)))
    rows = ask(work, statement, parameters).mappings().all()
    mixed = _mixed(rows, figures) if alike else frozenset()
    groups = [_group(work, row, keys, figures, wanted, mixed) for row in rows]
    return _titled(work, keys, groups)


@dataclass(frozen=True)
class _Key:
    """Something to group by: a field of the entity, or an expression."""

    text: str
    field: Field | None
    expression: Expression | None
    target: str | None


def _keys(work: Work, entity: str, group: Sequence[str]) -> list[_Key]:
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    found, problems = [], []
    for text in group:
        each = fields.get(text)
        if each is None or text in hidden:
            try:
                expression = compile_typed(work, entity, text)
            except ExpressionError as error:
                reason = Reason("cannot be grouped by “{text}”: {problem}", {"text": text, "problem": error.reason})
                problems.append(FieldProblem(None, reason))
                continue
            kind = expression.type
            target = kind.entity or None if isinstance(kind, RecordType) else None
            found.append(_Key(text, None, expression, target))
        elif not each.groupable:
            problems.append(FieldProblem(text, Reason("cannot be grouped by"), each.label))
        else:
            found.append(_Key(text, each, None, target_of(work.model, entity, text)))
    if problems:
        raise Refused(problems)
    return found


def _figures(work: Work, entity: str, wanted: Mapping[str, Sequence[str]]) -> list[Field]:
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    found: dict[str, Field] = {}
    problems = []
    for how, names in wanted.items():
        for name in names:
            each = fields.get(name)
            if each is None or name in hidden:
                problems.append(FieldProblem(None, Reason("has no field “{name}”", {"name": name})))
            elif not (each.summable if how in ("sum", "avg") else each.ranged):
                problems.append(FieldProblem(name, Reason("has no {how}", {"how": how}), each.label))
            else:
                found[name] = each
    if problems:
        raise Refused(problems)
    return list(found.values())


def _inner(
    work: Work,
    entity: str,
    keys: list[_Key],
    figures: list[Field],
    conditions: Sequence[Expression],
    archived: bool,
    by_text: bool,
) -> sa.Select:
    rows, seen = all_rows(work, entity), seen_rows(work, entity)
    columns = [_key_column(seen, key).label(f"key_{place}") for place, key in enumerate(keys)]
    for place, each in enumerate(figures):
        columns += [column.label(f"figure_{place}{part}") for part, column in _figure_columns(work, rows, each)]
    statement = sa.select(*(columns or [sa.literal(1).label("one")])).select_from(rows.from_clause)
    if not archived:
        statement = statement.where(rows.column("archived_at").is_(None))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    statement = statement.where(*(each.clause(seen, seen.values) for each in conditions))
    if by_text:
        statement = statement.where(matching(work, rows))
    return statement


def _key_column(rows: TableRows, key: _Key) -> sa.ColumnElement:
    if key.field is not None:
        return rows.column(key.field.name)
    return key.expression.clause(rows, rows.values)


def _figure_columns(work: Work, rows: TableRows, each: Field) -> list[tuple[str, sa.ColumnElement]]:
    column = rows.column(each.name)
    if each.kind != "money":
        return [("", column)]
    if each.formula is not None and not each.kept:
        currency = sa.func.coalesce(sa.func.nullif(rows.column(each.name, "_currency"), ""), each.currency)
        worth = sa.case((currency == each.base, column), else_=rows.column(each.name, "_base"))
        return [("", column), ("_currency", sa.case((column.is_not(None), currency))), ("_base", worth)]
    return [("", column), *((part, rows.column(each.name, part)) for part in ("_currency", "_base"))]


def _outer(
    found: sa.Subquery, keys: list[_Key], figures: list[Field], wanted: Mapping[str, Sequence[str]], ranked: bool
) -> sa.Select:
    columns: list[Any] = [found.c[f"key_{place}"] for place in range(len(keys))]
    columns += [sa.func.count().label("records"), sa.func.count().over().label("groups")]
    for place, each in enumerate(figures):
        asked = {how for how, names in wanted.items() if each.name in names}
        columns += _reckoned(found, place, "", asked)
        if each.kind == "money":
            currency = found.c[f"figure_{place}_currency"]
            columns += [sa.func.min(currency).label(f"low_{place}"), sa.func.max(currency).label(f"high_{place}")]
            columns += [each.label(f"{end}_{place}") for end, each in _ends(currency).items()]
            columns += _reckoned(found, place, "_base", asked)
    statement = sa.select(*columns).select_from(found)
    grouped = columns[: len(keys)]
    order = [_rank(found, figures, wanted).desc()] if ranked else []
    return statement.group_by(*grouped).order_by(*order, *(column.asc().nulls_last() for column in grouped))


def _ends(currency: sa.ColumnElement) -> dict[str, sa.ColumnElement]:
    """The first and the last of the currencies of all groups."""
    return {"lowest": sa.func.min(sa.func.min(currency)).over(), "highest": sa.func.max(sa.func.max(currency)).over()}


def _rank(found: sa.Subquery, figures: list[Field], wanted: Mapping[str, Sequence[str]]) -> sa.ColumnElement:
    """How great a group is: what is not known, or has no size, counts as nothing."""
    if not figures:
        return sa.func.count()
    how = next(each for each, names in wanted.items() if names)
    own = _sized(found.c.figure_0, how) if figures[0].summable else sa.literal(0)
    if figures[0].kind == "money":
        ends, known = _ends(found.c.figure_0_currency), sa.func.count(found.c.figure_0_base)
        worth = sa.case((known == sa.func.count(found.c.figure_0), _sized(found.c.figure_0_base, how)))
        own = sa.case((ends["lowest"] == ends["highest"], own), else_=worth)
    return sa.func.coalesce(own, 0)


def _sized(column: sa.ColumnElement, how: str) -> sa.ColumnElement:
    plain = sa.type_coerce(column, sa.Numeric)
    return sa.func.sum(plain) * 1.0 / sa.func.count(plain) if how == "avg" else getattr(sa.func, how)(plain)


def _reckoned(found: sa.Subquery, place: int, part: str, asked: set[str]) -> list[Any]:
    column = found.c[f"figure_{place}{part}"]
    figures = [sa.func.count(column).label(f"count_{place}{part}")]
    if asked & {"sum", "avg"}:
        figures.append(sa.func.sum(column, type_=column.type).label(f"sum_{place}{part}"))
    for how in asked & {"min", "max"}:
        figures.append(getattr(sa.func, how)(column, type_=column.type).label(f"{how}_{place}{part}"))
    return figures


def _mixed(rows: Sequence[Mapping[str, Any]], figures: list[Field]) -> frozenset[int]:
    """The places of money that is not in one currency throughout all groups, with those that a limit leaves out."""
    money = (place for place, each in enumerate(figures) if each.kind == "money")
    return frozenset(place for place in money for row in rows[:1] if row[f"lowest_{place}"] != row[f"highest_{place}"])


def _group(
    work: Work,
    row: Mapping[str, Any],
    keys: list[_Key],
    figures: list[Field],
    wanted: Mapping[str, Sequence[str]],
    mixed: frozenset[int],
) -> Group:
    values: dict[str, dict[str, Any]] = {}
    for how, names in wanted.items():
        for name in names:
            place = next(place for place, each in enumerate(figures) if each.name == name)
            values.setdefault(how, {})[name] = _value(work, row, how, place, figures[place], place in mixed)
    key = {each.text: row[f"key_{place}"] for place, each in enumerate(keys)}
    return Group(key, values, row["records"], of=row["groups"])


def _value(work: Work, row: Mapping[str, Any], how: str, place: int, each: Field, mixed: bool) -> Any:
    if each.kind != "money":
        return each.figure(_figure(row, how, place, ""))
    low, high = row[f"low_{place}"], row[f"high_{place}"]
    if low is None:
        return None
    if low == high and not mixed:
        return Money(_figure(row, how, place, ""), low)
    if row[f"count_{place}_base"] != row[f"count_{place}"]:
        return None
    return Money(_figure(row, how, place, "_base"), work.model.settings.currency)


def _figure(row: Mapping[str, Any], how: str, place: int, part: str) -> Any:
    if how != "avg":
        return row[f"{how}_{place}{part}"]
    counted = row[f"count_{place}{part}"]
    if not counted:
        return None
    return (Decimal(row[f"sum_{place}{part}"]) / counted).quantize(_DECIMALS, ROUND_HALF_EVEN).normalize() + 0


def _titled(work: Work, keys: list[_Key], groups: list[Group]) -> list[Group]:
    wanted = {
        (key.target, group.key[key.text])
        for key in keys
        if key.target is not None
        for group in groups
        if group.key[key.text] is not None
    }
    if not wanted:
        return groups
    found = titles(work, wanted)
    return [replace(group, titles=found) for group in groups]
