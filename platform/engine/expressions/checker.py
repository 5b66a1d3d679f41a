"""Syntax tree → checked tree: every name known, every operator given what it can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customary.engine.expressions import calls, meaning, operators
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.functions import FUNCTIONS, MACROS
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.parser import MAX_NESTING, too_deep
from customary.engine.expressions.tree import (
    Binary,
    Call,
    Chain,
    Conditional,
    Items,
    Literal,
    Member,
    Name,
    Tree,
    Unary,
)
from customary.engine.expressions.types import (
    BOOLEAN,
    JSON,
    NULL,
    NUMBER,
    TEXT,
    Choice,
    ListOf,
    Names,
    Record,
    Type,
    parts_of,
)
from customary.engine.words import Reason, suggestion


def check(tree: Tree, names: Names) -> Node:
    """What `tree` means where `names` hold. Raises ExpressionError."""
    return Checker(names).node(tree)


class Checker:
    """Checks one expression. `variables` are those of the macros around the part at hand, `lists` how many."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.variables: dict[str, meaning.Variable] = {}
        self.lists = 0
        self._made = 0
        self._nesting = 0

    def node(self, tree: Tree) -> Node:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise too_deep(tree.offset)
        node = _CHECKS[type(tree)](self, tree)
        self._nesting -= 1
        return node

    def condition(self, tree: Tree) -> Node:
        """A part that must be true or false."""
        return operators.must_be_boolean(self.node(tree))

    def variable(self, name: str, type_: Type, offset: int) -> meaning.Variable:
        """A new variable for the items of a list; it hides a field of the same name while it lives."""
        self._made += 1
        return meaning.Variable(offset, type_, f"v{self._made}")

    # Names

    def literal(self, tree: Literal) -> Node:
        value = tree.value
        kind = NULL if value is None else BOOLEAN if isinstance(value, bool) else TEXT
        if not isinstance(value, bool | str | None):
            kind = NUMBER
        return meaning.Constant(tree.offset, kind, value)

    def name(self, tree: Name) -> Node:
        name, offset, names = tree.name, tree.offset, self.names
        if name in self.variables:
            return self.variables[name]
        if names.entity and (kind := names.member(names.entity, name)) is not None:
            return meaning.Field(offset, kind, meaning.This(offset, _this(names)), name)
        kind = names.type_of(name)
        if kind is None:
            raise self._unknown_name(tree)
        if name == "old":
            return meaning.Old(offset, kind)
        if name == "record" and not names.apart:
            return meaning.This(offset, kind)
        return meaning.Bound(offset, kind, name)

    def member(self, tree: Member) -> Node:
        target = self.node(tree.target)
        match target.type:
            case Record() if isinstance(target, meaning.Field) and target.name == "id":
                raise ExpressionError(tree.offset, "an id has no field “{field}”", "Leave out “id.”.", field=tree.name)
            case Record(among=among) if among:
                return meaning.Field(tree.offset, self._shared(tree, among), target, tree.name)
            case Record(entity=entity):
                kind = self.names.member(entity, tree.name)
                if kind is None:
                    raise self._unknown_field(tree, entity)
                return meaning.Field(tree.offset, kind, target, tree.name)
            case ListOf():
                remedy = "Ask for one of the list, for example exists(x, x.{field} == ...)."
                raise ExpressionError(tree.offset, "a list has no field “{field}”", remedy, field=tree.name)
            case kind if (parts := parts_of(kind)) and tree.name in parts:
                return meaning.Part(tree.offset, parts[tree.name], target, tree.name)
            case kind if (parts := parts_of(kind)) and tree.name not in FUNCTIONS.by_name():
                summary, remedy = "“{part}” is not a part of a {type}", suggestion(tree.name, parts)
                raise ExpressionError(tree.offset, summary, remedy, part=tree.name, type=kind)
            case Choice() as kind if (said := kind.told(tree.name)) is not None:
                return meaning.Said(tree.offset, said[0], target, said[1])
            case Choice() as kind if kind.values:
                remedy = suggestion(tree.name, [each for each, _, _ in kind.values])
                raise ExpressionError(tree.offset, "no option says “{field}”", remedy, field=tree.name)
            case kind if kind == JSON:
                return meaning.Key(tree.offset, JSON, target, tree.name)
        remedy = "Write {field}(...) to call the function." if tree.name in FUNCTIONS.by_name() else None
        summary = "a {type} has no field “{field}”"
        raise ExpressionError(tree.offset, summary, remedy, type=target.type, field=tree.name)

    def _shared(self, tree: Member, among: tuple[str, ...]) -> Type:
        """The type of a field that all of several entities have alike."""
        if tree.name == "id":
            return Record(among=among)
        kinds = [self.names.member(entity, tree.name) for entity in among]
        if kinds[0] is not None and all(kind == kinds[0] for kind in kinds):
            return kinds[0]
        without = [entity for entity, kind in zip(among, kinds, strict=True) if kind is None]
        if without:
            known = set.intersection(*(set(self.names.known(entity)) for entity in among))
            raise _no_field(tree, ", ".join(without), suggestion(tree.name, known))
        summary, remedy = (
            "“{field}” is not the same kind of field in {entities}",
            "Ask for the records of one with all(entity).",
        )
        raise ExpressionError(tree.offset, summary, remedy, field=tree.name, entities=", ".join(among))

    def _unknown_field(self, tree: Member, entity: str) -> ExpressionError:
        if not entity:
            remedy = "It may be of several entities; ask for those of one with all(entity)."
            return ExpressionError(tree.offset, "“{field}” cannot be read here", remedy, field=tree.name)
        see = Reason("See: customary show entity {entity}.", {"entity": entity})
        return _no_field(tree, entity, suggestion(tree.name, self.names.known(entity)) or see)

    def _unknown_name(self, tree: Name) -> ExpressionError:
        if FUNCTIONS[tree.name] or tree.name in MACROS:
            return ExpressionError(tree.offset, "“{name}” is a function", "Write {name}(...).", name=tree.name)
        if tree.name in ("user", "old"):
            remedy = "What is computed depends on the record alone, not on who reads it or what it was."
            return ExpressionError(tree.offset, "“{name}” is not known here", remedy, name=tree.name)
        remedy = suggestion(tree.name, {*self.names.known(), *self.variables})
        remedy = remedy or Reason("Write the name of a field, or a text in quotes.")
        return ExpressionError(tree.offset, "“{name}” is not known here", remedy, name=tree.name)

    # Operators

    def unary(self, tree: Unary) -> Node:
        if tree.operator == "!":
            return meaning.Not(tree.offset, BOOLEAN, self.condition(tree.operand))
        return operators.negative(self.node(tree.operand), tree.offset)

    def binary(self, tree: Binary) -> Node:
        left, right = self.node(tree.left), self.node(tree.right)
        if tree.operator == "in":
            return operators.among(left, right, tree.offset)
        if tree.operator in operators.COMPARISONS:
            return operators.compare(tree.operator, left, right, tree.offset)
        return operators.arithmetic(tree.operator, left, right, tree.offset)

    def chain(self, tree: Chain) -> Node:
        return meaning.Junction(tree.offset, BOOLEAN, tree.operator, tuple(map(self.condition, tree.terms)))

    def conditional(self, tree: Conditional) -> Node:
        condition = self.condition(tree.condition)
        then, otherwise = operators.alike([self.node(tree.then), self.node(tree.otherwise)], tree.offset)
        return meaning.If(tree.offset, operators.common(then, otherwise), condition, then, otherwise)

    def items(self, tree: Items) -> Node:
        items = operators.alike([self.node(item) for item in tree.items], tree.offset)
        kind = operators.common(*items) if items else NULL
        return meaning.Literals(tree.offset, ListOf(item=kind), tuple(items))

    def call(self, tree: Call) -> Node:
        return calls.call(self, tree)


def _no_field(tree: Member, entity: str, remedy: Reason | None) -> ExpressionError:
    return ExpressionError(tree.offset, "“{entity}” has no field “{field}”", remedy, entity=entity, field=tree.name)


def _this(names: Names) -> Type:
    return Record(entity=names.entity or "")


_CHECKS: dict[type[Tree], Callable[[Checker, Any], Node]] = {
    Literal: Checker.literal,
    Name: Checker.name,
    Member: Checker.member,
    Call: Checker.call,
    Unary: Checker.unary,
    Binary: Checker.binary,
    Chain: Checker.chain,
    Conditional: Checker.conditional,
    Items: Checker.items,
}
