"""Merging records over the API."""

from __future__ import annotations

from collections.abc import Callable

from litestar.testing import TestClient


def test_another_record_is_given_up_for_this_one(api: TestClient) -> None:
    stays, other = (api.post("/api/account", json={"name": name}).json()["id"] for name in ("Acme", "Acme Ltd"))
    contact = api.post("/api/contact", json={"name": "Ann", "account": other}).json()["id"]
    merged = api.post(f"/api/account/{stays}/merged", json={"record": other})
    assert (merged.status_code, merged.json()["name"]) == (200, "Acme")
    assert api.get(f"/api/contact/{contact}").json()["account"]["id"] == stays
    assert api.get(f"/api/account/{other}").json()["archived_at"]
    newest = api.get(f"/api/account/{other}/history").json()["items"][0]
    assert (newest["kind"], newest["cause"]["with"]) == ("merged", ["account", stays])
    again = api.post(f"/api/account/{stays}/merged", json={"record": other})
    assert (again.status_code, again.json()["detail"]) == (403, "is archived: restore it first")


def test_what_is_no_other_record_is_refused(api: TestClient, key_of: Callable[..., str]) -> None:
    rep = {"Authorization": f"Bearer {key_of('rep@example.com', 'sales_rep')}"}
    mine, other = (api.post("/api/account", json={"name": name}).json()["id"] for name in ("A", "B"))
    nobody = "00000000-0000-0000-0000-000000000001"
    for body, status in (({}, 400), ({"record": 1}, 400), ({"record": mine}, 422), ({"record": nobody}, 404)):
        assert api.post(f"/api/account/{mine}/merged", json=body).status_code == status, body
    assert api.post(f"/api/account/{mine}/merged", json={"record": other}, headers=rep).status_code in (403, 404)
    assert api.get(f"/api/account/{other}").json()["archived_at"] is None
