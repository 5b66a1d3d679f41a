"""Coming in: a password, a second factor, and what one sees of it in the settings."""

from __future__ import annotations

import base64
import os
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from litestar.testing import TestClient

from customary.engine import people, sealing
from customary.engine.model.duration import seconds
from customary.engine.model.people.sign_in import Lasts, SignIn
from customary.engine.people import second_factor
from customary.engine.people.sessions import session
from customary.ui.people.sessions import told_by
from customary.ui.visitor import SESSION, VISITOR, csrf_of

from ..conftest import EMAIL, PASSWORD


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())


@pytest.fixture
def stranger(workspace, app_of):
    with TestClient(app_of(workspace)) as client:
        client.follow_redirects = False
        client.cookies.set(VISITOR, "visitor")
        client.headers["X-CSRF-Token"] = csrf_of("visitor")
        yield client


def hidden(answer, name):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.text)[1]


def secret_in(answer):
    return re.search(r'class="secret">([A-Z2-7 ]+)<', answer.text)[1].replace(" ", "")


def now_code(secret):
    return pyotp.TOTP(secret).at(datetime.now(UTC))


def sign_in(stranger, wanted="/deal"):
    return stranger.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": wanted})


def test_a_second_factor_is_set_up_and_then_asked_for(client, stranger):
    shown = client.post("/settings/second-factor/new")
    assert "<svg" in shown.text and "http" not in re.search(r"<svg.*?</svg>", shown.text, re.S)[0].replace(
        "http://www.w3.org/2000/svg", ""
    )
    secret, kept = secret_in(shown), hidden(shown, "kept")
    assert secret not in kept
    wrong = client.post("/settings/second-factor", data={"kept": kept, "code": "000000"})
    assert wrong.status_code == 422 and hidden(wrong, "kept") == kept
    done = client.post("/settings/second-factor", data={"kept": kept, "code": now_code(secret)})
    codes = re.findall(r"<li><code>([a-z0-9-]{31})</code>", done.text)
    assert len(codes) == 10
    again = client.post("/settings/second-factor/new")
    given = {"kept": hidden(again, "kept"), "code": now_code(secret_in(again))}
    assert client.post("/settings/second-factor", data=given).status_code == 422
    assert "10 recovery codes are left" in client.get("/settings/sign-in").text

    asked = sign_in(stranger)
    assert asked.status_code == 200 and SESSION not in asked.cookies
    given = {"ticket": hidden(asked, "ticket"), "next": "/deal"}
    assert stranger.post("/sign-in/code", data={**given, "code": now_code(secret)}).status_code == 422
    inside = stranger.post("/sign-in/code", data={**given, "code": codes[0]})
    assert (inside.status_code, inside.headers["location"]) == (303, "/deal")
    assert stranger.get("/settings").status_code == 200


def test_it_goes_off_only_with_a_code_and_not_where_a_role_demands_it(client, workspace, inside):
    me = inside(lambda work: people.find(work.connection, EMAIL).user_id)
    secret = second_factor.new_secret()
    with workspace.database.write() as connection:
        codes = second_factor.set_up(connection, me, second_factor.sealed(secret, me), now_code(secret), now())
    client.post("/settings/second-factor/off", data={"code": "000000"})
    assert second_factor.since(workspace.database.engine.connect(), me)
    client.post("/settings/second-factor/off", data={"code": codes[0]})
    with workspace.database.read() as connection:
        assert second_factor.since(connection, me) is None


def test_without_a_key_for_secrets_the_page_says_so(client, monkeypatch):
    monkeypatch.delenv(sealing.KEY_VARIABLE)
    assert "there is no key for secrets" in client.post("/settings/second-factor/new").text


def test_a_role_that_demands_it_leads_through_the_set_up(stranger, settle):
    settle(sign_in=SignIn(second_factor=frozenset({"admin"})))
    asked = sign_in(stranger)
    ticket, kept, secret = hidden(asked, "ticket"), hidden(asked, "kept"), secret_in(asked)
    given = {"ticket": ticket, "kept": kept, "next": "/deal"}
    assert stranger.post("/sign-in/enrol", data={**given, "code": "12"}).status_code == 422
    shown = stranger.post("/sign-in/enrol", data={**given, "code": now_code(secret)})
    assert shown.text.count("<li><code>") == 10
    settings = stranger.get("/settings/sign-in")
    assert settings.status_code == 200 and "so it stays on" in settings.text
    for strange in ({}, {"ticket": "x" * 500, "kept": "1.2.3", "code": "\0"}, given):
        assert stranger.post("/sign-in/enrol", data=strange).status_code in (403, 422)


def test_sessions_are_listed_and_ended(client, workspace, inside):
    def other(work):
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        me = people.find(work.connection, EMAIL).user_id
        return people.start(work.connection, me, work.now, browser=people.Browser("10.1.2.3", agent)).token

    inside(other)
    shown = client.get("/settings/sign-in").text
    assert "Firefox, Linux" in shown and "10.1.2.3" in shown and shown.count("This browser") == 1
    (ending,) = re.findall(r"/settings/sessions/([0-9a-f]{64})", shown)
    client.post(f"/settings/sessions/{ending}")
    assert "10.1.2.3" not in client.get("/settings/sign-in").text
    inside(other)
    client.post("/settings/sessions/others")
    assert "10.1.2.3" not in client.get("/settings/sign-in").text
    assert client.post("/settings/sessions/nobody").status_code == 200


def test_sessions_last_as_the_settings_say_also_those_that_run(client, workspace, settle):
    with workspace.database.read() as connection:
        me = people.find(connection, EMAIL).user_id
    for lasts, proof, age, used, runs in (
        ({}, "password", "80d", "29d", True),
        ({"unused": "30min"}, "password", "1h", "20min", True),
        ({"unused": "30min"}, "password", "1h", "31min", False),
        ({"longest": "12h"}, "password", "11h", "0min", True),
        ({"longest": "12h"}, "two_factors", "13h", "0min", False),
        ({"by_provider": "8h"}, "password", "13h", "0min", True),
        ({"by_provider": "8h"}, "single_sign_on", "7h", "0min", True),
        ({"by_provider": "8h"}, "single_sign_on", "9h", "0min", False),
        ({"longest": "8h"}, "single_sign_on", "9h", "0min", False),
    ):
        now, told = datetime.now(UTC), (lasts, proof, age, used)
        begun, seen = now - timedelta(seconds=seconds(age)), now - timedelta(seconds=seconds(used))
        aged = {"created": begun, "seen": seen, "proof": proof, "proven": None if "sign_on" in proof else begun}
        with workspace.database.write() as connection:
            connection.execute(session.update().values(**aged))
        kept = Lasts(**{name: timedelta(seconds=seconds(each)) for name, each in lasts.items()})
        settle(sign_in=SignIn(sessions=kept))
        with workspace.database.read() as connection:
            assert len(people.sessions_of(connection, me, now, kept)) == runs, told
        assert (client.get("/settings/sign-in", follow_redirects=False).status_code == 200) == runs, told


def test_a_key_is_shown_once_opens_what_was_chosen_and_ends(client, workspace, app_of):
    made = client.post("/settings/keys", data={"name": "Reports", "may": "read", "days": "30", "entity": ["deal"]})
    secret = re.search(r"cus_[\w-]+", made.text)[0]
    assert secret not in client.get("/settings/keys").text
    with TestClient(app_of(workspace)) as robot:
        robot.headers["Authorization"] = f"Bearer {secret}"
        assert robot.get("/api/deal").status_code == 200
        assert robot.get("/api/account").status_code == 403
        assert robot.post("/api/deal", json={"name": "x"}).status_code == 403
        assert robot.post("/api/files", files={"file": ("a.txt", b"hello")}).status_code == 403
        (id,) = re.findall(r"/settings/keys/([0-9a-f-]{36})/revoke", client.get("/settings/keys").text)
        client.post(f"/settings/keys/{id}/revoke")
        people.remembered.forget()
        assert robot.get("/api/deal").status_code == 401
    assert "Revoked" in client.get("/settings/keys").text
    for bad in ({}, {"name": "x", "days": "7"}, {"name": "x" * 99}, {"name": "x", "entity": "nothing"}):
        assert client.post("/settings/keys", data=bad).status_code == 422


def test_what_browsers_call_themselves_is_told_short():
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36"
    assert [told_by(each) for each in (chrome, chrome + " Edg/140", "curl/8", None)] == [
        "Chrome, Windows",
        "Edge, Windows",
        "",
        "",
    ]


def now():
    return datetime.now(UTC)
