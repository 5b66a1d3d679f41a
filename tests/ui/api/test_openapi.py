"""The OpenAPI document, and what a tool that reads it does to the server."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine.workspace import Workspace

ALL = os.environ.get("CUSTOMARY_WHOLE_API")
"""The whole of it with every role, on both databases: CUSTOMARY_WHOLE_API=/api/ pytest tests/ui/api/test_openapi.py"""
SENT = ("method", "url", "params", "headers", "cookies", "json", "content", "data")


def test_the_document_is_kept_until_the_next_release(api: TestClient):
    first = api.get("/api/openapi.json")
    assert first.json()["openapi"] == "3.1.0"
    assert api.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_every_schema_of_the_document_is_one(api: TestClient):
    for schema in api.get("/api/openapi.json").json()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_is_created_as_the_document_says_is_answered_as_it_says(api: TestClient):
    document = api.get("/api/openapi.json").json()
    made = api.post("/api/account", json={"name": "Acme", "email": "a@example.com"}).json()
    schema = {**document["components"]["schemas"]["account"], "components": document["components"]}
    assert list(Draft202012Validator(schema).iter_errors(made)) == []


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"] if ALL else ["sqlite"], indirect=True)
def test_no_generated_request_breaks_the_server(api_workspace: Workspace, key_of: Callable[..., str]):
    """Requests made from the document, right and wrong ones, get an answer the document knows of, never a 500.

    An admin tries one entity thoroughly. Each of the others tries a share of what an admin is told of, so that those
    with few rights ask for what they may not as well, and all together for the whole of it.
    """
    roles = [*api_workspace.release.model.roles]
    with TestClient(create_app(api_workspace), raise_server_exceptions=False) as client:
        told = _operations(client, key_of("told@example.com", "admin"))
        others = [role for role in roles if role != "admin"]
        tried = {role: told if ALL else told[place :: len(others)] for place, role in enumerate(others)}
        tried["admin"] = [each for each in told if each.path.startswith(ALL or "/api/deal")]
        broken = {role: _broken(client, key_of(f"{role}@example.com", role), role, tried[role]) for role in roles}
    assert broken == dict.fromkeys(roles, [])


def _operations(client: TestClient, key: str) -> list[schemathesis.APIOperation]:
    document = client.get("/api/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def _broken(client: TestClient, key: str, role: str, operations: list[Any]) -> list[tuple[str, str]]:
    client.headers["Authorization"] = f"Bearer {key}"
    most = 12 if ALL else 5 if role == "admin" else 1
    return [broken for operation in operations for broken in _breaking(client, operation, most)]


def _breaking(client: TestClient, operation: schemathesis.APIOperation, most: int) -> list[tuple[str, str]]:
    """The generated requests of an operation that the server could not answer."""
    broken = []

    @settings(max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        sent["headers"] = {name: value for name, value in (sent["headers"] or {}).items() if _can_travel(value)}
        answer = client.request(**{name: sent[name] for name in SENT if name in sent})
        if answer.status_code >= 500:
            broken.append((f"{case.method} {sent['url']} {sent.get('json')}", answer.text))

    send()
    return broken


def _can_travel(value: str) -> bool:
    return value.isprintable() and value.isascii()
