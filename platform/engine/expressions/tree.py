"""The syntax tree: what the text says, before anyone asks what it means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tree:
    """`offset` is where in the text a problem with this part is shown."""

    offset: int


@dataclass(frozen=True, slots=True)
class Literal(Tree):
    """A number, text, true, false or null."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Name(Tree):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Tree):
    """`target.name`; the offset is that of the name."""

    target: Tree
    name: str


@dataclass(frozen=True, slots=True)
class Call(Tree):
    """`name(arguments)`, or `target.name(arguments)`; the offset is that of the name."""

    name: str
    target: Tree | None
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Unary(Tree):
    """`!` or `-` before its operand."""

    operator: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary(Tree):
    """An operator between two operands; the offset is that of the operator."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Chain(Tree):
    """Any number of terms joined by `&&` or by `||`; flat, so a long filter is not a deep one."""

    operator: str
    terms: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Tree):
    """`condition ? then : otherwise`."""

    condition: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class Items(Tree):
    """`[a, b, c]`."""

    items: tuple[Tree, ...]
