"""Steps that call other systems, and runs that wait for what these answer."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customary.engine.automation.worker import send_once
from customary.engine.messages import letters
from customary.engine.messages.secrets import keep_secret
from customary.engine.messages.signature import signed_at

from ...far_side import FarSide
from .conftest import ON_SQLITE
from .test_rules import rule

VISIT = """
entity: visit
fields:
  name: {type: text, required: true}
  town: {type: text}
  minutes: {type: integer}
  done: {type: boolean, default: false}
"""

CALL = """
  - call_webhook:
      url: '{url}/visits/{{{{ name }}}}'
      headers: {{Authorization: {{secret: far, before: 'Bearer '}}, X-Kind: visit}}
      body: {{name: =name, minutes: =minutes, deep: [{{done: =done}}, '{{{{ name }}}}!', null, 1.5], owner: =user}}
      sign: signing
      returns: {{id: {{kind: text, required: true}}, hours: decimal, on: date}}
    as: answer
  - set: {{town: '{{{{ answer.id }}}} {{{{ answer.status }}}}', minutes: =answer.hours * 60, done: =answer.sent}}
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())


@pytest.fixture
def calling(house: Callable, far: FarSide) -> Callable[..., Any]:
    """A house with a rule that calls the far side for every visit that is made, and its secrets."""

    def opened(steps: str = CALL) -> Any:
        definitions = VISIT + rule("tell", "{created: visit}", steps.format(url=far.url))
        home = house(definitions, packs="core", settings=f"allowed_addresses: ['{far.host}']\n")
        for name in ("far", "signing"):
            home.do(lambda work, name=name: keep_secret(work.connection, name, f"{name}-secret", work.now))
        return home

    return opened


def deliver(home: Any, **later: int) -> int:
    home.now += timedelta(**later)
    sent = send_once(home.database, home.releases, home.now)
    home.settle()
    return sent


def test_a_call_is_made_once_what_it_tells_of_is_kept_and_its_answer_goes_on_with_the_run(
    calling: Callable, far: FarSide
) -> None:
    home = calling()
    far.answer((200, b'{"id": "V1", "hours": 1.5, "on": "2026-02-28", "more": true}'))
    id = home.create("visit", name="A b/..", minutes=3)
    home.settle()
    assert (far.calls, home.runs()[0].status) == ([], "waiting")
    assert deliver(home) == 1
    [(method, path, headers, body)] = far.calls
    assert (method, path, headers["x-kind"]) == ("POST", "/visits/A%20b%2F..", "visit")
    assert headers["authorization"] == "Bearer far-secret"
    assert json.loads(body) == {
        "name": "A b/..",
        "minutes": 3,
        "deep": [{"done": False}, "A b/..!", None, 1.5],
        "owner": None,
    }
    assert abs(signed_at(headers["customary-signature"], body, ["signing-secret"]) - datetime.now(UTC)) < timedelta(
        minutes=5
    )
    visit = home.get("visit", id)
    assert (visit["town"], visit["minutes"], visit["done"]) == ("V1 200", 90, True)
    [run] = home.runs()
    assert [(step.kind, step.status) for step in home.steps(run)] == [("call_webhook", "done"), ("set", "done")]
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.status, headers["idempotency-key"]) == ("sent", str(letter.id))
    assert "far-secret" not in str(vars(letter))


@ON_SQLITE
def test_a_rule_calls_no_host_that_the_settings_do_not_list(house: Callable, far: FarSide) -> None:
    steps = "".join(f"\n  - call_webhook: {{url: '{url}/'}}" for url in (far.url, "https://other.example.com"))
    settings = f"allowed_addresses: ['{far.host}']\ncalls_only_to: [api.example.com]\n"
    home = house(VISIT + rule("tell", "{created: visit}", steps), packs="core", settings=settings)
    home.create("visit", name="A")
    home.settle()
    deliver(home)
    sent = {letter.status: str(letter.why) for letter in home.do(lambda work: letters(work.connection))}
    unlisted = "other.example.com is not among the hosts that customary.yaml lists in calls_only_to"
    assert (sent["failed"], "sent" in sent, len(far.calls)) == (unlisted, True, 1)


@ON_SQLITE
def test_a_call_that_fails_is_made_again_under_the_same_key_and_then_given_up(calling: Callable, far: FarSide) -> None:
    home = calling()
    far.answer((503, b"busy", {"Retry-After": "600"}))
    id = home.create("visit", name="A")
    home.settle()
    assert deliver(home) == 0
    assert deliver(home, minutes=9) == 0 and len(far.calls) == 1
    for _ in range(8):
        deliver(home, hours=3)
    assert len(far.calls) == 6
    assert len({headers["idempotency-key"] for _, _, headers, _ in far.calls}) == 1
    visit = home.get("visit", id)
    assert (visit["town"], visit["done"]) == ("503", False)
    [letter] = home.do(lambda work: letters(work.connection, status="failed"))
    assert str(letter.why) == "it answered 503"


@ON_SQLITE
def test_what_the_other_side_refuses_is_not_tried_again(calling: Callable, far: FarSide) -> None:
    steps = """
  - call_webhook: {{url: '{url}/x', method: put}}
    as: answer
  - choose:
      - case: answer.sent
        do: [{{set: {{town: sent}}}}]
      - otherwise: [{{set: {{town: '{{{{ answer.error }}}}: {{{{ answer.body.why }}}}'}}}}]
"""
    home = calling(steps)
    far.answer((422, b'{"why": "no"}'))
    id = home.create("visit", name="A")
    home.settle()
    deliver(home)
    deliver(home, hours=1)
    assert [method for method, *_ in far.calls] == ["PUT"]
    assert home.get("visit", id)["town"] == "it answered 422: no"


@ON_SQLITE
@pytest.mark.parametrize(("answer", "why"), [(b"{}", "“id” is missing"), (b"<html>", "it is not JSON")])
def test_an_answer_of_another_shape_is_none(calling: Callable, far: FarSide, answer: bytes, why: str) -> None:
    home = calling()
    far.answer((200, answer))
    home.create("visit", name="A")
    home.settle()
    deliver(home)
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.status, str(letter.why)) == ("failed", f"its answer is not what was declared: {why}")
    assert home.runs()[0].status == "done"


@ON_SQLITE
def test_a_call_without_a_name_for_its_answer_is_not_waited_for(calling: Callable, far: FarSide) -> None:
    home = calling("  - call_webhook: {{url: '{url}/x', method: get}}\n  - set: {{town: done}}")
    id = home.create("visit", name="A")
    home.settle()
    assert (home.get("visit", id)["town"], home.runs()[0].status) == ("done", "done")
    assert deliver(home) == 1
    assert far.calls[0][0] == "GET"


@ON_SQLITE
def test_a_call_into_the_house_fails_where_the_settings_do_not_allow_it(house: Callable, far: FarSide) -> None:
    home = house(VISIT + rule("tell", "{created: visit}", f"  - call_webhook: {{url: '{far.url}'}}"), packs="core")
    home.create("visit", name="A")
    home.settle()
    deliver(home)
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.status, far.calls) == ("failed", [])
    assert "does not lie in the open internet" in str(letter.why)


@ON_SQLITE
def test_without_its_secret_nothing_is_called(calling: Callable, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    home = calling()
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY")
    home.create("visit", name="A")
    home.settle()
    deliver(home)
    [letter] = home.do(lambda work: letters(work.connection))
    assert (str(letter.why), far.calls) == ("there is no secret “far”, or no key to open it", [])


@ON_SQLITE
def test_typed_answers_outlast_a_later_wait(calling: Callable, far: FarSide) -> None:
    steps = """
  - call_webhook: {{url: '{url}', returns: {{hours: decimal, at: datetime}}}}
    as: answer
  - wait: 1h
  - set: {{minutes: =answer.hours * 60, done: =answer.at < now()}}
"""
    home = calling(steps)
    far.answer((200, b'{"hours": 0.1, "at": "2026-01-01T00:00:00Z"}'))
    id = home.create("visit", name="A")
    home.settle()
    deliver(home)
    home.later(hours=1)
    visit = home.get("visit", id)
    assert (visit["minutes"], visit["done"]) == (Decimal(6), True)
