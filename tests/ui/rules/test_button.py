"""Buttons on a record's page: who sees them, and what is told when one was pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records
from customary.engine.automation.worker import Worker, work_until_idle
from customary.engine.workspace import Workspace
from customary.ui.rules import button

RULES = """
workflow: warm_up
label: {en: Warm up, el: Ζέσταμα}
when: {button: account}
where: industry == null
do: [{note: Called by hand}]
---
workflow: too_much
when: {button: account}
do: [{set: {name: ''}}]
---
role: caller
entities: {account: {read: all}}
buttons: [warm_up]
---
role: reader
entities: {account: {read: all}}
"""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    (workspace.directory / "schemas" / "rules.yaml").write_text(RULES, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


@pytest.fixture
def account(workspace: Workspace, inside: Callable[..., Any]) -> Any:
    return inside(records.create, "account", {"name": "Acme"})


@pytest.fixture
def working(workspace: Workspace) -> Any:
    """A worker that takes runs while the page waits."""
    worker = Worker(workspace.database, workspace.releases)
    worker.start()
    yield worker
    worker.stop()


def test_what_came_of_it_is_told_on_the_page_that_lists_the_run(
    client: TestClient, account: Any, working: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(button, "PATIENCE_SECONDS", 20.0)
    assert "Warm up" in client.get(f"/account/{account}").text
    pressed = client.post(f"/account/{account}/buttons/warm_up", follow_redirects=False)
    assert (pressed.status_code, pressed.headers["Location"]) == (303, f"/account/{account}")
    page = client.get(f"/account/{account}").text
    assert "“Warm up” is done" in page and "Called by hand" in page
    [run] = re.findall(r'href="/workflows/([0-9a-f-]+)">Warm up', page)
    told = client.get(f"/workflows/{run}").text
    assert "Ann Lee pressed the button on “Acme”" in told
    assert "“Too much” came to nothing: Name is required" in client.post(f"/account/{account}/buttons/too_much").text


def test_a_run_that_is_not_taken_yet_has_begun(
    client: TestClient, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(button, "PATIENCE_SECONDS", 0.0)
    assert "“Warm up” has begun" in client.post(f"/account/{account}/buttons/warm_up").text


def test_a_button_is_for_those_whose_role_names_it(signed_in: Callable, account: Any) -> None:
    client = signed_in("caller")
    page = client.get(f"/account/{account}").text
    assert "Warm up" in page and "Too much" not in page
    assert client.post(f"/account/{account}/buttons/too_much").status_code == 403
    assert client.post(f"/account/{account}/buttons/nothing").status_code == 404
    assert client.post(f"/lead/{account}/buttons/warm_up").status_code == 404


def test_a_button_is_not_there_where_its_condition_does_not_hold(client: TestClient, first: Callable) -> None:
    account = first("account", "industry != null")
    assert "buttons/warm_up" not in client.get(f"/account/{account.id}").text
    assert client.post(f"/account/{account.id}/buttons/warm_up").status_code == 422
    del client.headers["X-CSRF-Token"]
    assert client.post(f"/account/{account.id}/buttons/too_much").status_code == 403


def test_nobody_reads_of_buttons_that_are_not_theirs(signed_in: Callable, account: Any) -> None:
    client = signed_in("reader")
    assert "Warm up" not in client.get(f"/account/{account}").text
    assert client.post(f"/account/{account}/buttons/warm_up").status_code == 403


@pytest.mark.browser
def test_a_button_is_pressed_in_the_menu(page: Any, served: str, account: Any, accessible: Callable) -> None:
    page.goto(f"{served}/account/{account}")
    page.get_by_role("button", name="More").click()
    assert accessible(page) == []
    page.get_by_role("button", name="Warm up").click()
    expect(page.get_by_text(re.compile("“Warm up” (is done|has begun)"))).to_be_visible()


ASKING = """
workflow: log_call
label: Log a call
when:
  button: account
  on: many
  ask: {minutes: {type: integer, required: true, max: 90}, what: {type: text, default: =name}}
do: [{note: '{{ payload.minutes }} minutes {{ payload.what }}'}]
---
workflow: greet
label: Greet
when: {button: account, on: none, ask: {who: {type: text, required: true}}}
do: [{create: {account: {name: '{{ payload.who }}'}}}]
---
workflow: tidy
label: Tidy up
when: {button: account, on: none}
do: [{create: {account: {name: Tidy}}}]
"""


@pytest.fixture
def asking(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    (workspace.directory / "schemas" / "asking.yaml").write_text(ASKING, encoding="utf-8")
    workspace.apply(by="test")
    monkeypatch.setattr(button, "PATIENCE_SECONDS", 0.0)
    return workspace


def test_a_button_asks_first_and_gives_what_was_typed_to_its_rule(
    asking: Workspace, client: TestClient, account: Any
) -> None:
    at = f"/account/{account}/buttons/log_call"
    assert f'href="{at}"' in client.get(f"/account/{account}").text
    form = client.get(at).text
    assert 'name="minutes"' in form and 'value="Acme"' in form
    wrong = client.post(at, data={"minutes": "x", "what": "talk"})
    assert wrong.status_code == 422 and 'value="talk"' in wrong.text
    assert client.post(at, data={"minutes": "95"}).status_code == 422
    assert "“Log a call” has begun" in client.post(at, data={"minutes": "5", "what": "talk"}).text
    work_until_idle(asking.database, asking.releases)
    assert "5 minutes talk" in client.get(f"/account/{account}").text


def test_a_button_for_many_stands_in_the_bar_of_what_is_chosen(
    asking: Workspace, client: TestClient, account: Any, inside: Callable[..., Any]
) -> None:
    other = inside(records.create, "account", {"name": "Other"})
    at = "/account/buttons/log_call"
    assert at in client.get("/account").text
    assert 'name="minutes"' in client.get(at).text
    refused = client.post(at, data={"id": [str(account)], "minutes": ""})
    assert refused.status_code == 422 and "required" in refused.headers["HX-Trigger"]
    done = client.post(at, data={"id": [str(account), str(other), "x"], "minutes": "3"})
    assert done.status_code == 200 and "2 records" in done.headers["HX-Trigger"]
    assert client.post("/account/buttons/warm_up", data={"id": [str(account)]}).status_code == 404
    work_until_idle(asking.database, asking.releases)
    assert "3 minutes Other" in client.get(f"/account/{other}").text


def test_buttons_about_no_record_stand_on_the_home_page(asking: Workspace, client: TestClient) -> None:
    home = client.get("/").text
    assert 'href="/buttons/greet"' in home and 'action="/buttons/tidy"' in home
    assert 'name="who"' in client.get("/buttons/greet").text
    assert client.post("/buttons/greet", data={"who": ""}).status_code == 422
    assert "“Greet” has begun" in client.post("/buttons/greet", data={"who": "Zed"}).text
    assert "“Tidy up” has begun" in client.post("/buttons/tidy").text
    assert client.post("/buttons/log_call").status_code == 404
    work_until_idle(asking.database, asking.releases)
    assert "Zed" in client.get("/account").text and "Tidy" in client.get("/account").text


def test_buttons_that_ask_are_pressed_over_the_api(asking: Workspace, client: TestClient, account: Any) -> None:
    at = f"/api/account/{account}/buttons/log_call"
    assert client.post(at, json={"minutes": 5}).status_code == 202
    for body in ({}, {"minutes": "x"}, {"minutes": 95}, {"minutes": 5, "other": 1}):
        assert client.post(at, json=body).status_code == 422
    many = client.post("/api/account/buttons/log_call", json={"ids": [str(account)], "values": {"minutes": 5}})
    assert many.status_code == 202 and len(many.json()["items"]) == 1
    for body in ({}, {"ids": 5}, {"ids": [], "x": 1}):
        assert client.post("/api/account/buttons/log_call", json=body).status_code == 400
    assert client.post("/api/buttons/greet", json={"who": "Zed"}).status_code == 202
    assert client.post("/api/buttons/nothing").status_code == 404
