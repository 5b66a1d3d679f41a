"""Passkeys with a device made of software, in a real browser: made, proven alone, and as the second step."""

from __future__ import annotations

import base64
import os

import pytest

from customary.engine import sealing
from customary.engine.model.people.sign_in import SignIn
from customary.engine.people.sessions import session

from ..conftest import EMAIL, PASSWORD


@pytest.fixture
def device(page, served):
    """The browser at a name (passkeys belong to no bare number), with a device that checks its user."""
    page.context.clear_cookies()
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )

    def verified(yes):
        tools.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": yes})

    page.there = served.replace("127.0.0.1", "localhost")
    return verified


def with_password(page):
    page.goto(f"{page.there}/sign-in?next=/settings/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.context.clear_cookies()


@pytest.mark.browser
def test_a_passkey_signs_in_alone_and_stands_in_as_the_second_step(
    page, device, settle, accessible, monkeypatch, workspace
):
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())
    with_password(page)
    page.fill("#passkey-name", "Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is kept").wait_for()
    assert page.locator(".thing", has_text="Laptop").count() == 1
    assert accessible(page) == []

    sign_out(page)
    page.goto(f"{page.there}/sign-in?next=/settings/sign-in")
    assert accessible(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/settings/sign-in")
    assert "last used" in page.locator(".thing", has_text="Laptop").inner_text()

    with workspace.database.write() as connection:
        connection.execute(session.update().values(proven=None))
    page.reload()
    page.get_by_role("link", name="Prove that it is you").first.click()
    assert accessible(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Add a passkey").wait_for()

    settle(sign_in=SignIn(second_factor=frozenset({"admin"})))
    sign_out(page)
    with_password(page)
    page.get_by_role("heading", name="One more step").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/settings/sign-in")

    sign_out(page)
    device(False)
    page.goto(f"{page.there}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The device gave no passkey").wait_for()

    device(True)
    with_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/settings/sign-in")
    page.locator(".thing", has_text="Laptop").get_by_role("button", name="Remove").click()
    page.get_by_text("opens nothing any more").wait_for()
    sign_out(page)
    page.goto(f"{page.there}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("does not open anything here").wait_for()


def test_what_proves_nothing_is_refused(client):
    shown = client.post("/sign-in/passkey/options").json()
    good = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}
    for credential in ("", "{}", "[]", "null", "x" * 30_000, '{"id": 1}', str(good), '{"id":"\\ud800"}'):
        sent = {"challenge": shown["challenge"], "credential": credential}
        assert client.post("/sign-in/passkey", data=sent).status_code == 422, credential[:40]
        made = client.post("/settings/passkeys/options").json()
        told = client.post("/settings/passkeys", data={"challenge": made["challenge"], "credential": credential})
        assert "could not be kept" in told.text
    assert client.post("/sign-in/passkey", data={}).status_code == 422
