"""The page of rules, and the log of what they did."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine import automation, records
from customary.engine.automation import tables
from customary.engine.money import Money
from customary.engine.records import Work
from customary.engine.records.refusal import FieldProblem, reason_of
from customary.engine.words import Reason, Words
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


def test_a_record_shows_the_rules_that_acted_on_it(client: TestClient, ran: records.Record, first: Callable) -> None:
    page = client.get(f"/lead/{ran.id}").text
    [run] = re.findall(r'href="/workflows/([0-9a-f-]+)">Take care of a new lead', page)
    assert "Rules that acted here" in page and client.get(f"/workflows/{run}").status_code == 200
    assert "Rules that acted here" not in client.get(f"/account/{first('account').id}").text


def test_rules_are_told_in_plain_words(client: TestClient) -> None:
    page = client.get("/workflows").text
    assert "Take care of a new lead" in page and "For every new lead" in page
    assert "When any deal reaches Won" in page and "When Amount of any deal changes" in page
    assert "When any task becomes “Done: yes”" in page
    assert re.search(r"Amount</span> at least <span[^>]*>50,000</span>", page)
    assert "Nothing here yet." in page


def test_a_run_shows_what_came_in_and_what_each_step_did(client: TestClient, ran: records.Record) -> None:
    page = client.get("/workflows").text
    assert f'href="/lead/{ran.id}"' in page
    run = client.get(re.search(r'href="(/workflows/[0-9a-f-]{36})"', page)[1]).text
    for told in ("Give it an owner", "Plan a call", "Send the welcome mail", "maria@example.com", "Call Maria Rossi"):
        assert told in run
    assert not re.search(r">[0-9a-f]{8}-[0-9a-f-]{27}<", run)


def test_a_run_that_waits_is_let_go_on_from_its_page(client: TestClient, ran: records.Record, inside: Callable) -> None:
    [run] = inside(automation.runs_of)
    assert "Go on now" not in client.get(f"/workflows/{run.id}").text
    assert "This run does not wait any more." in client.post(f"/workflows/{run.id}/on").text
    inside(lambda work: work.connection.execute(tables.run.update().values(status="waiting", due=None)))
    assert "Go on now" in client.get(f"/workflows/{run.id}").text
    assert "The run goes on." in client.post(f"/workflows/{run.id}/on").text
    assert inside(automation.find_run, run.id).due is not None


def test_runs_are_narrowed_by_status_and_rule(client: TestClient, ran: records.Record) -> None:
    assert "Maria Rossi" in client.get("/workflows?status=done&workflow=new_lead").text
    assert "Maria Rossi" not in client.get("/workflows?status=failed").text
    assert "Maria Rossi" not in client.get("/workflows?workflow=deal_won").text
    for query in ("status=%00", "before=nonsense", "workflow=' or 1"):
        assert client.get(f"/workflows?{query}").status_code == 200
    assert client.get("/workflows/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_run_leads_to_the_mail_it_wrote_and_says_what_became_of_it(client: TestClient, ran: records.Record) -> None:
    run = client.get(re.search(r'href="(/workflows/[0-9a-f-]{36})"', client.get("/workflows").text)[1]).text
    mail = client.get(re.search(r'href="(/messages/[0-9a-f-]{36})"', run)[1]).text
    assert "Not sent" in run and "Team inside sales" in run and "in turn" in run
    assert "maria@example.com" in mail and "no mail server was set up" in mail


def test_a_stopped_run_says_why_in_the_readers_language(
    client: TestClient, ran: records.Record, inside: Callable
) -> None:
    reason = Reason("{count} rules have started each other in a row ({way}).", {"count": 10, "way": "new_lead → gone"})
    stopped = {"status": "stopped", "reason": tables.reason_text(reason)}
    inside(lambda work: work.connection.execute(tables.run.update().values(stopped)))
    assert (
        "10 rules have started each other in a row (Take care of a new lead → gone)." in client.get("/workflows").text
    )
    inside(records.update, "user", _me(inside), {"language": "zh"})
    assert "跟进新线索 → gone" in client.get("/workflows").text


def test_a_failed_step_says_why_in_the_readers_language(
    client: TestClient, ran: records.Record, inside: Callable
) -> None:
    label, most = Words({"en": "Amount", "zh": "金额"}), Money(Decimal("9.50"), "EUR")
    problems = [FieldProblem("amount", Reason("must be at most {max}", {"max": most}), label)] * 2
    why = {"status": "failed", "error": tables.reason_text(reason_of(problems))}
    inside(lambda work: work.connection.execute(tables.step.update().values(why)))
    [run] = inside(automation.runs_of)
    assert "Amount must be at most €9.50; Amount must be at most €9.50" in client.get(f"/workflows/{run.id}").text
    inside(records.update, "user", _me(inside), {"language": "zh"})
    assert "金额 不能大于 €9.50; 金额 不能大于 €9.50" in client.get(f"/workflows/{run.id}").text


def test_a_failed_run_is_tried_again_by_administrators_only(
    client: TestClient, ran: records.Record, inside: Callable
) -> None:
    [run] = inside(automation.runs_of)
    assert "Try again" not in client.get(f"/workflows/{run.id}").text
    inside(lambda work: work.connection.execute(tables.run.update().values(status="failed", reason="Broken")))
    page = client.get(f"/workflows/{run.id}").text
    assert "Try again" in page and "Broken" in page
    client.post(f"/workflows/{run.id}")
    assert inside(automation.find_run, run.id).status == "due"


def test_others_do_not_try_runs_again(
    signed_in: Callable[..., TestClient], ran: records.Record, inside: Callable
) -> None:
    [run] = inside(automation.runs_of)
    assert signed_in("sales_rep").post(f"/workflows/{run.id}").status_code == 403


def test_one_rule_is_told_with_the_conditions_of_its_steps(client: TestClient) -> None:
    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/workflows?workflow=new_lead").text)
    assert "Only if Owner is empty" in " ".join(page.split())


def _me(inside: Callable) -> UUID:
    def find(work: Work) -> UUID:
        condition = records.compile_where(work, "user", 'email == "ann@example.com"')
        return records.select(work, "user", records.Query(where=condition)).records[0].id

    return inside(find)


@pytest.mark.browser
def test_the_pages_of_rules_are_accessible(page: Any, ran: records.Record, accessible: Callable) -> None:
    page.goto("/workflows")
    assert accessible(page) == []
    page.click(".runs-rule")
    assert accessible(page) == []
