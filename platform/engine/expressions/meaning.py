"""The checked tree: what an expression means, every part with its type. Both targets are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from customary.engine.expressions.types import Type

if TYPE_CHECKING:
    from customary.engine.expressions.functions.function import Function


@dataclass(frozen=True, slots=True)
class Node:
    """`offset` is where in the text a later problem with this part is shown."""

    offset: int
    type: Type


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value known when compiled."""

    value: Any


# Where values come from ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class This(Node):
    """The record at hand."""


@dataclass(frozen=True, slots=True)
class Old(Node):
    """The record before the change."""


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """What a scope binds: `user`, `payload`, a step's result."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """The item at hand inside a macro; `name` is unique in the expression."""

    name: str


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of a record. Of type record or list of records, it is a step over a link."""

    on: Node
    name: str


@dataclass(frozen=True, slots=True)
class Key(Node):
    """A value inside plain JSON data."""

    on: Node
    name: str


@dataclass(frozen=True, slots=True)
class Part(Node):
    """A part of a value: the city of an address, the currency of an amount."""

    on: Node
    name: str


@dataclass(frozen=True, slots=True)
class Said(Node):
    """What an option says beside its label: `values` by option; others say nothing."""

    on: Node
    values: tuple[tuple[str, Any], ...]


# Operators ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+ - * / %` over the types of its operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`== != < <= > >=`; both sides have been brought to types that can be compared."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`&&` or `||` over any number of terms."""

    operator: str
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`condition ? then : otherwise`; an unknown condition chooses `otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Among(Node):
    """`item in [a, b]`; never unknown."""

    item: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Contained(Node):
    """`item in list`; never unknown."""

    item: Node
    list: Node


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """The first of its operands that is not null."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The least or the greatest (`kind` is min or max) of its operands that are not null."""

    kind: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AsMoney(Node):
    """A number as money of no particular currency, which agrees with any."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A value as plain text."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """A function of the registry."""

    function: Function
    arguments: tuple[Node, ...]


# Lists --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literals(Node):
    """`[a, b, c]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Every(Node):
    """All records of an entity."""

    entity: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """The items of a list for which a condition holds."""

    list: Node
    variable: Variable
    condition: Node


@dataclass(frozen=True, slots=True)
class Map(Node):
    """A value for every item of a list."""

    list: Node
    variable: Variable
    value: Node


@dataclass(frozen=True, slots=True)
class Distinct(Node):
    """A list without repeated and empty values."""

    list: Node


@dataclass(frozen=True, slots=True)
class Fold(Node):
    """One value of a list: `kind` is size, exists, all, sum, avg, min, max, first or last.

    exists and all have a condition inside: `list` is then a Map to booleans.
    """

    kind: str
    list: Node


def is_total(node: Node) -> bool:
    """Whether a condition is never unknown."""
    match node:
        case Compare(operator=operator):
            return operator in ("==", "!=")
        case Among() | Contained():
            return True
        case Constant(value=value):
            return value is not None
        case Fold(kind=kind):
            return kind in ("exists", "all")
        case Not(operand=operand):
            return is_total(operand)
        case Junction(terms=terms):
            return all(map(is_total, terms))
    return False
