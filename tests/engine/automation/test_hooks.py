"""Calls of other systems: signed, taken once, and about the record that they mean."""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from customary.engine.automation.outside.hooks import Incoming, NotTaken, take_call
from customary.engine.messages.secrets import forget_secret, make_secret
from customary.engine.messages.signature import signed

from .conftest import ON_SQLITE
from .test_call_webhook import VISIT
from .test_rules import rule

WHEN = "{webhook: {name: shop, payload: {town: {kind: text, required: true}, minutes: decimal, at: datetime, all: json}"
FOUND = WHEN + ", find: {visit: name == payload.town}}}"
STEPS = "  - set: {minutes: =payload.minutes * 2, town: '{{ payload.all.deep }}'}"


@pytest.fixture
def hooked(house: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A house with a workflow that the shop may call, and a way to call it."""
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", b64encode(os.urandom(32)).decode())

    def opened(definitions: str) -> Any:
        home = house(VISIT + definitions, packs="core")
        home.secret = home.do(lambda work: make_secret(work.connection, "shop", work.now))
        return home

    return opened


def call(home: Any, said: Any, *, late: int = 0, secret: str = "", key: str = "", name: str = "shop") -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    signature = signed(secret or home.secret, body, home.now - timedelta(minutes=late))
    return home.do(lambda work: take_call(work, name, Incoming(body, {"customary-signature": signature}, key)))


def refused(home: Any, said: Any, **more: Any) -> tuple[int, str]:
    with pytest.raises(NotTaken) as error:
        call(home, said, **more)
    return error.value.status, str(error.value)


def test_a_call_runs_the_workflow_for_the_record_that_it_means(hooked: Callable) -> None:
    home = hooked(rule("take", FOUND, STEPS, "payload.minutes > 1"))
    id, other = home.create("visit", name="Ath:ens"), home.create("visit", name="Patras")
    runs = call(home, {"town": "Ath:ens", "minutes": 1.5, "all": {"deep": "x", "=": ["number", "y"]}, "more": 1})
    home.settle()
    assert len(runs) == 1
    visit = home.get("visit", id)
    assert (visit["minutes"], visit["town"], home.get("visit", other)["minutes"]) == (3, "x", None)
    [run] = home.runs()
    assert (run.cause["origin"], run.actor, run.status) == ("webhook", None, "done")
    assert call(home, {"town": "Patras", "minutes": 1}) == []


@ON_SQLITE
def test_without_a_record_to_find_the_workflow_is_about_none(hooked: Callable) -> None:
    steps = (
        "  - wait: 1h\n  - create: {visit: {name: =payload.town, minutes: =payload.minutes, done: =payload.at < now()}}"
    )
    home = hooked(rule("take", WHEN + "}}", steps))
    call(home, {"town": "Athens", "minutes": 3, "at": "2026-01-01T00:00:00+02:00"})
    home.settle()
    home.later(hours=1)
    [visit] = home.all("visit")
    assert (visit["name"], visit["minutes"], visit["done"]) == ("Athens", 3, True)


def test_a_call_that_comes_again_is_taken_once(hooked: Callable) -> None:
    home = hooked(rule("take", WHEN + "}}", "  - create: {visit: {name: =payload.town}}"))
    assert len(call(home, {"town": "A"})) == 1
    assert call(home, {"town": "A"}) is None
    assert len(call(home, {"town": "A"}, late=1)) == 1
    assert len(call(home, {"town": "B"}, key="b")) == 1
    assert call(home, {"town": "B"}, key="b", late=1) is None
    home.now += timedelta(days=2)
    assert len(call(home, {"town": "B"}, key="b")) == 1
    home.settle()
    assert len(home.all("visit")) == 4


@ON_SQLITE
def test_what_is_not_signed_well_is_refused(hooked: Callable) -> None:
    home = hooked(rule("take", WHEN + "}}", "  - create: {visit: {name: =payload.town}}"))
    said = {"town": "A"}
    assert refused(home, said, secret="other")[0] == 401
    assert refused(home, said, late=6) == (401, "The signature is older than five minutes, or the clocks differ.")
    assert refused(home, said, late=-6)[0] == 401
    assert refused(home, said, name="shopp") == (404, "There is no hook of this name.")
    old = home.secret
    home.secret = home.do(lambda work: make_secret(work.connection, "shop", work.now))
    assert len(call(home, said, secret=old)) == 1
    home.do(lambda work: forget_secret(work.connection, "shop"))
    assert refused(home, said)[0] == 403


@ON_SQLITE
def test_what_does_not_fit_is_refused_and_may_be_sent_again(hooked: Callable) -> None:
    home = hooked(rule("take", FOUND, STEPS))
    for said, why in (
        (b"{", "The body cannot be taken: it is not JSON."),
        ({}, "The body cannot be taken: “town” is missing."),
        ({"town": "A", "minutes": "x"}, "The body cannot be taken: “minutes” is not of the kind decimal."),
        ({"town": "A"}, "visit: no record fits."),
    ):
        assert refused(home, said) == (422, why)
    for _ in range(2):
        home.create("visit", name="A")
    assert refused(home, {"town": "A"}) == (422, "visit: more than one record fits.")
    assert home.runs() == []


@ON_SQLITE
def test_a_condition_that_breaks_over_what_came_stops_the_run_and_not_the_call(hooked: Callable) -> None:
    home = hooked(
        rule("take", WHEN + "}}", "  - create: {visit: {name: =payload.town}}", "payload.all.deep.deeper > 3")
    )
    assert call(home, {"town": "A", "all": {"deep": {"deeper": []}}}) is not None
    home.settle()
    assert home.all("visit") == []


def test_what_was_signed_once_is_no_new_call_under_another_key(hooked: Callable) -> None:
    home = hooked(rule("take", WHEN + "}}", "  - create: {visit: {name: =payload.town}}"))
    assert len(call(home, {"town": "A"}, key="one")) == 1
    assert call(home, {"town": "A"}, key="two") is None


def theirs(home: Any, body: bytes, **headers: str) -> Any:
    """A call of another system, with its own headers."""
    return home.do(lambda work: take_call(work, "shop", Incoming(body, headers)))


def digest(secret: str, said: bytes) -> bytes:
    return hmac.digest(secret.encode(), said, "sha256")


@ON_SQLITE
@pytest.mark.parametrize(
    ("signed", "headers"),
    [
        ("github", lambda secret, body, at: {"x-hub-signature-256": "sha256=" + digest(secret, body).hex()}),
        ("shopify", lambda secret, body, at: {"x-shopify-hmac-sha256": b64encode(digest(secret, body)).decode()}),
        (
            "{header: X-Sign, prefix: 'v1 ', encoding: base64, time: X-Time, over: '{body}|{time}'}",
            lambda secret, body, at: {
                "x-sign": "v1 " + b64encode(digest(secret, body + b"|" + at)).decode(), "x-time": at.decode(),
            },
        ),
        (
            "slack",
            lambda secret, body, at: {
                "x-slack-signature": "v0=" + digest(secret, b"v0:" + at + b":" + body).hex(),
                "x-slack-request-timestamp": at.decode(),
            },
        ),
        (
            "stripe",
            lambda secret, body, at: {
                "stripe-signature": f"t={at.decode()},v1=00,v1={digest(secret, at + b'.' + body).hex()},v0=11"
            },
        ),
    ],
    ids=["github", "shopify", "own", "slack", "stripe"],
)  # fmt: skip
def test_calls_are_signed_the_way_others_do_it(hooked: Callable, signed: str, headers: Callable) -> None:
    home = hooked(
        rule(
            "take", WHEN.replace("name: shop", f"name: shop, signed: {signed}") + "}}", "  - create: {visit: {name: A}}"
        )
    )
    at = str(int(home.now.timestamp())).encode()
    right = headers(home.secret, b'{"town": "A"}', at)
    assert len(theirs(home, b'{"town": "A"}', **right)) == 1
    assert theirs(home, b'{"town": "A"}', **right) is None
    ours = {"customary-signature": f"t={at.decode()},v1={digest(home.secret, at + b'.{}').hex()}"}
    told = [
        headers("other", b'{"town": "B"}', at),
        right,
        ours,
        {},
        dict.fromkeys(right, "é"),
        dict.fromkeys(right, ""),
    ]
    for wrong in told:
        with pytest.raises(NotTaken) as error:
            theirs(home, b'{"town": "B"}', **wrong)
        assert error.value.status == 401
    home.now += timedelta(days=2)
    if signed in ("github", "shopify"):
        assert theirs(home, b'{"town": "A"}', **right) is None  # nothing in it says how old it is
    else:
        with pytest.raises(NotTaken, match="older than five minutes"):
            theirs(home, b'{"town": "A"}', **right)
