"""The addresses of an entity's API, as its OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customary.engine.model.entity import Entity
from customary.engine.model.workflow import Workflow

Schema = Mapping[str, Any]

ID = {"type": "string", "format": "uuid"}
NOT_DONE = {
    "description": "Not done; the problem says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SHARED = {
    "with": {"type": "object", "properties": {"entity": {"type": "string"}, "id": ID}, "required": ["entity", "id"]},
    "writing": {"type": "boolean"},
    "until": {"type": ["string", "null"], "format": "date"},
}
STATUSES = ("400", "401", "403", "404", "412", "413", "415", "422")


def paths(entity: Entity) -> Iterator[tuple[str, Schema]]:
    """The addresses of an entity, each with its operations."""
    base = f"/api/{entity.name}"
    yield base, _collection(entity)
    yield f"{base}/bulk", {"post": _create_many(entity)}
    yield f"{base}/aggregate", {"get": _aggregate(entity)}
    yield f"{base}/{{id}}", _one(entity)
    if entity.pipelines:
        yield f"{base}/{{id}}/stage", {"put": _move(entity)}
        yield f"{base}/{{id}}/approval", {"put": _approval(entity)}
    yield f"{base}/{{id}}/archive", _archive(entity)
    yield f"{base}/{{id}}/merged", {"post": _merge(entity)}
    yield f"{base}/{{id}}/history", {"get": _history(entity)}
    yield f"{base}/{{id}}/shares", _shares(entity)
    yield f"{base}/{{id}}/shares/{{share}}", {"delete": _unshare(entity)}


def of_buttons(entity: Entity, buttons: Iterable[tuple[Workflow, Schema]]) -> Iterator[tuple[str, Schema]]:
    """The addresses of the buttons on an entity's records, each with the shape of what it asks for."""
    begun = {"run": ID, "status": {"type": "string"}}
    answer = {"type": "object", "properties": begun, "required": list(begun)}
    for each, asked in buttons:
        verb, summary = f"press_{each.name}_on", str(each.label)
        body = asked if asked["properties"] else None
        pressed = _operation(entity, verb, summary, answer, body, status="202", parameters=[_path_id()])
        yield f"/api/{entity.name}/{{id}}/buttons/{each.name}", {"post": pressed}


def _collection(entity: Entity) -> Schema:
    one, given = _ref(entity.name), _ref(f"{entity.name}_input")
    once = [_header("Idempotency-Key")]
    return {
        "get": _operation(entity, "list", "A page of records", _page(one), parameters=_list_parameters()),
        "post": _operation(entity, "create", "A new record", one, given, status="201", parameters=once),
    }


def _create_many(entity: Entity) -> Schema:
    given = _items(_ref(f"{entity.name}_input"))
    return _operation(entity, "create_many", "Many new records", _items({}), given, parameters=_bulk())


def _aggregate(entity: Entity) -> Schema:
    return _operation(entity, "aggregate", "Groups with figures", _groups(), parameters=_aggregate_parameters())


def _one(entity: Entity) -> Schema:
    one, given = _ref(entity.name), _ref(f"{entity.name}_input")
    asked = [_path_id(), _query("fields")]
    return {
        "get": _operation(entity, "read", "One record", one, parameters=asked),
        "patch": _operation(entity, "update", "Some fields of a record", one, given, parameters=_matching()),
        "delete": _operation(entity, "delete", "A record, for good", None, status="204", parameters=_matching()),
    }


def _move(entity: Entity) -> Schema:
    move = {
        "type": "object",
        "properties": {"stage": {"type": "string"}, "values": _ref(f"{entity.name}_input")},
        "required": ["stage"],
        "additionalProperties": False,
    }
    return _operation(entity, "move", "The stage of a record", _ref(entity.name), move, parameters=_matching())


def _approval(entity: Entity) -> Schema:
    name = {"type": "object", "properties": {"stage": {"type": "string"}}, "required": ["stage"]}
    answer = {"type": "object", "properties": {"asked": {"type": "integer"}}, "required": ["asked"]}
    wanted = {**name, "additionalProperties": False}
    return _operation(entity, "ask_approval_of", "The approvals of a stage", answer, wanted, parameters=[_path_id()])


def _archive(entity: Entity) -> Schema:
    one = _ref(entity.name)
    return {
        "put": _operation(entity, "archive", "A record, put away", one, parameters=_matching()),
        "delete": _operation(entity, "restore", "A record, taken back", one, parameters=[_path_id()]),
    }


def _merge(entity: Entity) -> Schema:
    other = {"type": "object", "properties": {"record": ID}, "required": ["record"], "additionalProperties": False}
    return _operation(
        entity, "merge", "Another record, given up for it", _ref(entity.name), other, parameters=[_path_id()]
    )


def _history(entity: Entity) -> Schema:
    asked = [_path_id(), _limit(), _query("after")]
    return _operation(entity, "history", "What happened", _page(_ref("Change")), parameters=asked)


def _shares(entity: Entity) -> Schema:
    share = {"type": "object", "properties": {"id": ID, **_SHARED}, "required": ["id", *_SHARED]}
    given = {"type": "object", "properties": _SHARED, "required": ["with"], "additionalProperties": False}
    asked = [_path_id()]
    return {
        "get": _operation(entity, "list_shares_of", "With whom a record is shared", _page(share), parameters=asked),
        "post": _operation(entity, "share", "A record, shared", share, given, status="201", parameters=asked),
    }


def _unshare(entity: Entity) -> Schema:
    share = {**_path_id(), "name": "share"}
    asked = [_path_id(), share]
    return _operation(entity, "unshare", "A share, taken back", None, status="204", parameters=asked)


def _operation(
    entity: Entity,
    verb: str,
    summary: str,
    answer: Schema | None,
    body: Schema | None = None,
    *,
    status: str = "200",
    parameters: list[Schema],
) -> Schema:
    done: dict[str, Any] = {"description": summary}
    if answer is not None:
        done["content"] = {"application/json": {"schema": answer}}
    operation: dict[str, Any] = {
        "operationId": f"{verb}_{entity.name}",
        "tags": [str(entity.plural)],
        "summary": summary,
        "parameters": parameters,
        "responses": {status: done} | dict.fromkeys(STATUSES, NOT_DONE),
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _items(item: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}},
        "required": ["items"],
        "additionalProperties": False,
    }


def _page(item: Schema) -> Schema:
    further = {"next": {"type": ["string", "null"]}, "count": {"type": ["integer", "null"]}}
    return {**_items(item), "properties": {**_items(item)["properties"], **further}}


def _groups() -> Schema:
    group = {
        "type": "object",
        "properties": {"key": {"type": "object"}, "count": {"type": "integer"}},
        "required": ["key", "count"],
    }
    return {"type": "object", "properties": {"groups": {"type": "array", "items": group}}, "required": ["groups"]}


def _list_parameters() -> list[Schema]:
    return [
        _query("where", "An expression: amount > 1000 && open"),
        _query("sort", "Names of fields; a minus before one turns it round: -amount,name"),
        _query("fields", "The fields that are wanted: name,amount"),
        _query("text", "Words that the record holds"),
        _limit(),
        _query("after", "The cursor that the page before gave as next"),
        {**_query("count"), "schema": {"type": "string", "enum": ["none", "estimate", "exact"]}},
        {**_query("archived"), "schema": {"type": "boolean"}},
    ]


def _aggregate_parameters() -> list[Schema]:
    named = [_query("group", "A field, or an expression such as month(created_at)")]
    named += [_query(how, f"Fields to take the {how} of") for how in ("sum", "avg", "min", "max")]
    several = [{**each, "schema": {"type": "array", "items": {"type": "string"}}} for each in named]
    return [*several, {**_query("count"), "schema": {"const": "*"}}, _query("where", "An expression"), _query("text")]


def _bulk() -> list[Schema]:
    return [{**_query("skip_bad"), "schema": {"type": "boolean"}}, _header("Idempotency-Key")]


def _matching() -> list[Schema]:
    return [_path_id(), _header("If-Match")]


def _limit() -> Schema:
    return {**_query("limit"), "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}}


def _query(name: str, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "schema": {"type": "string"}, **told}


def _header(name: str) -> Schema:
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def _path_id() -> Schema:
    return {"name": "id", "in": "path", "required": True, "schema": ID}
