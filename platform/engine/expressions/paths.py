"""Paths: what an expression reads of its record, or of all records of an entity, and by which steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from customary.engine.expressions import meaning
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.types import Branch, ListOf, Record

Path = tuple[str, ...]
Rooted = tuple[str, Path]
"""Where a path begins: "" at the record itself, else at `all(entity)`."""


def all_nodes(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for each in parts(node):
        yield from all_nodes(each)


def parts(node: Node) -> Iterator[Node]:
    """The nodes right below one."""
    for each in fields(node):
        value = getattr(node, each.name)
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Node))


def rooted_paths(nodes: Iterable[Node]) -> frozenset[Rooted]:
    """Every way to a field, through links and lists; an entity asked for as a whole is an empty path."""
    nodes = tuple(nodes)
    sources = {each.variable.name: each.list for each in nodes if isinstance(each, meaning.Filter | meaning.Map)}
    found: set[Rooted] = set()
    for node in nodes:
        if isinstance(node, meaning.Field | meaning.Every):
            found.update(_ways(node, sources))
    return frozenset(found)


def counts_records(nodes: Iterable[Node]) -> bool:
    """Whether a list of records is asked for something."""
    return any(isinstance(each.type, ListOf) and isinstance(each.type.item, Record) for each in nodes)


def makes_money(node: Node) -> bool:
    """Whether a plain number, other than nothing, is taken for money somewhere."""
    return any(
        isinstance(each, meaning.AsMoney)
        and not (isinstance(each.operand, meaning.Constant) and not each.operand.value)
        for each in all_nodes(node)
    )


def _ways(node: Node, sources: dict[str, Node]) -> Iterator[Rooted]:
    """The ways from which a record, or the records of a list, may come. What is bound from outside has none."""
    match node:
        case meaning.This() | meaning.Old():
            yield "", ()
        case meaning.Every(entity=entity):
            yield entity, ()
        case meaning.Field(on=on, type=Branch(item=Record(entity=entity), by=link)):
            # How far it reaches is known only when it is asked: it may be any record of the entity.
            yield from ((root, (*path, link)) for root, path in _ways(on, sources))
            yield entity, ()
        case meaning.Field(on=on, name=name):
            yield from ((root, (*path, name)) for root, path in _ways(on, sources))
        case meaning.Variable(name=name) if name in sources:
            yield from _ways(sources[name], sources)
        case meaning.Filter(list=inner):
            yield from _ways(inner, sources)
        case meaning.Map(value=value):
            yield from _ways(value, sources)
        case _:
            # A choice between records, a first or last of them: any of its parts may be it.
            for each in parts(node):
                if isinstance(each.type, Record | ListOf):
                    yield from _ways(each, sources)
