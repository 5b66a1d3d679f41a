"""Rights of somebody of whom something is not set: a comparison with what is empty of the user opens nothing.

In the language two empty values are equal, so `region == user.region` would show whoever has no region all records
without one. A condition that grants holds only where what it compares of the user is there, and one that denies
also where it is not. Written into the checked tree, it is the same in Python and in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from customary.engine.expressions import meaning
from customary.engine.expressions.expression import Expression
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.paths import all_nodes, parts
from customary.engine.expressions.to_python import to_python
from customary.engine.expressions.types import BOOLEAN, NULL, ListOf

USER = "user"


def guarded(condition: Expression, grants: bool) -> Expression:
    """The condition of a right that grants, or denies, closed to users of whom it compares what is not set."""
    node = _guarded(condition.node, grants)
    return condition if node == condition.node else replace(condition, node=node, evaluate=to_python(node))


def _guarded(node: Node, grants: bool) -> Node:
    match node:
        case meaning.Junction(terms=terms):
            return replace(node, terms=tuple(_guarded(each, grants) for each in terms))
        case meaning.Not(operand=operand):
            return replace(node, operand=_guarded(operand, not grants))
        case meaning.If(condition=condition, then=then, otherwise=otherwise) if not _asked(condition):
            return replace(node, then=_guarded(then, grants), otherwise=_guarded(otherwise, grants))
    asked = _asked(node)
    if not asked:
        return node
    operator, joined = ("!=", "&&") if grants else ("==", "||")
    return meaning.Junction(node.offset, BOOLEAN, joined, (*(_with_null(each, operator) for each in asked), node))


def _asked(node: Node) -> tuple[Node, ...]:
    """All that comparisons in a condition ask of the user, each once."""
    return tuple(dict.fromkeys(each for inner in all_nodes(node) for each in _compared(inner)))


def _compared(node: Node) -> Iterator[Node]:
    """What a comparison, other than with `null`, asks of the user."""
    match node:
        case meaning.Compare(left=left, right=right) if NULL not in (left.type, right.type):
            sides: tuple[Node, ...] = (left, right)
        case meaning.Among(item=item, items=items):
            sides = (item, *items)
        case meaning.Contained(item=item):
            sides = (item,)
        case _:
            return
    for each in sides:
        yield from _of_user(each)


def _of_user(node: Node) -> Iterator[Node]:
    """The values of the user without which an operand is nothing; one that may be something without them has none."""
    if isinstance(node.type, ListOf) or isinstance(node, meaning.Coalesce | meaning.If | meaning.Extreme):
        return
    if _is_of_user(node):
        yield node
        return
    for each in parts(node):
        yield from _of_user(each)


def _is_of_user(node: Node) -> bool:
    while isinstance(node, meaning.Field | meaning.Part | meaning.Said):
        node = node.on
    return isinstance(node, meaning.Bound) and node.name == USER


def _with_null(node: Node, operator: str) -> Node:
    return meaning.Compare(node.offset, BOOLEAN, operator, node, meaning.Constant(node.offset, NULL, None))
