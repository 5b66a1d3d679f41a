"""Inviting people, forgotten passwords, leaving, and what happens to records then."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records
from customary.engine.messages.outbox import message
from customary.engine.people.tickets import ticket
from customary.ui.visitor import SESSION, VISITOR

from ..conftest import EMAIL, PASSWORD

BOB = {"email": "bob@example.com", "name": "Bob Chan", "role": ["sales_rep"]}


def mails(workspace):
    with workspace.database.read() as connection:
        return connection.execute(sa.select(message).order_by(message.c.id)).mappings().all()


def find(workspace, email):
    with workspace.database.read() as connection:
        return people.find(connection, email)


def sign_in(stranger, email, password):
    return stranger.post("/sign-in", data={"email": email, "password": password, "next": "/"}).status_code


def test_who_is_invited_chooses_a_password_once_and_is_in(client, stranger, workspace):
    shown = client.post("/settings/people", data=BOB)
    path = re.search(r"/sign-in/password/[\w-]+", shown.text)[0]
    assert stranger.get(path).status_code == 200
    assert stranger.post(path, data={"new": "short"}).status_code == 422
    assert stranger.post(path, data={"new": "chan bob chan"}).status_code == 422
    assert "Your password is set" in stranger.post(path, data={"new": "another long one"}).text
    assert sign_in(stranger, "bob@example.com", "another long one") == 303
    client.cookies.delete(VISITOR)
    assert "Bob Chan" in client.get("/settings/people").text
    fresh = TestClient(create_app(workspace))
    assert fresh.get(path).status_code == 410
    bad = ({}, BOB, {**BOB, "email": "no address"}, {**BOB, "email": "x@y.example", "role": ["boss"]})
    assert [client.post("/settings/people", data=each).status_code for each in bad] == [422] * 4


@pytest.mark.usefixtures("mailing")
def test_an_invitation_goes_by_mail_and_administrators_do_not_read_it(client, workspace):
    shown = client.post("/settings/people", data=BOB)
    assert "/sign-in/password/" not in shown.text
    (mail,) = mails(workspace)
    assert (mail["recipient"], mail["status"]) == ("bob@example.com", "queued")
    assert "https://crm.example.com/sign-in/password/" in mail["body"] and "Ann Lee" in mail["body"]
    page = client.get(f"/messages/{mail['id']}").text
    assert "crm.example.com" not in page and "for its recipient alone" in page


@pytest.mark.usefixtures("mailing")
def test_a_forgotten_password_is_answered_alike_whether_the_address_is_known_or_not(stranger, workspace):
    answers = {stranger.post("/sign-in/forgotten", data={"email": each}).text for each in (EMAIL, "x@y.example", "\0")}
    assert len({re.sub(r'nonce="[^"]*"|nonce-[\w-]*', "", each) for each in answers}) == 1
    (mail,) = mails(workspace)
    path = re.search(r"/sign-in/password/[\w-]+", mail["body"])[0]
    assert mail["recipient"] == EMAIL
    stranger.post(path, data={"new": "a quite new password"})
    assert [sign_in(stranger, EMAIL, each) for each in (PASSWORD, "a quite new password")] == [422, 303]
    for _ in range(5):
        stranger.cookies.delete(SESSION)
        stranger.post("/sign-in/forgotten", data={"email": EMAIL})
    assert len(mails(workspace)) == 4


@pytest.mark.usefixtures("mailing")
def test_nobody_learns_from_the_database_what_a_link_is(client, stranger, workspace):
    stranger.post("/sign-in/forgotten", data={"email": EMAIL})
    (mail,) = mails(workspace)
    secret = re.search(r"/sign-in/password/([\w-]+)", mail["body"])[1]
    with workspace.database.read() as connection:
        assert secret not in str(connection.execute(sa.select(ticket)).all())


def test_leaving_ends_everything_and_hands_over_with_history(client, signed_in, workspace, inside):
    bob = add(inside, "carl@example.com", ["sales_manager"])
    account = inside(lambda work: records.create(work, "account", {"name": "Steel", "owner": bob}))
    secret = inside(lambda work: people.add_key(work.connection, bob, "robot", work.now))
    token = inside(lambda work: people.start(work.connection, bob, work.now)).token
    ann = find(workspace, EMAIL).user_id
    shown = client.post(f"/settings/people/{bob}/deactivate", data={"to": str(ann)})
    assert "1 record handed over." in shown.text
    assert inside(lambda work: records.get(work, "account", account).values["owner"]) == ann
    changes = inside(lambda work: records.history(work, "account", account).changes)
    assert changes[0].actor == ann and changes[0].after["owner"] == str(ann)
    with workspace.database.read() as connection:
        assert people.actor_of_session(connection, token, workspace.release) is None
        assert people.actor_of_key(connection, secret, workspace.release) is None
    client.post(f"/settings/people/{bob}/activate")
    people.remembered.forget()
    with workspace.database.read() as connection:
        assert people.find(connection, "carl@example.com").active
        assert people.actor_of_key(connection, secret, workspace.release) is None


def test_the_last_who_may_do_everything_stays(client, workspace, inside):
    ann = find(workspace, EMAIL).user_id
    client.post(f"/settings/people/{ann}/deactivate")
    client.post(f"/settings/people/{ann}/roles", data={"role": ["sales_rep"]})
    assert find(workspace, EMAIL).roles == ("admin",) and find(workspace, EMAIL).active
    other = add(inside, "carl@example.com", ["admin"])
    client.post(f"/settings/people/{other}/roles", data={"role": ["sales_rep", "boss"]})
    assert find(workspace, "carl@example.com").roles == ("admin",)
    client.post(f"/settings/people/{other}/roles", data={"role": ["sales_rep"]})
    assert find(workspace, "carl@example.com").roles == ("sales_rep",)


def test_no_door_takes_the_last_administrators_record_away(client, workspace):
    ann = find(workspace, EMAIL).user_id
    told = "is the last administrator who is let in"
    for act in ("archive", "delete"):
        done = client.post(f"/user/{ann}/{act}")
        assert (done.url.path, told in done.text) == (f"/user/{ann}", True), act
    bulk = client.post("/user/bulk", data={"id": [str(ann)], "act": "archive"}, headers={"HX-Request": "true"})
    assert told in bulk.headers["HX-Trigger"]
    refused = client.delete(f"/api/user/{ann}")
    assert refused.status_code == 422 and told in refused.text
    assert client.get("/settings/people").status_code == 200


def test_an_archived_person_is_said_to_be_one_and_not_let_in(client, workspace, inside):
    carl = add(inside, "carl@example.com", ["admin"])
    inside(lambda work: records.archive(work, "user", carl))
    assert "Archived" in client.get("/settings/people", params={"q": "carl"}).text
    page = client.get(f"/settings/people/{carl}").text
    assert "so they are not let in" in page and "Send a new link" not in page and "Look as" not in page
    assert client.post(f"/settings/people/{carl}/invite").status_code == 403
    assert find(workspace, "carl@example.com").active
    ann = find(workspace, EMAIL).user_id
    client.post(f"/settings/people/{ann}/roles", data={"role": ["sales_rep"]})
    assert find(workspace, EMAIL).roles == ("admin",)
    inside(lambda work: records.restore(work, "user", carl))
    assert "so they are not let in" not in client.get(f"/settings/people/{carl}").text


def test_records_go_only_to_somebody_who_is_there(client, workspace, inside):
    carl = add(inside, "carl@example.com", ["admin"])
    gone = add(inside, "dora@example.com", ["admin"])
    inside(people.deactivate, gone)
    for to in ("", "x", str(carl), str(gone), "00000000-0000-0000-0000-000000000000"):
        assert "Choose who takes over" in client.post(f"/settings/people/{carl}/hand-over", data={"to": to}).text
    client.post(f"/settings/people/{carl}/deactivate", data={"to": str(gone)})
    assert find(workspace, "carl@example.com").active


def test_only_administrators_look_after_people(signed_in, workspace):
    client = signed_in("sales_rep")
    ann = find(workspace, EMAIL).user_id
    assert client.get("/settings/people").status_code == 403
    assert client.post("/settings/people", data=BOB).status_code == 403
    for act in ("roles", "invite", "second-factor", "sign-out", "deactivate", "hand-over", "activate"):
        assert client.post(f"/settings/people/{ann}/{act}").status_code == 403, act
    assert client.get(f"/settings/people/{ann}").status_code == 403


def test_nobody_and_strange_words_are_answered_plainly(client):
    nobody = "00000000-0000-0000-0000-000000000000"
    assert client.get(f"/settings/people/{nobody}").status_code == 404
    assert client.post(f"/settings/people/{nobody}/roles").status_code == 404
    for words in ("%", "_", "'", "x" * 5000):
        assert client.get("/settings/people", params={"q": words, "after": words}).status_code == 200


def add(inside, email, roles):
    return inside(people.add, email, None, roles, email.partition("@")[0])
