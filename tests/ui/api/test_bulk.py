"""Many new records in one request."""

from __future__ import annotations

from litestar.testing import TestClient


def test_one_bad_item_refuses_all(api: TestClient):
    answer = api.post("/api/account/bulk", json={"items": [{"name": "A"}, {"nme": "B"}, {"name": 7}]})
    assert answer.status_code == 422
    assert [each["item"] for each in answer.json()["items"]] == [1, 2]
    assert api.get("/api/account").json()["items"] == []


def test_bad_items_can_be_skipped_and_are_told_in_their_place(api: TestClient):
    answer = api.post("/api/account/bulk?skip_bad=true", json={"items": [{"name": 7}, {"name": "A"}, {}]})
    assert [each["status"] for each in answer.json()["items"]] == [422, 201, 422]
    assert [each["name"] for each in api.get("/api/account").json()["items"]] == ["A"]


def test_a_bulk_request_with_a_key_takes_effect_once(api: TestClient):
    body, headers = {"items": [{"name": "A"}, {"name": "B"}]}, {"Idempotency-Key": "night 1"}
    first, again = (api.post("/api/account/bulk", json=body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert len(api.get("/api/account").json()["items"]) == 2
