"""The values of a record that a mail or a form makes: what its definition says, over what came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.expressions import Expression, Template
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.records.scope import RecordScope


def made_of(fields: Mapping[str, Field], given: Mapping[str, Any], scope: RecordScope) -> dict[str, Any]:
    """Values by field: those of expressions and texts with holes worked out, records as links to them."""
    return {name: _linked(fields[name], each, _value(each, scope)) for name, each in given.items() if name in fields}


def _value(given: Any, scope: RecordScope) -> Any:
    if isinstance(given, Expression):
        return given.evaluate(scope)
    return given.render(scope) if isinstance(given, Template) else given


def _linked(field: Field, given: Any, value: Any) -> Any:
    """A record that an expression gives, whole or as its id, as a link to it."""
    if isinstance(value, Mapping) and "id" in value:
        return AnyLink(value["entity"], value["id"]) if field.kind == "any_link" else value["id"]
    if field.kind == "any_link" and isinstance(value, UUID):
        return AnyLink(given.type.entity, value)
    return value
