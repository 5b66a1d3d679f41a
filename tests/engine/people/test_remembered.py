"""Whom a process remembers, and for how long."""

from __future__ import annotations

from types import SimpleNamespace

from customary.engine import people, records
from customary.engine.people import remembered
from customary.engine.people.keys import key


def test_a_key_that_another_process_revoked_works_for_a_second_at_most(crm, monkeypatch):
    with crm.work() as work:
        mary = people.add(work, "mary@example.com", "a long password", ("admin",), name="Mary")
        secret = people.add_key(work.connection, mary, "robot", crm.now)
    at = 1_000.0
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: at))
    with crm.database.read() as connection:
        assert people.actor_of_key(connection, secret, crm.release).id == mary
    with crm.database.write() as connection:
        connection.execute(key.update().values(revoked=crm.now))
    with crm.database.read() as connection:
        assert people.actor_of_key(connection, secret, crm.release).id == mary
        at += remembered.SECONDS
        assert people.actor_of_key(connection, secret, crm.release) is None


def test_who_is_archived_or_goes_to_another_team_is_not_remembered_as_they_were(crm):
    with crm.work() as work:
        mary = people.add(work, "mary@example.com", "a long password", ("seller",), name="Mary")
        secret = people.add_key(work.connection, mary, "robot", crm.now)
        team = records.create(work, "team", {"name": "North"})

    def found():
        with crm.database.read() as connection:
            return people.actor_of_key(connection, secret, crm.release)

    assert found().record["team"] is None
    with crm.work() as work:
        records.update(work, "user", mary, {"team": team})
    assert found().record["team"] == team
    with crm.work() as work:
        records.archive(work, "user", mary)
    assert found() is None
