"""What a key's person may not do, the key may not do either."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from litestar.testing import TestClient

from customary.engine import people
from customary.engine.workspace import Workspace


@pytest.fixture
def rep(api: TestClient, key_of: Callable[..., str]) -> dict[str, str]:
    """The headers of somebody who sells."""
    return {"Authorization": f"Bearer {key_of('rep@example.com', 'sales_rep')}"}


@pytest.fixture
def foreign(api: TestClient) -> str:
    """A deal of the admin, worth 777."""
    account = api.post("/api/account", json={"name": "Acme"}).json()["id"]
    values = {"name": "Secret pumps", "account": account, "amount": {"amount": "777", "currency": "EUR"}}
    return api.post("/api/deal", json=values).json()["id"]


def test_records_of_others_are_not_there(api: TestClient, rep: dict[str, str], foreign: str):
    assert api.get("/api/deal?count=exact", headers=rep).json() == {"items": [], "next": None, "count": 0}
    assert api.get("/api/deal?text=secret", headers=rep).json()["items"] == []
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/history"), ("PUT", "/archive")):
        answer = api.request(method, f"/api/deal/{foreign}{path}", headers=rep, json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path, answer.text)
    assert api.put(f"/api/deal/{foreign}/stage", headers=rep, json={"stage": "lost"}).status_code == 404
    assert api.get(f"/api/deal/{foreign}").json()["revision"] == 1


def test_records_of_others_do_not_count(api: TestClient, rep: dict[str, str], foreign: str):
    asked = "/api/deal/aggregate?group=stage&sum=amount&max=amount"
    assert api.get(asked, headers=rep).json() == {"groups": []}
    assert len(api.get(asked).json()["groups"]) == 1
    through = api.get("/api/account?where=deals.exists(d, d.amount > 700)", headers=rep)
    assert through.json()["items"] == []


def test_settings_of_people_are_for_admins(api: TestClient, rep: dict[str, str]):
    me = api.get("/api/user?where=id == user", headers=rep).json()["items"]
    assert [each["name"] for each in me] == ["Rep"]
    other = api.get("/api/user?where=id != user", headers=rep).json()["items"][0]["id"]
    assert api.patch(f"/api/user/{other}", headers=rep, json={"name": "Nobody"}).status_code in (403, 404)


def test_a_revoked_key_opens_nothing_within_a_second(api: TestClient, api_workspace: Workspace, rep: dict[str, str]):
    assert api.get("/api/deal", headers=rep).status_code == 200
    with api_workspace.database.write() as connection:
        user = people.find(connection, "rep@example.com").user_id
        for key in people.keys_of(connection, user):
            people.revoke(connection, key.id, datetime.now(UTC))
    time.sleep(1.1)
    assert api.get("/api/deal", headers=rep).status_code == 401
