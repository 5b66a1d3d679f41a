"""The address one signs in with: changed by an administrator, or by oneself with a link that goes there."""

from __future__ import annotations

import re

import pytest

from customary.engine import people, records
from customary.engine.audit import lines
from customary.engine.people.tickets import ticket

from ..conftest import EMAIL
from .test_users import add, find, mails, sign_in

NEW = "ann.lee@example.com"
LINK = r"/settings/address/[\w-]+"


@pytest.fixture
def carl(inside):
    return add(inside, "carl@example.com", ["sales_manager"])


@pytest.mark.usefixtures("mailing")
def test_an_administrator_changes_it_and_the_one_before_gets_a_mail(client, stranger, workspace, inside, carl):
    inside(lambda work: people.set_password(work.connection, carl, people.hashed("a long password"), work.now))
    inside(lambda work: people.invitations.invite(work.connection, carl, work.now))
    shown = client.post(f"/settings/people/{carl}/address", data={"email": " Charles@example.com "})
    assert "They sign in with the new address" in shown.text
    assert inside(lambda work: records.get(work, "user", carl).values["email"]) == "charles@example.com"
    (mail,) = mails(workspace)
    assert mail["recipient"] == "carl@example.com" and "to charles@example.com" in mail["body"]
    with workspace.database.read() as connection:
        assert connection.execute(ticket.select().where(ticket.c.user_id == carl)).all() == []
    logged = inside(lambda work: list(lines(work.connection, kind="address_changed")))
    assert logged[0].details == {"before": "carl@example.com", "after": "charles@example.com"}
    assert [sign_in(stranger, f"{name}@example.com", "a long password") for name in ("carl", "charles")] == [422, 303]


def test_an_address_that_is_none_or_anothers_is_refused(client, workspace, inside, carl):
    inside(records.create, "user", {"name": "Zoe", "email": "zoe@example.com"})
    for email in ("", "none", EMAIL.upper(), "zoe@example.com"):
        client.post(f"/settings/people/{carl}/address", data={"email": email})
    assert find(workspace, "carl@example.com").user_id == carl
    assert inside(lambda work: records.get(work, "user", carl).values["email"]) == "carl@example.com"


@pytest.mark.usefixtures("mailing")
def test_ones_own_is_changed_by_a_link_that_goes_to_the_new_one(client, workspace):
    assert "is on its way to the new address" in client.post("/settings/address", data={"email": NEW}).text
    (mail,) = mails(workspace)
    path = re.search(LINK, mail["body"])[0]
    assert mail["recipient"] == NEW and f"https://crm.example.com{path}" in mail["body"]
    assert NEW in client.get(path).text and find(workspace, EMAIL)
    assert "You sign in with the new address" in client.post(path).text
    assert find(workspace, EMAIL) is None and find(workspace, NEW).roles == ("admin",)
    assert mails(workspace)[1]["recipient"] == EMAIL
    assert "leads nowhere any more" in client.post(path).text


@pytest.mark.usefixtures("mailing")
def test_nobody_learns_who_has_an_account_or_floods_a_stranger(client, workspace, carl):
    asked = [client.post("/settings/address", data={"email": each}).text for each in ("carl@example.com", *[NEW] * 5)]
    assert len({"unless it has an account already" in each for each in asked}) == 1
    assert [each["recipient"] for each in mails(workspace)] == [NEW] * 3


@pytest.mark.usefixtures("mailing")
def test_a_link_is_good_for_who_asked_alone(client, stranger, signed_in, workspace):
    client.post("/settings/address", data={"email": f" {NEW.upper()} "})
    (mail,) = mails(workspace)
    path = re.search(LINK, mail["body"])[0]
    assert mail["recipient"] == NEW
    assert stranger.get(path).headers["location"].startswith("/sign-in?next=%2Fsettings%2Faddress%2F")
    other = signed_in("admin")
    assert NEW not in other.get(path).text
    other.post(path)
    assert find(workspace, NEW) is None


def test_it_is_asked_once_more_who_one_is(client, workspace, inside, carl):
    ann = find(workspace, EMAIL).user_id
    stale = people.sessions.session.update().where(people.sessions.session.c.user_id == ann)
    inside(lambda work: work.connection.execute(stale.values(proven=None)))
    for path in ("/settings/address", f"/settings/people/{carl}/address"):
        client.post(path, data={"email": NEW})
    assert find(workspace, NEW) is None
    assert "Prove that it is you" in client.get("/settings/people/" + str(carl)).text


def test_a_record_tells_where_its_persons_address_is_changed(client, workspace, inside, carl):
    told = "is what they sign in with: it is changed under People"
    refused = client.patch(f"/api/user/{carl}", json={"email": NEW})
    assert refused.status_code == 422 and told in refused.text
    assert client.patch(f"/api/user/{carl}", json={"email": "CARL@example.com", "phone": "+49 30 1"}).status_code == 200
    zoe = inside(records.create, "user", {"name": "Zoe", "email": "zoe@example.com"})
    assert client.patch(f"/api/user/{zoe}", json={"email": NEW}).status_code == 200
