"""What a list in SQL is made of: rows of records, or rows that are made for the values of a list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from customary.engine.columns import Code, CodePointText
from customary.engine.expressions import meaning, sql_arithmetic, sql_elements
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.scope import Rows
from customary.engine.expressions.sql_leaves import plain_clause
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.types import BOOLEAN, Record

if TYPE_CHECKING:
    from customary.engine.expressions.to_sql import Writer


_FENCE = sa.literal_column("0")
"""Without an offset PostgreSQL would copy a value to each place where it is needed, and nested ones would grow
exponentially."""


@dataclass(frozen=True)
class Made:
    """Rows that stand for no records: values, and by which they are in order, as records are by their id."""

    from_clause: sa.FromClause
    key: sa.ColumnElement

    def column(self, name: str, part: str = "") -> sa.ColumnElement:
        """The only one that is asked for by its name, `id`."""
        del name, part
        return self.key


@dataclass(frozen=True)
class Items:
    """The rows of a list, and the value asked of each (their id when it is None)."""

    rows: Rows | Made
    where: list[sa.ColumnElement] = field(default_factory=list)
    value: Any = None

    @property
    def at_hand(self) -> Operand:
        return self.rows.column("id") if self.value is None else self.value


def select(rows: Rows | Made, where: list[sa.ColumnElement], *columns: sa.ColumnElement) -> sa.Select:
    """A sub-select over `rows` that sees all rows around it."""
    return sa.select(*columns).select_from(rows.from_clause).where(*where).correlate_except(rows.from_clause)


def items_of(writer: Writer, node: Node, owner: Rows | None) -> Items:
    """The items of a list; `owner` are the rows of the record that has it, where a link leads there."""
    kind = node.type
    match node:
        case meaning.Every(entity=entity):
            rows, condition = writer.rows.every(entity)
            return Items(rows, [condition])
        case meaning.Field() if not isinstance(kind.item, Record):  # type: ignore[attr-defined]
            return _elements(writer.operand(node))  # type: ignore[arg-type]
        case meaning.Literals(items=items) if items:
            return _written_out([writer.typed(each, kind.item) for each in items])  # type: ignore[attr-defined]
        case meaning.Field(on=on, name=name):
            if owner is None:
                owner = writer.variables[on.name] if isinstance(on, meaning.Variable) else writer.rows  # type: ignore[assignment]
            rows, condition = owner.follow(name)  # type: ignore[union-attr]
            return Items(rows, [condition])
        case meaning.Filter(list=inner, variable=variable, condition=condition):
            items = at_hand(writer, items_of(writer, inner, owner), variable)
            return replace(items, where=[*items.where, writer.holds(condition)])
        case meaning.Map(list=inner, variable=variable, value=value):
            items = at_hand(writer, items_of(writer, inner, owner), variable)
            return replace(items, value=writer.truth(value) if value.type == BOOLEAN else writer.operand(value))
        case meaning.Distinct(list=inner):
            with writer.size.with_one_more(node):
                return _distinct(items_of(writer, inner, owner))
    raise writer.unable(node)


def at_hand(writer: Writer, items: Items, variable: meaning.Variable) -> Items:
    """The same items, each of which is `variable` in what is written next."""
    writer.variables[variable.name] = items.rows if items.value is None else items.value  # type: ignore[assignment]
    return items


def held(items: Items) -> Items:
    """The same items as rows that hold their value in columns."""
    columns = [items.rows.column("id").label("key")]
    sql_arithmetic.each_column(items.at_hand, lambda column: _append(columns, column))
    query = select(items.rows, items.where, *columns)
    return _over(query if all(map(_is_plain, columns)) else query.offset(_FENCE), items.at_hand)


def _is_plain(column: sa.ColumnElement) -> bool:
    return isinstance(column.element, sa.ColumnClause)  # type: ignore[attr-defined]  # it was given a label


def _over(query: sa.Select | sa.CompoundSelect, value: Operand) -> Items:
    """The items that a query gives: the key first, then the columns of the value."""
    derived = query.subquery()
    key, *columns = derived.c
    found = iter(columns)
    return Items(Made(derived, key), [], sql_arithmetic.each_column(value, lambda _: next(found)))


def _elements(column: sa.ColumnElement) -> Items:
    """The texts in a column of options or tags."""
    rows = sql_elements.elements_of(column).table_valued("key", "value")
    codes = getattr(column.type, "codes", ())
    value = sa.type_coerce(rows.c.value, Code(codes) if codes else CodePointText())
    return Items(Made(rows, rows.c.key), [], value)


def _written_out(values: list[Operand]) -> Items:
    """The items of `[a, b]`."""
    rows: list[sa.Select] = []
    for number, value in enumerate(map(_uniform, values)):
        columns = [sa.literal_column(str(number), sa.Integer()).label("key")]
        sql_arithmetic.each_column(value, lambda column, columns=columns: _append(columns, column))
        rows.append(sa.select(*columns).correlate_except(None))
    return _over(sa.union_all(*rows), _uniform(values[0]))


def _append(columns: list[sa.ColumnElement], column: sa.ColumnElement) -> sa.ColumnElement:
    columns.append(column.label(f"c{len(columns)}"))
    return columns[-1]


def _uniform(value: Operand) -> Operand:
    """A value in the form that all of its type can have."""
    if isinstance(value, Amount):
        return Amount(Number(value.amount.exact), value.currency, Number(value.base.exact))
    return Number(value.exact) if isinstance(value, Number) else value


def _distinct(items: Items) -> Items:
    """The first of all items that are the same; records are never twice in a list."""
    if items.value is None:
        return items
    all_of_them = held(items)
    value = all_of_them.at_hand
    order = sa.func.row_number().over(partition_by=_identity(value), order_by=all_of_them.rows.column("id"))
    columns = (*all_of_them.rows.from_clause.c, order.label("nth"))
    found = _over(select(all_of_them.rows, [plain_clause(value).is_not(None)], *columns), value)
    return replace(found, where=[found.rows.from_clause.c.nth == 1])


def _identity(value: Operand) -> list[sa.ColumnElement]:
    """What two values have in common that are the same."""
    if isinstance(value, Amount):
        return [value.amount.text(), value.currency]
    return [value.text() if isinstance(value, Number) else value]
