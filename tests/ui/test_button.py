"""Buttons on a record's page: who sees them, and what is told when one was pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records
from customary.engine.automation.worker import Worker
from customary.engine.workspace import Workspace
from customary.ui import button

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
    assert "Warm up" not in client.get(f"/account/{account.id}").text
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
