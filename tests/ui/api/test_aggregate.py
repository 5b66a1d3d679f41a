"""Groups and figures over the API."""

from __future__ import annotations

from litestar.testing import TestClient


def test_groups_come_with_their_sums_and_counts(api: TestClient):
    account = api.post("/api/account", json={"name": "Acme"}).json()["id"]
    items = [
        {"name": f"Deal {n}", "account": account, "amount": {"amount": f"{n}.10", "currency": "EUR"}} for n in (1, 2, 6)
    ]
    api.post("/api/deal/bulk", json={"items": items})
    asked = {"group": "account", "sum": "amount", "avg": "amount", "max": "amount", "count": "*", "where": "amount < 6"}
    assert api.get("/api/deal/aggregate", params=asked).json() == {
        "groups": [
            {
                "key": {"account": {"id": account, "title": "Acme"}},
                "sum": {"amount": {"amount": "3.20", "currency": "EUR"}},
                "avg": {"amount": {"amount": "1.6", "currency": "EUR"}},
                "max": {"amount": {"amount": "2.10", "currency": "EUR"}},
                "count": 2,
            }
        ]
    }


def test_a_group_may_be_an_expression(api: TestClient):
    api.post("/api/account/bulk", json={"items": [{"name": "A"}, {"name": "B"}]})
    groups = api.get("/api/account/aggregate", params={"group": "size(name)"}).json()["groups"]
    assert groups == [{"key": {"size(name)": 1}, "count": 2}]


def test_what_cannot_be_summed_is_named(api: TestClient):
    answer = api.get("/api/deal/aggregate", params={"sum": "name"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "name", "detail": "has no sum"}]
