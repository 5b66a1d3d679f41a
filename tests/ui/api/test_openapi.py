"""The OpenAPI document, and what a tool that reads it does to the server."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine.workspace import Workspace

ALL = os.environ.get("CUSTOMARY_WHOLE_API")
"""The whole of it with every role: CUSTOMARY_WHOLE_API=/api/ pytest tests/ui/api/test_openapi.py"""
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_generated_request_breaks_the_server(api_workspace: Workspace, key_of: Callable[..., str]):
    """Requests made from the document, right and wrong ones, get an answer the document knows of, never a 500."""
    roles = [*api_workspace.release.model.roles] if ALL else ["admin", "sales_rep"]
    assert {role: _broken(api_workspace, key_of(f"{role}@example.com", role), role) for role in roles} == dict.fromkeys(
        roles, []
    )


def _broken(workspace: Workspace, key: str, role: str) -> list[tuple[str, str]]:
    app = create_app(workspace)
    with TestClient(app, raise_server_exceptions=False) as client:
        document = client.get("/api/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    document["paths"] = {path: each for path, each in document["paths"].items() if path.startswith(ALL or "/api/deal")}
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
        most = 12 if role == "admin" or ALL else 2
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
