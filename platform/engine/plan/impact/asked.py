"""What expressions ask for: the entities, fields, options and stages that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from customary.engine.expressions import Expression, Template, meaning
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.types import ListOf, Record
from customary.engine.fields.field import Field
from customary.engine.model.model import Model

Thing = tuple[str, ...]
"""A kind and the names that lead there: ("field", "visit", "cost"), ("option", "visit", "kind", "call")."""

STAGE = "stage"


def said(model: Model, value: Any) -> Iterator[Thing]:
    """What the expressions within a value ask for."""
    for expression in _expressions(value):
        for node in all_nodes(expression.node):
            yield from _of_node(model, node)


def chosen(entity: str, field: Field | None, value: Any) -> Iterator[Thing]:
    """The options, or stages, that a value of a field is."""
    known = getattr(field, "options", None) or ()
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, str) and each in known:
            yield _option(entity, field.name, each)


def _expressions(value: Any) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, Template):
        yield from value.holes
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _expressions(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _expressions(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _expressions(getattr(value, each.name))


def _of_node(model: Model, node: Node) -> Iterator[Thing]:
    match node:
        case meaning.Field(on=on, name=name):
            yield from _of_field(model, on, name)
        case meaning.Every(entity=entity):
            yield "entity", entity
        case meaning.Compare(left=meaning.Field() as field, right=meaning.Constant(value=value)):
            yield from _of_option(field, value)
        case meaning.Compare(left=meaning.Constant(value=value), right=meaning.Field() as field):
            yield from _of_option(field, value)
        case meaning.Contained(item=meaning.Constant(value=value), list=meaning.Field() as field):
            yield from _of_option(field, value)
        case meaning.Among(item=meaning.Field() as field, items=items):
            for each in items:
                if isinstance(each, meaning.Constant):
                    yield from _of_option(field, each.value)


def _of_field(model: Model, on: Node, name: str) -> Iterator[Thing]:
    """A field, or the link behind a list that leads back."""
    entity = model.entities.get(_entity(on))
    if entity is None:
        return
    inverse = entity.inverses.get(name)
    yield ("field", inverse.entity, inverse.field) if inverse else ("field", entity.name, name)


def _of_option(field: meaning.Field, value: Any) -> Iterator[Thing]:
    entity = _entity(field.on)
    if entity and isinstance(value, str):
        yield _option(entity, field.name, value)


def _option(entity: str, field: str, name: str) -> Thing:
    return (STAGE, entity, name) if field == STAGE else ("option", entity, field, name)


def _entity(node: Node) -> str:
    kind = node.type.item if isinstance(node.type, ListOf) else node.type
    return kind.entity if isinstance(kind, Record) else ""
