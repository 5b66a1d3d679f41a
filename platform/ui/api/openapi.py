"""The OpenAPI 3.1 document of a workspace: made from the model, kept per release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Response, get

from customary.engine.automation import buttons_of, inputs_of
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.workflow import Workflow
from customary.engine.records import Work
from customary.engine.records.changes import KINDS
from customary.ui.api.caller import read
from customary.ui.api.paths import ID, Schema, of_buttons, paths

MOST_KEPT = 8
_kept: dict[str, bytes] = {}

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
        "kind": {
            "type": "string",
            "enum": list(KINDS),
        },
        "actor": {"anyOf": [{"$ref": "#/components/schemas/Link"}, {"type": "null"}]},
        "before": {"type": "object"},
        "after": {"type": "object"},
    },
    "required": ["id", "at", "kind", "before", "after"],
}


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
    addresses: dict[str, Any] = {}
    for entity in model.entities.values():
        schemas[entity.name] = _record(entity)
        schemas[f"{entity.name}_input"] = _input(model, entity)
        addresses |= dict(paths(entity)) | dict(of_buttons(entity, _buttons(model, entity)))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": model.settings.name,
            "version": model.digest[:12],
            "description": "Generated from the definitions that are applied.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": addresses,
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


def _buttons(model: Model, entity: Entity) -> Iterator[tuple[Workflow, Schema]]:
    """The buttons of an entity, each with the shape of what it asks for."""
    for each in buttons_of(model, entity.name):
        inputs = inputs_of(each)
        properties = {name: _described(field, _or_null(field.json_schema())) for name, field in inputs.items()}
        required = [name for name, field in inputs.items() if field.required and field.default is None]
        shape = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
        yield each, shape


def _shown(field: Field) -> Schema:
    if field.points == "one":
        return {"$ref": "#/components/schemas/Link"}
    if field.points == "many":
        return {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
    if field.points == "inside":
        return {"type": "array", "items": {"$ref": f"#/components/schemas/{field.to}"}}
    return field.json_schema()


def _taken(model: Model, field: Field) -> Schema:
    if field.points == "one":
        return {"anyOf": [ID, {"$ref": "#/components/schemas/Link"}]}
    if field.points == "inside":
        line = _input(model, model.entities[field.to], field.through)
        return {"type": "array", "items": {**line, "properties": {"id": ID, **line["properties"]}}}
    return field.json_schema()


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _described(field: Field, schema: Schema) -> Schema:
    told = {"title": str(field.label)} if str(field.label) else {}
    helped = {"description": str(field.help)} if str(field.help) else {}
    return {**schema, **told, **helped}


handlers = [read_openapi]
