"""What a caller sent: JSON, and the values of fields in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from customary.engine.fields.field import Field, Refusal
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.records import FieldProblem
from customary.ui.api.problem import ApiProblem

MOST_ITEMS = 10_000
"""Records in one bulk request."""


@dataclass(frozen=True)
class Given:
    """The values of one record as they were sent, and what is wrong with their form."""

    values: Mapping[str, Any]
    problems: list[FieldProblem]


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises ApiProblem (400, 415)."""
    kind = request.headers.get("Content-Type", "application/json").split(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise ApiProblem(415, "Send JSON, with Content-Type: application/json.")
    try:
        body = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiProblem(400, f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise ApiProblem(400, "The body must be a JSON object.")
    return body


def items_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects in a bulk request. Raises ApiProblem."""
    items = body.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiProblem(400, "The body must be an object with “items”, a list of objects.")
    if len(items) > MOST_ITEMS:
        raise ApiProblem(413, f"At most {MOST_ITEMS} items fit in one request; {len(items)} were sent.")
    if unknown := [key for key in body if key != "items"]:
        raise ApiProblem(400, f"“{unknown[0]}” is not understood beside “items”.")
    return items


def given(model: Model, entity: Entity, data: Mapping[str, Any]) -> Given:
    """The values in a JSON object. A name that is no field goes on to the writer, which knows what to say."""
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, item in data.items():
        field = entity.fields.get(name)
        try:
            values[name] = item if field is None else _value(model, field, item, problems)
        except Refusal as refusal:
            problems.append(FieldProblem(name, refusal.reason, field.label))
    return Given(values, problems)


def _value(model: Model, field: Field, item: Any, problems: list[FieldProblem]) -> Any:
    if field.points != "inside":
        return field.from_json(item)
    if item is not None and not (isinstance(item, list) and all(isinstance(line, dict) for line in item)):
        raise Refusal("must be a list of objects")
    return [_line(model, field, number, line, problems) for number, line in enumerate(item or ())]


def _line(
    model: Model, field: Field, number: int, line: Mapping[str, Any], problems: list[FieldProblem]
) -> dict[str, Any]:
    inner = given(model, model.entities[field.to], {name: item for name, item in line.items() if name != "id"})
    for each in inner.problems:
        problems.append(FieldProblem(each.field, each.reason, each.label, field.name, number))
    return {"id": _line_id(line["id"]), **inner.values} if line.get("id") is not None else dict(inner.values)


def _line_id(sent: Any) -> Any:
    try:
        return UUID(sent)
    except (ValueError, TypeError, AttributeError):
        raise Refusal("holds a line whose id is none") from None


def and_more(refused: list[FieldProblem], form: list[FieldProblem]) -> list[FieldProblem]:
    """What the writer refused together with what had no right form; the latter explains an empty field."""
    broken = {(each.field, each.within, each.row) for each in form}
    return form + [each for each in refused if (each.field, each.within, each.row) not in broken]
