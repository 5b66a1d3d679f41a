"""Buttons over the API: beginning a run, and who may."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine.automation import find_run
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

RULES = """
workflow: warm_up
when: {button: account}
where: industry == null
do: [{note: Called}]
---
role: reader
entities: {account: {read: all}}
"""


@pytest.fixture
def api_workspace(api_workspace: Workspace) -> Workspace:
    (api_workspace.directory / "schemas").mkdir(exist_ok=True)
    (api_workspace.directory / "schemas" / "rules.yaml").write_text(RULES, encoding="utf-8")
    api_workspace.apply()
    return api_workspace


def test_a_button_begins_a_run(api: TestClient, api_workspace: Workspace, key_of: Callable) -> None:
    account = api.post("/api/account", json={"name": "Acme"}).json()["id"]
    address = f"/api/account/{account}/buttons/warm_up"
    answer = api.post(address)
    assert (answer.status_code, answer.json()["status"]) == (202, "due")
    with api_workspace.database.write() as connection:
        run = find_run(api_workspace.work(connection, SYSTEM), UUID(answer.json()["run"]))
    assert (run.workflow, str(run.record), run.cause["origin"]) == ("warm_up", account, "button")
    assert api.post(address, json={}).status_code == 202
    odd = api.post(address, json={"why": 1})
    assert (odd.status_code, odd.json()["detail"]) == (422, "“why” is not asked for")
    assert api.post(f"/api/account/{account}/buttons/nothing").status_code == 404
    assert api.post(f"/api/nothing/{account}/buttons/warm_up").status_code == 404
    assert api.post("/api/account/x/buttons/warm_up").status_code == 404
    api.patch(f"/api/account/{account}", json={"industry": "retail"})
    late = api.post(address)
    assert (late.status_code, late.json()["errors"][0]["detail"]) == (422, "is not one for “Warm up” now")
    reader = {"Authorization": f"Bearer {key_of('bob@example.com', 'reader')}"}
    assert api.post(address, headers=reader).status_code == 403
    assert api.post(address, headers={"Authorization": "Bearer x"}).status_code == 401


def test_the_document_names_the_buttons(api: TestClient) -> None:
    described = api.get("/api/openapi.json").json()["paths"]
    [(address, operations)] = [(each, described[each]) for each in described if "/buttons/" in each]
    assert address == "/api/account/{id}/buttons/warm_up"
    assert set(operations["post"]["responses"]) >= {"202", "403", "404", "422"}
