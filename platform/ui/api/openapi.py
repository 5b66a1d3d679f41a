"""The OpenAPI 3.1 document of a workspace: made from the model, kept per release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get

from customary.engine.fields.field import Field
from customary.engine.model.model import Entity, Model
from customary.engine.records import Work
from customary.ui.api.caller import read

Schema = Mapping[str, Any]
MOST_KEPT = 8
_kept: dict[str, bytes] = {}

ID = {"type": "string", "format": "uuid"}
LINK = {
    "type": "object",
    "properties": {"id": ID, "title": {"type": ["string", "null"]}},
    "required": ["id"],
    "description": "A record; its id alone is enough when writing.",
}
PROBLEM = {
    "type": "object",
    "description": "Why the request was not done, as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": ["string", "null"]}, "detail": {"type": "string"}},
                "required": ["field", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
CHANGE = {
    "type": "object",
    "properties": {
        "id": ID,
        "at": {"type": "string", "format": "date-time"},
        "kind": {"type": "string", "enum": ["created", "updated", "moved", "archived", "restored", "deleted"]},
        "actor": {"anyOf": [{"$ref": "#/components/schemas/Link"}, {"type": "null"}]},
        "before": {"type": "object"},
        "after": {"type": "object"},
    },
    "required": ["id", "at", "kind", "before", "after"],
}
NOT_DONE = {
    "description": "Not done; the problem says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
STATUSES = ("400", "401", "403", "404", "412", "413", "415", "422")


@get("/openapi.json")
async def read_openapi(request: Request) -> Response[bytes]:
    """The document, to whoever may call the API."""
    digest, body = await read(request, _document)
    tag = f'"{digest[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _document(work: Work) -> tuple[str, bytes]:
    digest = work.model.digest
    if digest not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[digest] = msgspec.json.encode(document(work.model))
    return digest, _kept[digest]


def document(model: Model) -> dict[str, Any]:
    """The whole document as plain data."""
    schemas: dict[str, Any] = {"Problem": PROBLEM, "Link": LINK, "Change": CHANGE}
    paths: dict[str, Any] = {}
    for entity in model.entities.values():
        schemas[entity.name] = _record(entity)
        schemas[f"{entity.name}_input"] = _input(model, entity)
        paths |= dict(_paths(entity))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": model.settings.name,
            "version": model.digest[:12],
            "description": "Generated from the definitions that are applied.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


# Schemas ------------------------------------------------------------------------------------------


def _record(entity: Entity) -> Schema:
    properties = {field.name: _described(field, _or_null(_shown(field))) for field in entity.fields.values()}
    return {"type": "object", "title": str(entity.label), "properties": properties, "required": ["id"]}


def _input(model: Model, entity: Entity, inside: str = "") -> Schema:
    """What may be written; `inside` is the link to a parent that a line does not name itself."""
    writable = [field for field in entity.fields.values() if field.entered and field.name != inside]
    writable += [entity.fields[name] for name in ("stage",) if name in entity.fields]
    properties = {field.name: _described(field, _or_null(_taken(model, field))) for field in writable}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _shown(field: Field) -> Schema:
    if field.kind in ("link", "user"):
        return {"$ref": "#/components/schemas/Link"}
    if field.kind == "links":
        return {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
    if field.kind == "lines":
        return {"type": "array", "items": {"$ref": f"#/components/schemas/{field.to}"}}
    return field.json_schema()


def _taken(model: Model, field: Field) -> Schema:
    if field.kind in ("link", "user"):
        return {"anyOf": [ID, {"$ref": "#/components/schemas/Link"}]}
    if field.kind == "lines":
        line = _input(model, model.entities[field.to], field.through)
        return {"type": "array", "items": {**line, "properties": {"id": ID, **line["properties"]}}}
    return field.json_schema()


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _described(field: Field, schema: Schema) -> Schema:
    told = {"title": str(field.label)} if str(field.label) else {}
    helped = {"description": str(field.help)} if str(field.help) else {}
    return {**schema, **told, **helped}


# Paths --------------------------------------------------------------------------------------------


def _paths(entity: Entity) -> Iterator[tuple[str, Schema]]:
    name, one, many = entity.name, _ref(entity.name), _ref(f"{entity.name}_input")
    base = f"/api/{name}"
    yield (
        base,
        {
            "get": _operation(entity, "list", "A page of records", _page(one), parameters=_list_parameters()),
            "post": _operation(
                entity, "create", "A new record", one, many, status="201", parameters=[_header("Idempotency-Key")]
            ),
        },
    )
    yield (
        f"{base}/bulk",
        {"post": _operation(entity, "create_many", "Many new records", _items({}), _items(many), parameters=_bulk())},
    )
    yield (
        f"{base}/aggregate",
        {"get": _operation(entity, "aggregate", "Groups with figures", _groups(), parameters=_aggregate_parameters())},
    )
    match = [_path_id(), _header("If-Match")]
    yield (
        f"{base}/{{id}}",
        {
            "get": _operation(entity, "read", "One record", one, parameters=[_path_id(), _query("fields")]),
            "patch": _operation(entity, "update", "Some fields of a record", one, many, parameters=match),
            "delete": _operation(entity, "delete", "A record, for good", None, status="204", parameters=match),
        },
    )
    if entity.pipelines:
        move = {
            "type": "object",
            "properties": {"stage": {"type": "string"}, "values": many},
            "required": ["stage"],
            "additionalProperties": False,
        }
        yield (
            f"{base}/{{id}}/stage",
            {"put": _operation(entity, "move", "The stage of a record", one, move, parameters=match)},
        )
    yield (
        f"{base}/{{id}}/archive",
        {
            "put": _operation(entity, "archive", "A record, put away", one, parameters=match),
            "delete": _operation(entity, "restore", "A record, taken back", one, parameters=[_path_id()]),
        },
    )
    history = _operation(
        entity, "history", "What happened", _page(_ref("Change")), parameters=[_path_id(), _limit(), _query("after")]
    )
    yield f"{base}/{{id}}/history", {"get": history}


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


def _limit() -> Schema:
    return {**_query("limit"), "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}}


def _query(name: str, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "schema": {"type": "string"}, **told}


def _header(name: str) -> Schema:
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def _path_id() -> Schema:
    return {"name": "id", "in": "path", "required": True, "schema": ID}


handlers = [read_openapi]
