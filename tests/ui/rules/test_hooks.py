"""Webhooks as strangers see them over HTTP, and as administrators see them on their page."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine.automation.watching.log import runs_of
from customary.engine.messages.secrets import make_secret
from customary.engine.messages.signature import signed
from customary.engine.workspace import Workspace
from customary.ui.rules import hooks
from customary.ui.web.rate import Rate

RULES = """
workflow: take_order
label: Take an order
when:
  webhook:
    name: shop
    payload: {customer: {kind: text, required: true}}
    find: {account: name == payload.customer}
do: [{note: 'Order'}]
"""


@pytest.fixture
def workspace(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())
    (workspace.directory / "schemas" / "rules.yaml").write_text(RULES, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


@pytest.fixture
def call(workspace: Workspace, inside: Callable[..., Any], app_of: Callable) -> Any:
    """`call(said)` is a stranger's signed call; what is given else becomes its headers."""
    secret = inside(lambda work: make_secret(work.connection, "shop", datetime.now(UTC)))
    with TestClient(app_of(workspace)) as stranger:

        def made(said: Any, path: str = "/hooks/shop", **headers: str) -> Any:
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            given = {"Customary-Signature": signed(secret, body, datetime.now(UTC))} | headers
            return stranger.post(path, content=body, headers=given)

        made.stranger = stranger
        yield made


def test_a_signed_call_begins_a_run_without_anybody_signed_in(
    call: Any, first: Callable[..., Any], inside: Callable[..., Any]
) -> None:
    account = first("account")
    answer = call({"customer": account.values["name"]})
    assert answer.status_code == 202
    [run] = answer.json()["runs"]
    found = inside(lambda work: [str(each.id) for each in runs_of(work, record=account.id, workflow="take_order")])
    assert found == [run]
    key = {"Idempotency-Key": "one"}
    said = {"customer": account.values["name"], "again": True}
    assert [call(said, **key).status_code, call(said, **key).json()["status"]] == [202, "taken before"]


def test_what_is_not_taken_is_told_as_a_problem(call: Any) -> None:
    answers = [
        call({"customer": "nobody"}),
        call(b"{"),
        call({}, **{"Customary-Signature": "t=1,v1=00"}),
        call({}, **{"Customary-Signature": ""}),
        call({}, "/hooks/other"),
        call(b"x" * (hooks.MOST_BYTES + 1)),
        call({}, **{"Idempotency-Key": "x" * 256}),
        call({}, "/hooks"),
        call.stranger.get("/hooks/shop"),
    ]
    assert [each.status_code for each in answers] == [422, 422, 401, 401, 404, 413, 400, 404, 405]
    assert {each.headers["content-type"] for each in answers[:7]} == {"application/problem+json"}
    assert answers[0].json()["detail"] == "account: no record fits."


def test_who_calls_too_often_is_told_to_wait(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "rate", Rate("hooks", at_once=2, per_second=0.001))
    answers = [call({}) for _ in range(3)]
    assert [each.status_code for each in answers] == [422, 422, 429]
    assert int(answers[2].headers["retry-after"]) > 1
    assert call({}, "/hooks/made-up").status_code == 429


def test_administrators_make_secrets_and_see_them_once(client: TestClient, workspace: Workspace) -> None:
    page = client.get("/webhooks").text
    assert "/hooks/shop" in page and "None yet" in page and "Take an order" in page
    shown = client.post("/webhooks/shop")
    made = shown.text.partition('secret-made">')[2].partition("<")[0]
    assert (len(made) >= 40, shown.headers["cache-control"], "None yet" in shown.text) == (True, "no-store", False)
    assert made not in client.get("/webhooks").text
    body = b'{"customer": "nobody"}'
    headers = {"Customary-Signature": signed(made, body, datetime.now(UTC))}
    assert client.post("/hooks/shop", content=body, headers=headers).status_code == 422
    assert client.post("/webhooks/other").status_code == 404


def test_without_a_key_none_is_made(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY")
    for page in (client.get("/webhooks"), client.post("/webhooks/shop")):
        assert "There is no key to seal secrets with" in page.text and "New secret" not in page.text


def test_webhooks_are_for_administrators_only(signed_in: Callable[..., TestClient]) -> None:
    bob = signed_in("sales_rep")
    assert [bob.get("/webhooks").status_code, bob.post("/webhooks/shop").status_code] == [403, 403]


@pytest.mark.browser
def test_the_page_of_webhooks_is_accessible(page: Any, accessible: Callable[[Any], list[str]]) -> None:
    page.goto("/webhooks")
    page.get_by_role("button", name="New secret for shop").click()
    page.wait_for_selector(".secret-made")
    assert accessible(page) == []


def test_the_run_of_a_call_tells_what_the_other_system_said(
    client: TestClient, call: Callable, first: Callable, inside: Callable
) -> None:
    account = first("account").title
    assert call({"customer": account}).status_code == 202
    [run] = inside(runs_of)
    page = client.get(f"/workflows/{run.id}").text
    assert "Another system called about" in page and "<dt>customer</dt>" in page and "The time for" not in page
