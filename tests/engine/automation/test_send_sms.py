"""Steps that send text messages through the gateway of the settings."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from customary.engine.automation.worker import send_once
from customary.engine.messages import letters
from customary.engine.messages.secrets import keep_secret

from ...far_side import FarSide
from .conftest import ON_SQLITE
from .test_call_webhook import VISIT
from .test_rules import rule

MESSAGES = """
---
message: soon
about: visit
channel: sms
body: {en: 'See you soon in {{ town }}', el: 'Τα λέμε σύντομα στην {{ town }}'}
"""
STEPS = "  - send_sms: {to: =name, message: soon}\n    as: sms\n  - set: {town: '{{ sms.sent }} {{ sms.body.id }}'}"


@pytest.fixture
def texting(house: Callable, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())

    def opened(gateway: str, steps: str = STEPS) -> Any:
        settings = f"allowed_addresses: ['{far.host}']\nsms: {{url: '{far.url}/sms', {gateway}}}\n" if gateway else ""
        home = house(VISIT + rule("tell", "{created: visit}", steps) + MESSAGES, packs="core", settings=settings)
        home.do(lambda work: keep_secret(work.connection, "sms_key", "s3cr3t", work.now))
        return home

    return opened


def sent(home: Any) -> None:
    home.settle()
    send_once(home.database, home.releases, home.now)
    home.settle()


def test_a_gateway_is_told_in_json(texting: Callable, far: FarSide) -> None:
    headers = "headers: {Authorization: {secret: sms_key, before: 'Basic '}}"
    home = texting(headers + ", body: {recipients: [=to], text: '{{ text }}!', ref: =id, from: House}")
    far.answer((201, b'{"id": 7}'))
    id = home.create("visit", name="+30 210 1234567", town="Athens")
    sent(home)
    [(method, path, given, body)] = far.calls
    [letter] = home.do(lambda work: letters(work.connection))
    assert (method, path, given["authorization"]) == ("POST", "/sms", "Basic s3cr3t")
    assert json.loads(body) == {
        "recipients": ["+302101234567"],
        "text": "See you soon in Athens!",
        "ref": str(letter.id),
        "from": "House",
    }
    assert (letter.kind, letter.status, letter.name) == ("sms", "sent", "soon")
    assert home.get("visit", id)["town"] == "true 7"


@ON_SQLITE
def test_a_gateway_is_told_in_a_form(texting: Callable, far: FarSide) -> None:
    steps = "  - send_sms: {to: '+302101234567', text: {en: 'Hello {{ name }}'}}"
    home = texting("encoding: form, body: {To: =to, Body: =text}", steps)
    home.create("visit", name="Ζωή")
    sent(home)
    [(_, _, given, body)] = far.calls
    assert given["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode()) == {"To": ["+302101234567"], "Body": ["Hello Ζωή"]}


@ON_SQLITE
def test_without_a_gateway_it_is_kept_and_the_run_goes_on(texting: Callable) -> None:
    home = texting("")
    id = home.create("visit", name="+302101234567", town="Athens")
    sent(home)
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.status, home.get("visit", id)["town"], home.runs()[0].status) == ("kept", "false", "done")


@ON_SQLITE
def test_what_is_no_number_fails_the_run(texting: Callable) -> None:
    home = texting("body: {to: =to}")
    home.create("visit", name="12345")
    sent(home)
    [run] = home.runs()
    assert (run.status, run.reason) == ("failed", "“12345” is not a telephone number in its international form")
