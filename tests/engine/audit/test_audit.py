"""The audit log is added to in the transaction of what it tells of, and cannot be changed unseen."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import sqlalchemy as sa

from customary.engine import audit, people, records
from customary.engine.audit import entry
from customary.engine.exchange.exports import note_export
from customary.engine.people.sessions import Browser

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(params=["", KEY], ids=["plain", "signed"])
def key(request, monkeypatch) -> str:
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", request.param)
    return request.param


@pytest.fixture
def written(crm, at, key):
    """Five lines, chained."""
    with crm.database.write() as connection:
        for number in range(5):
            audit.note(connection, "signed_in", at + timedelta(days=number), who="ann@example.com", address="10.0.0.1")
    assert audit.chain(crm.database) == 5
    return crm


def broken(crm, now) -> list[tuple[int | None, str]]:
    with crm.database.read() as connection:
        return [(each.number, each.why) for each in audit.verify(connection, now)]


def change(crm, statement) -> None:
    with crm.database.write() as connection:
        connection.execute(statement)


def test_lines_are_chained_once_and_hold(written, at):
    assert audit.chain(written.database) == 0
    assert broken(written, at) == []


def test_a_line_that_is_changed_is_found(written, at):
    change(written, entry.update().where(entry.c.number == 3).values(who="bob@example.com"))
    assert broken(written, at) == [(3, "was changed, or the one before it was")]


def test_a_line_that_is_taken_out_is_found(written, at):
    change(written, entry.delete().where(entry.c.number == 3))
    assert [number for number, _ in broken(written, at)] == [3]
    change(written, entry.delete().where(entry.c.number == 1))
    assert [number for number, _ in broken(written, at)] == [1, 3]


@pytest.mark.parametrize("key", [KEY], indirect=True)
def test_who_has_no_key_cannot_make_a_line(written, at, key, monkeypatch):
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY")
    with written.database.write() as connection:
        audit.note(connection, "signed_in", at, who="mallory@example.com")
    audit.chain(written.database)
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", key)
    assert broken(written, at) == [(6, "is not signed, though lines before it are")]
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY")
    assert broken(written, at)[0][1].startswith("is signed with a key that is not there")


def test_what_was_never_chained_is_found(written, at):
    with written.database.write() as connection:
        audit.note(connection, "signed_in", at)
    assert broken(written, at) == []
    assert broken(written, at + timedelta(hours=1)) == [(None, "1 were never chained")]


def test_old_lines_are_forgotten_and_a_line_says_so(written, at):
    now = at + timedelta(days=9)
    assert audit.forget(written.database, at + timedelta(days=2), now) == 2
    audit.chain(written.database)
    assert broken(written, now) == []
    with written.database.read() as connection:
        found = list(audit.lines(connection))
    assert [(each.number, each.kind) for each in found][:2] == [(6, "forgotten"), (5, "signed_in")]
    change(written, entry.delete().where(entry.c.number == 3))
    assert broken(written, now) != []


def test_lines_come_page_by_page(written, at):
    with written.database.read() as connection:
        first = list(audit.lines(connection, limit=2))
        rest = list(audit.lines(connection, limit=9, before=first[-1].id))
        assert [each.number for each in (*first, *rest)] == [5, 4, 3, 2, 1]
        assert len(list(audit.lines(connection, since=at + timedelta(days=3)))) == 2
        assert list(audit.lines(connection, kind="deleted")) == []


def test_deleting_exporting_and_revealing_are_told(crm):
    account = crm.add("account", name="Acme")
    crm.add("contact", last="Lee", account=account)
    with crm.work() as work:
        records.delete(work, "account", account)
        note_export(work, "deal", "csv", where="amount > 5")
    with crm.database.read() as connection:
        found = {each.kind: each for each in audit.lines(connection)}
    assert (found["deleted"].entity, found["deleted"].record) == ("account", account)
    assert found["deleted"].details == {"with_it": 1}
    assert found["exported"].details == {"format": "csv", "where": "amount > 5"}


def test_a_line_goes_with_its_transaction(crm):
    account = crm.add("account", name="Acme")
    with pytest.raises(RuntimeError), crm.work() as work:
        records.delete(work, "account", account)
        raise RuntimeError
    with crm.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(entry)).scalar_one() == 0


def test_who_comes_in_and_who_may_what_is_told(crm):
    ann = crm.person("Ann", "seller")
    with crm.work() as work:
        people.set_roles(work, ann.id, ["viewer"])
        people.set_password(work.connection, ann.id, "right horse battery", work.now)
        key = people.add_key(work.connection, ann.id, "Billing", work.now)
    assert key
    assert (
        people.sign_in(crm.database, crm.release, "ann@example.com", "wrong", crm.now, Browser(address="10.0.0.1\0"))
        is None
    )
    assert people.sign_in(crm.database, crm.release, "ann@example.com", "right horse battery", crm.now) is not None
    with crm.database.read() as connection:
        found = {each.kind: each for each in audit.lines(connection)}
    assert found["person_added"].details == {"email": "ann@example.com", "roles": ["seller"]}
    assert found["roles_changed"].details == {"before": ["seller"], "after": ["viewer"]}
    assert (found["key_added"].actor, found["key_added"].details["name"]) == (ann.id, "Billing")
    assert {found[kind].who for kind in ("key_added", "password_changed", "signed_in")} == {"ann@example.com"}
    assert (found["sign_in_failed"].who, found["sign_in_failed"].address) == ("ann@example.com", "10.0.0.1\ufffd")
    assert found["signed_in"].details == {"proof": "password"}
