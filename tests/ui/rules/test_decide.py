"""To decide: what is asked of a person, counted, answered, handed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine import people, records
from customary.engine.automation.worker import work_until_idle
from customary.engine.people.standing import set_roles
from customary.engine.workspace import Workspace

RULES = """
workflow: check
label: {en: Check it}
when: {created: account}
do:
  - ask:
      by: admin
      text: {en: 'Is {{ name }} <fine>?'}
      fields: {score: {type: integer, required: true, max: 9, default: 5}, how: {type: choice, options: [car, train]}}
    as: said
  - note: '{{ said.score }} {{ said.how }} {{ said.by.name }} {{ said.note }}'
---
workflow: fill
when: {changed: account.industry}
do:
  - ask: {by: admin, fields: [website, phone]}
---
pipeline: sales
stages: {propose: {approve: [{if: name != "Small", by: chief}]}}
---
role: chief
label: Chiefs
entities: {deal: {read: all, update: all}}
---
role: helper
entities: {account: {read: all, update: all}, user: {read: all}}
"""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    (workspace.directory / "schemas" / "rules.yaml").write_text(RULES, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


@pytest.fixture
def ask(workspace: Workspace, inside: Callable[..., Any]) -> Callable[..., tuple[Any, str]]:
    """A new account that is asked about, and the address of the question."""

    def asked(**values: Any) -> Any:
        id = inside(records.create, "account", {"name": "Acme", **values})
        work_until_idle(workspace.database, workspace.releases)
        return id

    return asked


def address(client: TestClient) -> str:
    return re.findall(r'href="(/decide/[0-9a-f-]{36})"', client.get("/decide").text)[0]


def test_what_is_asked_is_counted_and_answered_on_its_page(
    client: TestClient, ask: Callable[..., Any], workspace: Workspace
) -> None:
    assert "Nothing to decide" in client.get("/decide").text
    id = ask()
    assert "1 thing to decide" in client.get("/decide/count").text
    assert "Is Acme &lt;fine&gt;?" in client.get("/decide").text and "Acme" in client.get("/decide").text
    at = address(client)
    page = client.get(at).text
    assert 'name="score"' in page and 'value="5"' in page and f"/account/{id}" in page
    wrong = client.post(at, data={"answer": "approve", "score": "12", "how": "train", "_note": "hm"})
    assert wrong.status_code == 422 and "must be at most 9" in wrong.text and ">hm</textarea>" in wrong.text
    assert client.post(at, data={"answer": "approve", "score": ""}).status_code == 422
    assert client.post(at, data={"answer": "maybe"}).status_code == 404
    done = client.post(at, data={"answer": "approve", "score": "7", "how": "train", "_note": "go"})
    assert "Your answer was taken" in done.text and "Nothing to decide" in done.text
    work_until_idle(workspace.database, workspace.releases)
    assert "7 train Ann Lee go" in client.get(f"/account/{id}").text
    assert "There is nothing to decide any more" in client.get(at).text
    assert "There is nothing to decide any more" in client.post(at, data={"answer": "refuse"}).text


def test_fields_of_the_record_begin_with_what_they_are_and_are_all_needed(
    client: TestClient, ask: Callable[..., Any], inside: Callable[..., Any], workspace: Workspace
) -> None:
    id = ask(website="https://acme.example")
    client.post(address(client), data={"answer": "refuse"})
    inside(records.update, "account", id, {"industry": "other"})
    work_until_idle(workspace.database, workspace.releases)
    at = address(client)
    assert "https://acme.example" in client.get(at).text
    refused = client.post(at, data={"answer": "approve", "website": "https://acme.example", "phone": ""})
    assert refused.status_code == 422 and "Phone is required" in refused.text
    client.post(at, data={"answer": "approve", "website": "https://acme.example", "phone": "+30 210 1234567"})
    assert "210" in client.get(f"/account/{id}").text


def test_somebody_else_may_decide(
    client: TestClient, ask: Callable[..., Any], inside: Callable[..., Any], workspace: Workspace
) -> None:
    inside(lambda work: people.add(work, "bo@example.com", None, ["helper"], "Bo Day"))
    ask()
    at = address(client)
    assert "Bo Day" in client.get(at).text
    nobody = client.post(f"{at}/other", data={"colleague": "Zed"})
    assert nobody.status_code == 422 and "knows no “Zed”" in nobody.text
    assert "It is for Bo Day to decide now" in client.post(f"{at}/other", data={"colleague": "Bo Day"}).text
    assert "Nothing to decide" in client.get("/decide").text
    assert "There is nothing to decide any more" in client.post(at, data={"answer": "approve", "score": "1"}).text


def test_it_is_decided_over_the_api_too(client: TestClient, ask: Callable[..., Any]) -> None:
    id = ask()
    [item] = client.get("/api/decide").json()["items"]
    at = f"/api/decide/{item['id']}"
    assert (item["entity"], item["record"]) == ("account", str(id))
    assert client.get(at).json() == {**item, "values": ["score", "how"], "seen": None}
    for body in ({}, {"approved": 1}, {"approved": True, "x": 1}, []):
        assert client.post(at, json=body).status_code == 400
    told = client.post(at, json={"approved": True, "values": {"score": "x", "other": 1}})
    assert told.status_code == 422
    assert client.post(at, json={"approved": True, "values": {"score": 3}, "note": "n"}).json() == {"approved": True}
    assert client.post(at, json={"approved": True, "values": {"score": 3}}).status_code == 404
    assert client.get("/api/decide").json() == {"items": []}
    assert client.get("/api/decide?after=x").status_code == 404


def test_strangers_are_led_to_the_sign_in_and_back(client: TestClient, ask: Callable[..., Any]) -> None:
    ask()
    at = address(client)
    client.cookies.clear()
    answer = client.get(at, follow_redirects=False)
    assert answer.status_code in (302, 303) and at.replace("/", "%2F") in answer.headers["Location"].replace("/", "%2F")
    assert client.get("/decide/count").text == ""


def test_a_stage_that_wants_an_approval_offers_to_ask_for_it(
    client: TestClient, first: Callable[..., Any], inside: Callable[..., Any], workspace: Workspace
) -> None:
    deal = first("deal", 'stage == "qualify"')
    at = f"/deal/{deal.id}"
    refused = client.put(f"{at}/stage", data={"stage": "propose"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Stage needs the approval of Chiefs" in refused.text and "Ask for approval" in refused.text
    asked = client.post(f"{at}/approval", data={"stage": "propose"})
    assert "Approval is asked for" in asked.text
    again = client.put(f"{at}/stage", data={"stage": "propose"}, headers={"HX-Request": "true"})
    assert "waits for the approval of Chiefs" in again.text and "Ask for approval" not in again.text
    api = client.put(f"/api/deal/{deal.id}/stage", json={"stage": "propose"})
    assert api.status_code == 422 and "waits for the approval of Chiefs" in api.text
    assert client.put(f"/api/deal/{deal.id}/approval", json={"stage": "propose"}).json() == {"asked": 0}
    assert client.put(f"/api/deal/{deal.id}/approval", json={"stage": 1}).status_code == 400
    assert client.put(f"/api/deal/{deal.id}/approval", json={"stage": "nowhere"}).status_code == 422
    me = first("user", 'email == "ann@example.com"').id
    inside(lambda work: set_roles(work, me, ["admin", "chief"]))
    assert deal.title in client.get("/decide").text
    decision = address(client)
    assert 'name="_seen"' in client.get(decision).text
    inside(records.update, "deal", deal.id, {"name": "Another"})
    stale = client.post(decision, data={"answer": "approve", "_seen": "x"})
    assert stale.status_code == 422 and "has changed since this was asked" in stale.text
    seen = re.findall(r'name="_seen" value="([^"]+)"', client.get(decision).text)[0]
    client.post(decision, data={"answer": "approve", "_seen": seen, "_note": "good"})
    page = client.get(at).text
    assert "approved" in page and ": good" in page
