"""Whom a process remembers, and for how long."""

from __future__ import annotations

from types import SimpleNamespace

from customary.engine import people
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
