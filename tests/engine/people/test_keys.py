"""Keys that may do less than their owner, and for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customary.engine import people, records
from customary.engine.people import Limits, remembered
from customary.engine.records import Forbidden, Missing


@pytest.fixture
def boss(crm):
    return crm.person("Boss", "admin")


def actor(crm, secret):
    remembered.forget()
    with crm.database.read() as connection:
        return people.actor_of_key(connection, secret, crm.release, crm.now)


def key(crm, owner, **limits):
    with crm.database.write() as connection:
        return people.add_key(connection, owner.id, "robot", crm.now, **limits)


def test_a_key_runs_out(crm, boss):
    secret = key(crm, boss, expires=crm.now + timedelta(days=1))
    assert actor(crm, secret).id == boss.id
    crm.now += timedelta(days=1)
    assert actor(crm, secret) is None


def test_a_key_that_reads_only_writes_nothing(crm, boss):
    acme = crm.add("account", name="Acme")
    robot = actor(crm, key(crm, boss, read_only=True))
    assert robot.limits == Limits(read_only=True)
    assert crm.values("account", acme, robot)["name"] == "Acme"
    for act in ("update", "create", "delete"):
        assert not crm_access(crm, robot).may("account", act)
    with pytest.raises(Forbidden):
        crm.update("account", acme, actor=robot, name="Other")
    with pytest.raises(Forbidden):
        crm.add("account", actor=robot, name="Other")


def test_a_key_for_some_entities_sees_no_others(crm, boss):
    acme = crm.add("account", name="Acme")
    deal = crm.add("deal", name="Steel", account=acme)
    robot = actor(crm, key(crm, boss, entities=[crm.release.tables.code("deal")]))
    with crm.reading(robot) as work:
        found = records.get(work, "deal", deal)
        assert found.values["name"] == "Steel"
        assert ("account", acme) not in found.titles
        with pytest.raises(Missing):
            records.get(work, "account", acme)
    with crm.reading(boss) as work:
        assert ("account", acme) in records.get(work, "deal", deal).titles


def test_a_key_for_an_entity_that_is_gone_opens_nothing(crm, boss):
    robot = actor(crm, key(crm, boss, entities=["gone"]))
    assert robot.limits.entities == frozenset()
    assert not [name for name in crm.release.model.entities if crm_access(crm, robot).may(name, "read")]


def test_nobody_ends_a_key_of_somebody_else(crm, boss):
    other = crm.person("Other", "admin")
    secret = key(crm, boss)
    with crm.database.write() as connection:
        (kept,) = people.keys_of(connection, boss.id)
        assert not people.revoke(connection, kept.id, crm.now, other.id)
    assert actor(crm, secret) is not None
    with crm.database.write() as connection:
        assert people.revoke(connection, kept.id, crm.now, boss.id)
    assert actor(crm, secret) is None


def crm_access(crm, actor):
    with crm.reading(actor) as work:
        return work.access
