"""REST over the records of every entity."""

from __future__ import annotations

import base64
import json

import pytest
from litestar.testing import TestClient


@pytest.fixture
def account(api: TestClient) -> str:
    return api.post("/api/account", json={"name": "Acme"}).json()["id"]


@pytest.fixture
def deal(api: TestClient, account: str) -> str:
    values = {"name": "Pumps", "account": account, "amount": {"amount": "12.50", "currency": "EUR"}}
    return api.post("/api/deal", json=values).json()["id"]


def test_a_created_record_is_answered_whole_with_its_place_and_revision(api: TestClient, account: str):
    answer = api.post("/api/deal", json={"name": "Pumps", "account": {"id": account}, "amount": {"amount": "7.10"}})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/deal/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert made["account"] == {"id": account, "title": "Acme"}
    assert made["amount"] == {"amount": "7.10", "currency": "EUR"}
    assert made["stage"] == "qualify"
    assert api.get(f"/api/deal/{made['id']}").json() == made


def test_all_that_is_wrong_is_said_at_once(api: TestClient):
    answer = api.post("/api/deal", json={"name": 5, "amount": "x", "nme": "?"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {(each["field"], each["detail"]) for each in answer.json()["errors"]} == {
        ("name", "must be a text"),
        ("amount", "must be a number"),
        ("account", "is required"),
        (None, "has no field “nme”. Did you mean “name”?"),
    }


def test_a_list_filters_sorts_and_pages(api: TestClient, account: str):
    items = [
        {"name": f"Deal {n}", "account": account, "amount": {"amount": str(n), "currency": "EUR"}} for n in range(7)
    ]
    assert api.post("/api/deal/bulk", json={"items": items}).status_code == 200
    asked = {"where": "amount >= 2", "sort": "-amount", "limit": 3, "fields": "name", "count": "exact"}
    seen, following = [], None
    while True:
        page = api.get("/api/deal", params=asked | ({"after": following} if following else {})).json()
        assert page["count"] == 5
        seen += [item["name"] for item in page["items"]]
        following = page["next"]
        if following is None:
            break
    assert seen == ["Deal 6", "Deal 5", "Deal 4", "Deal 3", "Deal 2"]
    assert page["items"][0].keys() == {"id", "name"}


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"where": "amont > 5"}, "“amont” is not known here. Did you mean “amount”?"),
        ({"sort": "colour"}, "“sort” names “colour”, which is no field of deal."),
        ({"limit": "0"}, "“limit” must be a whole number from 1 to 1000."),
        ({"count": "all"}, "“count” must be one of none, estimate, exact."),
        ({"filter": "x"}, "“filter” is not understood here."),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(api: TestClient, query: dict, detail: str):
    answer = api.get("/api/deal", params=query)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(detail)


def test_a_lost_update_is_refused(api: TestClient, deal: str):
    assert api.patch(f"/api/deal/{deal}", json={"next_step": "Call"}, headers={"If-Match": '"1"'}).status_code == 200
    late = api.patch(f"/api/deal/{deal}", json={"next_step": "Write"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.headers["ETag"], late.json()["revision"]) == (412, '"2"', 2)
    assert api.get(f"/api/deal/{deal}").json()["next_step"] == "Call"


def test_a_move_says_what_its_stage_requires_and_takes_it_along(api: TestClient, deal: str):
    refused = api.put(f"/api/deal/{deal}/stage", json={"stage": "propose"})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "expected_close", "detail": "is needed for stage Propose"}]
    moved = api.put(f"/api/deal/{deal}/stage", json={"stage": "propose", "values": {"expected_close": "2026-12-24"}})
    assert (moved.status_code, moved.json()["stage"], moved.json()["revision"]) == (200, "propose", 2)


def test_a_history_is_continued_only_from_a_cursor_of_its_own(api: TestClient, account: str, deal: str):
    for id, name in ((deal, "Pumps 2"), (deal, "Pumps 3")):
        api.patch(f"/api/deal/{id}", json={"name": name})
    other = api.get(f"/api/deal/{deal}/history", params={"limit": 1}).json()["next"]
    forged = (base64.urlsafe_b64encode(plain.encode()).decode() for plain in ('["x"]', '["x", 5]', "{}", "5"))
    for after in ("x", "2026-01-01", "ä", other[:-3], other + "AAAA", *forged):
        assert api.get(f"/api/deal/{deal}/history", params={"after": after}).status_code == 422, after
    assert api.get(f"/api/account/{account}/history", params={"after": other}).status_code == 422
    typed = json.loads(base64.urlsafe_b64decode(other + "=="))
    for value in (7, None, True, "x", {"u": "x"}, {"t": "2026-01-01T00:00:00+00:00"}):
        after = base64.urlsafe_b64encode(json.dumps([typed[0], value]).encode()).decode()
        assert api.get(f"/api/deal/{deal}/history", params={"after": after}).status_code == 422, value


def test_a_history_is_read_to_its_end_page_by_page(api: TestClient, deal: str):
    for number in range(4):
        api.patch(f"/api/deal/{deal}", json={"name": f"Pumps {number}"})
    seen, after = [], None
    while after is not None or not seen:
        page = api.get(f"/api/deal/{deal}/history", params={"limit": 2} | ({"after": after} if after else {})).json()
        seen += [each["after"]["name"] for each in page["items"]]
        after = page["next"]
    assert seen == ["Pumps 3", "Pumps 2", "Pumps 1", "Pumps 0", "Pumps"]


def test_history_tells_who_did_what(api: TestClient, deal: str):
    api.patch(f"/api/deal/{deal}", json={"next_step": "Call"})
    newest, oldest = api.get(f"/api/deal/{deal}/history").json()["items"]
    assert (newest["kind"], newest["before"], newest["after"]) == (
        "updated",
        {"next_step": None},
        {"next_step": "Call"},
    )
    assert (oldest["kind"], oldest["actor"]["title"], oldest["cause"]) == ("created", "Ann", {"origin": "api"})


def test_a_deleted_record_is_gone_and_an_archived_one_can_come_back(api: TestClient, deal: str):
    assert api.put(f"/api/deal/{deal}/archive").json()["archived_at"]
    assert api.get("/api/deal").json()["items"] == []
    assert api.delete(f"/api/deal/{deal}/archive").json()["archived_at"] is None
    assert api.delete(f"/api/deal/{deal}", headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(f"/api/deal/{deal}").status_code == 204
    assert api.get(f"/api/deal/{deal}").status_code == 404


def test_an_idempotency_key_makes_a_request_take_effect_once(api: TestClient):
    headers = {"Idempotency-Key": "order 7"}
    first, again = (api.post("/api/account", json={"name": "Once"}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(api.get("/api/account").json()["items"]) == 1
    assert api.post("/api/account", json={"name": "Other"}, headers=headers).status_code == 422


def test_lines_are_written_and_read_inside_their_record(api: TestClient, account: str):
    product = api.post("/api/product", json={"name": "Pump", "code": "P-1"}).json()["id"]
    line = {"product": product, "quantity": "2", "unit_price": {"amount": "10", "currency": "EUR"}}
    made = api.post("/api/deal", json={"name": "With lines", "account": account, "lines": [line]}).json()
    assert [(each["product"]["title"], each["total"]) for each in made["lines"]] == [
        ("Pump", {"amount": "20.00", "currency": "EUR"})
    ]
    bad = api.patch(f"/api/deal/{made['id']}", json={"lines": [line, {"quantity": "many"}]})
    assert ("lines", 1) in {(each.get("within"), each.get("row")) for each in bad.json()["errors"]}
    assert api.get(f"/api/deal/{made['id']}").json() == made


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_a_stranger_gets_nothing(api: TestClient, deal: str, key: str | None):
    del api.headers["Authorization"]
    headers = {"Authorization": key} if key is not None else {}
    answers = [
        api.get("/api/deal", headers=headers),
        api.get(f"/api/deal/{deal}", headers=headers),
        api.get("/api/deal/aggregate", headers=headers),
        api.get("/api/openapi.json", headers=headers),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert api.post("/api/deal", json={}, headers=headers).status_code in (401, 403)


def test_the_root_of_problems_is_one_shape(api: TestClient):
    answers = [
        api.get("/api/nothing"),
        api.get("/api/deal/not-an-id"),
        api.get("/api/deal/a/b/c"),
        api.put("/api/deal"),
        api.get("/api"),
        api.get("/api/"),
        api.post("/api/deal", content=b"\xff{", headers={"Content-Type": "application/json"}),
        api.post("/api/deal", content=b"a=1", headers={"Content-Type": "application/x-www-form-urlencoded"}),
        api.post("/api/deal", json=[1]),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 405, 404, 404, 400, 415, 400]
    for answer in answers:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json().keys() >= {"type", "title", "status", "detail"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_cannot_be_done_at_an_address_is_told_with_what_can(api: TestClient, deal: str):
    for method, path, allowed in (
        ("PUT", "/api/deal", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", f"/api/deal/{deal}", {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH"}),
        ("GET", f"/api/deal/{deal}/stage", {"OPTIONS", "PUT"}),
        ("PUT", "/sign-in", {"GET", "HEAD", "OPTIONS", "POST"}),
    ):
        answer = api.request(method, path)
        assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, allowed), path


def test_head_answers_as_get_does_without_the_body(api: TestClient, deal: str):
    for path in (f"/api/deal/{deal}", "/api/deal", "/api/openapi.json", "/api/nothing", "/api", "/sign-in"):
        asked, head = api.get(path), api.head(path)
        assert (head.status_code, head.content) == (asked.status_code, b""), path
        for name in ("Content-Type", "Content-Length", "ETag", "X-Frame-Options"):
            assert head.headers.get(name) == asked.headers.get(name), (path, name)
    assert api.head(f"/api/deal/{deal}/stage").status_code == 405
