"""Checked tree → SQLAlchemy clauses that mean the same on SQLite and PostgreSQL.

A condition is compiled in one of two ways. `holds` is for where only "true" counts: unknown and false are the
same, so `amount > 10000` and `owner == user` stay plain comparisons that an index serves. `truth` keeps unknown
(NULL) apart from false; it is used below `!` and wherever a value is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from customary.engine.expressions import meaning, sql_arithmetic, sql_elements, sql_equality, sql_lists
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.scope import Rows, Values
from customary.engine.expressions.sql_leaves import known, named, plain_clause, stored
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.sql_size import Size
from customary.engine.expressions.types import (
    BOOLEAN,
    CALENDAR,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    MONEY,
    NULL,
    TIME,
    ListOf,
    Record,
    Type,
)


def to_sql(node: Node, rows: Rows, values: Values) -> sa.ColumnElement:
    """A condition's clause is true only where it holds; another expression's is its value."""
    if node.type in (BOOLEAN, NULL):
        return Writer(rows, values).holds(node)
    return to_sql_value(node, rows, values)


def to_sql_value(node: Node, rows: Rows, values: Values, part: str = "") -> sa.ColumnElement:
    """The value, NULL where unknown; the parts "_currency" and "_base" are those of money."""
    operand = Writer(rows, values).operand(node)
    if isinstance(operand, Amount) and part in ("_currency", "_base"):
        return operand.currency if part == "_currency" else plain_clause(operand.base)
    return plain_clause(operand)


def to_sql_text(node: Node, rows: Rows, values: Values) -> sa.ColumnElement:
    """The value as plain text, as `python_runtime.plain_text` gives it; nothing is an empty text."""
    # Written out: as a parameter the empty text would be sent anew for every title in every statement.
    return sa.func.coalesce(Writer(rows, values).text(node), sa.literal_column("''"))


class Writer:
    """Writes the clauses of one expression. `variables` are the items at hand of the macros around."""

    def __init__(self, rows: Rows, values: Values) -> None:
        self.rows = rows
        self.values = values
        self.variables: dict[str, Rows | Operand] = {}
        self.size = Size()

    # Conditions

    def holds(self, node: Node) -> sa.ColumnElement:
        """True where the condition holds; false or NULL elsewhere."""
        match node:
            case meaning.Junction(operator=operator, terms=terms):
                return (sa.and_ if operator == "&&" else sa.or_)(*map(self.holds, terms))
            case meaning.Compare(operator="==", left=left, right=right):
                return sql_equality.equal(self, left, right, loose=True)
        return self.truth(node)

    def truth(self, node: Node) -> sa.ColumnElement:
        """True, false, or NULL for unknown."""
        match node:
            case meaning.Junction(operator=operator, terms=terms):
                return (sa.and_ if operator == "&&" else sa.or_)(*map(self.truth, terms))
            case meaning.Not(operand=operand):
                return sa.not_(self.truth(operand))
            case meaning.Compare(operator="==", left=left, right=right):
                return sql_equality.equal(self, left, right)
            case meaning.Compare(operator="!=", left=left, right=right):
                return sa.not_(sql_equality.equal(self, left, right))
            case meaning.Compare(operator=operator, left=left, right=right):
                return sql_arithmetic.ordered(self, operator, left, right)
            case meaning.Among(item=item, items=items):
                return sql_equality.one_of(self, item, items)
            case meaning.Constant(value=None):
                return sa.cast(sa.null(), sa.Boolean())
            case meaning.Constant(value=value):
                return sa.true() if value else sa.false()
            case meaning.Constant() | meaning.Bound() if node.type != BOOLEAN:
                raise self.unable(node)
        return plain_clause(self.operand(node))

    # Operands

    def operand(self, node: Node) -> Operand:
        """The value of a node in SQL. Some are written several times; all in all there is a limit."""
        with self.size.with_one_more(node):
            return self._operand(node)

    def _operand(self, node: Node) -> Operand:
        write: Callable[[Any], Operand] | None = getattr(self, "_" + type(node).__name__.lower(), None)
        if write is not None:
            return write(node)
        if node.type == BOOLEAN:
            return self.truth(node)
        raise self.unable(node)

    def number(self, node: Node) -> Number:
        operand = self.operand(node)
        return operand.amount if isinstance(operand, Amount) else operand  # type: ignore[return-value]

    def column(self, node: Node) -> sa.ColumnElement:
        """An operand that is one column; an option by its name of today."""
        return named(self.operand(node))  # type: ignore[arg-type]

    def text(self, node: Node) -> sa.ColumnElement:
        """A value as plain text; NULL for nothing."""
        kind, operand = node.type, self.operand(node)
        if isinstance(operand, Amount):
            return sa.func.rtrim(operand.amount.text().concat(" ").concat(operand.currency))
        if kind == DURATION:
            return operand.divided(Number.of(86_400_000_000)).text().concat("d")  # type: ignore[union-attr]
        if isinstance(operand, Number):
            return operand.text()
        if kind == BOOLEAN:
            return sa.case((operand, "true"), (sa.not_(operand), "false"))
        if kind == DATE:
            return sql_elements.day_text(operand)
        if kind == TIME:
            return sql_elements.time_text(operand)
        if kind == DATETIME:
            return sql_elements.moment_text(operand, sa.literal(self.values.zone.key, sa.Text()))
        if isinstance(kind, ListOf):
            raise self.unable(node)
        return sa.cast(operand, sa.Text()) if isinstance(kind, Record) else named(operand)

    def unable(self, node: Node) -> ExpressionError:
        return ExpressionError(node.offset, "this cannot be asked of the database", "Use it in a form or a rule only.")

    # Where values come from

    def _constant(self, node: meaning.Constant) -> Operand:
        return known(node.value, node.type)

    def _this(self, node: meaning.This) -> Operand:
        return self.rows.column("id")

    _old = _this

    def _bound(self, node: meaning.Bound) -> Operand:
        value = self._binding(node.name)
        return known(value.get("id") if isinstance(node.type, Record) and value else value, node.type)

    def _variable(self, node: meaning.Variable) -> Operand:
        item = self.variables[node.name]
        return item.column("id") if isinstance(node.type, Record) and hasattr(item, "from_clause") else item  # type: ignore[union-attr,return-value]

    def _field(self, node: meaning.Field) -> Operand:
        if node.type == JSON:
            raise self.unable(node)
        if isinstance(node.on, meaning.Bound):
            record = self._binding(node.on.name)
            value = record.get(node.name) if record else None
            return known(getattr(value, "id", value) if isinstance(node.type, Record) else value, node.type)
        return self.reach(node.on, lambda rows: stored(rows, node.name, node.type))

    def _part(self, node: meaning.Part) -> Operand:
        """A part of an amount, or the columns of a part of a field."""
        on = node.on
        if on.type == MONEY:
            amount = self.operand(on)
            return amount.amount if node.name == "amount" else amount.currency  # type: ignore[union-attr]
        if not isinstance(on, meaning.Field):
            raise self.unable(node)
        if isinstance(on.on, meaning.Bound):
            record = self._binding(on.on.name)
            return known(getattr(record.get(on.name) if record else None, node.name, None), node.type)
        return self.reach(on.on, lambda rows: stored(rows, f"{on.name}.{node.name}", node.type))

    def _said(self, node: meaning.Said) -> Operand:
        option = self.column(node.on)
        cases = [(option == name, known(value, node.type)) for name, value in node.values]
        return sql_arithmetic.chosen(cases, known(None, node.type))

    def reach(self, record: Node, read: Callable[[Rows], Operand]) -> Operand:
        """What `read` finds on the rows of a record: itself, or one link further in a scalar sub-select."""
        match record:
            case meaning.This() | meaning.Old():
                return read(self.rows)
            case meaning.Variable(name=name) if hasattr(self.variables[name], "from_clause"):
                return read(self.variables[name])  # type: ignore[arg-type]
            case meaning.Field(on=on, name="id"):
                return self.reach(on, read)
            case meaning.Field(on=on, name=name, type=Record(entity="", among=among)) if among:
                return self._of_several(on, name, among, read)
            case meaning.Field(type=Record(entity="")):
                raise self.unable(record)
            case meaning.Field(on=on, name=name) if not isinstance(on, meaning.Bound):
                return self.reach(on, lambda rows: _looked_up(read, *rows.follow(name)))
        rows, condition = self.rows.with_archived(record.type.entity)  # type: ignore[attr-defined]
        return _looked_up(read, rows, sa.and_(rows.column("id") == self.operand(record), condition))

    def _of_several(self, on: Node, name: str, among: tuple[str, ...], read: Callable[[Rows], Operand]) -> Operand:
        """What is found behind a link that may lead to several entities; ids are unique over all of them."""
        if isinstance(on, meaning.Bound):
            raise self.unable(on)
        found = [
            self.reach(on, lambda rows, entity=entity: _looked_up(read, *rows.follow(name, entity)))  # type: ignore[misc]
            for entity in among
        ]
        *others, last = (each if isinstance(each, Number | Amount) else named(each) for each in found)
        return sql_arithmetic.first_present(others, last) if others else last

    def _binding(self, name: str) -> Any:
        return self.values.user if name == "user" else self.values.bindings.get(name)

    # Operators

    def _negative(self, node: meaning.Negative) -> Operand:
        operand = self.operand(node.operand)
        if isinstance(operand, Amount):
            return operand.changed(Number.negative)
        return operand.negative()  # type: ignore[union-attr]

    def _arithmetic(self, node: meaning.Arithmetic) -> Operand:
        return sql_arithmetic.arithmetic(self, node)

    def _if(self, node: meaning.If) -> Operand:
        operands = [self.typed(each, node.type) for each in (node.then, node.otherwise)]
        condition = self.holds(node.condition)
        return sql_arithmetic.chosen([(condition, operands[0])], operands[1])

    def _coalesce(self, node: meaning.Coalesce) -> Operand:
        *others, last = (self.typed(each, node.type) for each in node.operands)
        return sql_arithmetic.first_present(others, last)

    def _extreme(self, node: meaning.Extreme) -> Operand:
        return sql_arithmetic.extreme(self, node.kind, [self.typed(each, node.type) for each in node.operands])

    def _asmoney(self, node: meaning.AsMoney) -> Operand:
        return sql_arithmetic.of_no_currency(self.number(node.operand))

    def _text(self, node: meaning.Text) -> Operand:
        return self.text(node.operand)

    def _invoke(self, node: meaning.Invoke) -> Operand:
        function = node.function
        arguments = [self.typed(*each) for each in zip(node.arguments, function.parameters, strict=True)]
        return function.sql(*([self.values] if function.context else []), *arguments)

    def typed(self, node: Node, kind: Type) -> Operand:
        """An operand of a given type, also where the node is a bare null or an option; a calendar is itself."""
        if kind == CALENDAR:
            return node.value  # type: ignore[attr-defined]  # the checker put a Constant there
        if node.type == NULL:
            return known(None, kind)
        operand = self.operand(node)
        return operand if isinstance(operand, Number | Amount) else named(operand)

    def _contained(self, node: meaning.Contained) -> Operand:
        return sql_lists.contained(self, node)

    def _fold(self, node: meaning.Fold) -> Operand:
        return sql_lists.fold(self, node)


def _looked_up(read: Callable[[Rows], Operand], rows: Rows, condition: sa.ColumnElement) -> Operand:
    def select(clause: sa.ColumnElement) -> sa.ColumnElement:
        return sql_lists.select(rows, [condition], clause).scalar_subquery()

    return sql_arithmetic.each_column(read(rows), select)
