"""The page of rules, and the log of what they did."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine import automation, records
from customary.engine.workspace import Workspace


@pytest.fixture
def ran(workspace: Workspace, inside: Callable) -> records.Record:
    """A lead for which a rule has run."""
    id = inside(records.create, "lead", {"name": "Maria Rossi", "email": "maria@example.com", "consent": True})
    now = datetime.now(UTC)
    while automation.run_once(workspace.database, workspace.releases, now):
        pass
    for run in inside(automation.runs_of):
        automation.advance(workspace.database, workspace.releases, run.id, now)
    return inside(records.get, "lead", id)


def test_rules_are_told_in_plain_words(client: TestClient) -> None:
    page = client.get("/workflows").text
    assert "Take care of a new lead" in page and "For every new lead" in page
    assert "When any deal reaches Won" in page and "When Amount of any deal changes" in page
    assert "When Done of any task changes to Yes" in page
    assert re.search(r"Amount</span> at least <span[^>]*>50,000</span>", page)
    assert "Nothing here yet." in page


def test_a_run_shows_what_came_in_and_what_each_step_did(client: TestClient, ran: records.Record) -> None:
    page = client.get("/workflows").text
    assert f'href="/lead/{ran.id}"' in page
    run = client.get(re.search(r'href="(/workflows/[0-9a-f-]{36})"', page)[1]).text
    for told in ("Give it an owner", "Plan a call", "Send the welcome mail", "maria@example.com", "Call Maria Rossi"):
        assert told in run
    assert not re.search(r">[0-9a-f]{8}-[0-9a-f-]{27}<", run)


def test_runs_are_narrowed_by_status_and_rule(client: TestClient, ran: records.Record) -> None:
    assert "Maria Rossi" in client.get("/workflows?status=done&workflow=new_lead").text
    assert "Maria Rossi" not in client.get("/workflows?status=failed").text
    assert "Maria Rossi" not in client.get("/workflows?workflow=deal_won").text
    for query in ("status=%00", "before=nonsense", "workflow=' or 1"):
        assert client.get(f"/workflows?{query}").status_code == 200
    assert client.get("/workflows/00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.browser
def test_the_pages_of_rules_are_accessible(page: Any, ran: records.Record, accessible: Callable) -> None:
    page.goto("/workflows")
    assert accessible(page) == []
    page.click(".runs-rule")
    assert accessible(page) == []
