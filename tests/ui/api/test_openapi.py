"""The OpenAPI document, and what a tool that reads it does to the server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine.workspace import Workspace

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
    key = key_of("robot@example.com", "admin")
    app = create_app(api_workspace)
    with TestClient(app, raise_server_exceptions=False) as client:
        document = client.get("/api/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    document["paths"] = {path: each for path, each in document["paths"].items() if path.startswith("/api/deal")}
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
        assert [broken for operation in operations for broken in _breaking(client, operation)] == []


def _breaking(client: TestClient, operation: schemathesis.APIOperation) -> list[tuple[str, str]]:
    """The generated requests of an operation that the server could not answer."""
    broken = []

    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
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
