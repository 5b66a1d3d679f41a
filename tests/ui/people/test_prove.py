"""What lets somebody in is asked for once more: ten minutes after the last proof, by password, code or passkey."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from customary.engine import people, sealing
from customary.engine.people import second_factor
from customary.engine.people.sessions import SINGLE_SIGN_ON, is_fresh, session
from customary.engine.people.tokens import token_hash
from customary.ui.visitor import SESSION, VISITOR

from ..conftest import EMAIL, PASSWORD

KEY = {"name": "robot", "may": "read", "days": "30"}


@pytest.fixture
def stale(client, workspace):
    """Somebody with all rights who proved eleven minutes ago who they are; it asks for each step itself."""
    client.follow_redirects = False
    grow_old(workspace)
    return client


def grow_old(workspace, minutes=11):
    with workspace.database.write() as connection:
        connection.execute(session.update().values(proven=datetime.now(UTC) - timedelta(minutes=minutes)))


def keys(workspace):
    with workspace.database.read() as connection:
        return [each.name for each in people.keys_of(connection, me(connection))]


def me(connection):
    return people.find(connection, EMAIL).user_id


def test_a_password_opens_ten_minutes_and_leads_back(stale, workspace):
    assert 'action="/settings/keys"' not in (page := stale.get("/settings/keys").text)
    assert "/prove?next=/settings/keys" in page
    asked = stale.post("/settings/keys", data=KEY, headers={"Referer": "http://testserver.local/settings/keys"})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/prove?next=%2Fsettings%2Fkeys")
    assert EMAIL in stale.get(asked.headers["Location"]).text
    wrong = stale.post("/prove", data={"password": "wrong horse", "next": "/settings/keys"})
    assert wrong.status_code == 422 and "The password is not right." in wrong.text
    assert stale.post("/settings/keys", data=KEY).status_code == 303 and keys(workspace) == []
    right = stale.post("/prove", data={"password": PASSWORD, "next": "/settings/keys"})
    assert right.cookies[VISITOR] != right.cookies[SESSION]
    stale.cookies.clear()
    stale.cookies.update({name: right.cookies[name] for name in (SESSION, VISITOR)})
    assert (right.status_code, right.headers["Location"]) == (303, "/settings/keys")
    assert stale.post("/settings/keys", data=KEY).status_code == 200 and keys(workspace) == ["robot"]
    grow_old(workspace)
    assert stale.post("/settings/keys", data=KEY).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "/settings/keys",
        "/settings/passkeys/options",
        "/settings/passkeys",
        "/settings/second-factor/new",
        "/settings/people",
        "/settings/people/{id}/roles",
        "/settings/people/{id}/invite",
        "/settings/people/{id}/second-factor",
        "/settings/sessions/others",
        "/settings/sessions/{other}",
    ],
)
def test_whatever_lets_somebody_in_asks_first(stale, workspace, address):
    with workspace.database.write() as connection:
        id = me(connection)
        other = token_hash(people.start(connection, id, datetime.now(UTC)).token)
        before = everything(connection)
    answer = stale.post(address.format(id=id, other=other), data={"role": ["sales_rep"], "email": "x@y.example", **KEY})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/prove")
    with workspace.database.read() as connection:
        assert everything(connection) == before
    for page in ("/settings/people", f"/settings/people/{id}", "/settings/sign-in"):
        assert "/prove?next=" in stale.get(page).text


def test_a_code_does_too_and_guesses_are_counted(stale, workspace, monkeypatch):
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())
    secret, now = second_factor.new_secret(), datetime.now(UTC)
    with workspace.database.write() as connection:
        kept = second_factor.sealed(secret, me(connection))
        code = pyotp.TOTP(secret).at(now - timedelta(seconds=30))
        (recovery, *_) = second_factor.set_up(connection, me(connection), kept, code, now)
    assert "Go on with a code" in stale.get("/prove?next=//evil.example").text
    assert stale.post("/prove", data={"code": "000000"}).status_code == 422
    proven = stale.post("/prove", data={"code": recovery, "next": "//evil.example"})
    assert (proven.status_code, proven.headers["Location"]) == (303, "/")
    assert stale.post("/settings/keys", data=KEY).status_code == 200
    answers = [stale.post("/prove", data={"code": "000000"}) for _ in range(30)]
    assert "Too many attempts. Try again in 15 min." in answers[-1].text


def test_a_provider_is_believed_only_when_it_asked_again(workspace):
    now = datetime.now(UTC)
    with workspace.database.write() as connection:
        let_pass = people.start(connection, me(connection), now, SINGLE_SIGN_ON).token
        with_password = people.start(connection, me(connection), now).token
        assert [is_fresh(connection, each, now) for each in (let_pass, with_password, "none")] == [False, True, False]


def test_strangers_are_led_to_the_sign_in(stale):
    stale.cookies.clear()
    assert stale.get("/prove").headers["Location"].startswith("/sign-in")


def everything(connection):
    """All that says who may come in."""
    names = ("customary_account", "customary_key", "customary_passkey", "customary_ticket", "customary_second_factor")
    known = sa.inspect(connection).get_table_names()
    return {name: connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in names if name in known}  # noqa: S608
