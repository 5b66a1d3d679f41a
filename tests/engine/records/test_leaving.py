"""The last who may do everything stays, whichever way their record would go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from customary.engine import people, records
from customary.engine.audit import lines
from customary.engine.people import LastAdmin, standing
from customary.engine.records import Refused

from ..conftest import DEFINITIONS, Crm

LAST = "is the last administrator who is let in"


@pytest.fixture
def ann(crm):
    return crm.person("Ann", "admin")


@pytest.fixture(params=["archived", "deleted"])
def take(request, crm):
    """Archives or deletes somebody's record."""
    act = {"archived": records.archive, "deleted": records.delete}[request.param]

    def take(id, entity="user", actor=people.SYSTEM):
        with crm.work(actor) as work:
            act(work, entity, id)

    return take


def test_the_last_administrator_is_neither_archived_nor_deleted(crm, ann, take):
    crm.person("Bob", "seller")
    for actor in (ann, people.SYSTEM):
        with pytest.raises(Refused) as refused:
            take(ann.id, actor=actor)
        assert [(each.field, str(each.reason)) for each in refused.value.problems] == [(None, LAST)]
    assert crm.again(ann).roles == ("admin",)


def test_who_is_kept_out_or_archived_counts_for_nobody(crm, ann, take):
    out, archived, eve = (crm.person(name, "admin") for name in ("Out", "Archived", "Eve"))
    with crm.work() as work:
        people.deactivate(work, out.id)
        records.archive(work, "user", archived.id)
    take(ann.id)
    for id in (out.id, archived.id):
        take(id)
    with pytest.raises(Refused, match=LAST):
        take(eve.id)
    with crm.work() as work:
        for act in (lambda: people.deactivate(work, eve.id), lambda: people.set_roles(work, eve.id, ["seller"])):
            with pytest.raises(LastAdmin):
                act()


def test_nobody_keeps_out_themselves_or_who_has_a_role_that_opens_more(database):
    office = "---\nrole: office\nentities: {user: {read: all, update: all, delete: all}}\n"
    crm = Crm(database, DEFINITIONS + office)
    ann, eve = crm.person("Ann", "admin"), crm.person("Eve", "admin")
    office, bob = crm.person("Cy", "office"), crm.person("Bob", "seller")
    for actor, id, why in (
        (ann, ann.id, "concerns yourself: nobody keeps themselves out"),
        (office, office.id, "concerns yourself: nobody keeps themselves out"),
        (office, eve.id, "with a role that opens what is closed to you"),
    ):
        for act in (records.archive, records.delete):
            with pytest.raises(Refused, match=why), crm.work(actor) as work:
                act(work, "user", id)
    with crm.work(office) as work:
        records.archive(work, "user", bob.id)
    with crm.work() as work:
        records.archive(work, "user", eve.id)


def test_a_cascade_takes_no_last_administrator_along(database):
    crm = Crm(database, DEFINITIONS.replace("inverse: members}", "inverse: members, on_delete: cascade}"))
    team = crm.add("team", name="North")
    ann, _ = crm.person("Ann", "admin", team=team), crm.person("Bob", "admin", team=team)
    with pytest.raises(Refused, match="would take the last administrator with it") as refused, crm.work() as work:
        records.delete(work, "team", team)
    assert refused.value.problems[0].label == crm.release.model.entities["team"].label
    crm.update("user", ann.id, team=None)
    with crm.work() as work:
        records.delete(work, "team", team)


def test_who_signs_in_is_not_given_up_for_another_record(crm, ann):
    other = crm.add("user", name="Ann Lee", email="ann.lee@example.com")
    with pytest.raises(Refused, match="that somebody signs in as"), crm.work(ann) as work:
        records.merge(work, "user", ann.id, other)
    with crm.work(ann) as work:
        records.merge(work, "user", other, ann.id)
    assert crm.again(ann).roles == ("admin",)


def test_of_two_who_archive_each_other_at_once_one_stays(crm, monkeypatch):
    both = [crm.person("Ann", "admin"), crm.person("Bob", "admin")]
    both_looked, look = Barrier(2, timeout=0.2), standing.holders

    def look_together(*given):
        found = look(*given)
        with suppress(BrokenBarrierError):
            both_looked.wait()
        return found

    monkeypatch.setattr(standing, "holders", look_together)

    def archive(id):
        try:
            with crm.database.write() as connection:
                records.archive(records.Work(connection, crm.release, people.SYSTEM, crm.now), "user", id)
        except Refused:
            return 1
        return 0

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(archive, [each.id for each in both])) == 1


def test_archiving_ends_sessions_and_keys_and_restoring_lets_in_by_a_new_sign_in(crm, ann):
    password = "a long password"
    with crm.work() as work:
        bob = people.add(work, "bob@example.com", password, ["seller"], "Bob")
        key = people.add_key(work.connection, bob, "robot", crm.now)

    def sign_in():
        return people.sign_in(crm.database, crm.release, "bob@example.com", password, crm.now)

    def recognised(token):
        with crm.database.read() as connection:
            return people.actor_of_session(connection, token, crm.release, crm.now) is not None

    before = sign_in()
    with crm.work(ann) as work:
        records.archive(work, "user", bob)
    assert sign_in() is None
    with crm.work(ann) as work:
        assert people.sessions_of(work.connection, bob, crm.now) == []
        records.restore(work, "user", bob)
    people.remembered.forget()
    with crm.database.read() as connection:
        assert people.actor_of_key(connection, key, crm.release, crm.now) is None
    assert not recognised(before.token) and recognised(sign_in().token)
    with crm.database.read() as connection:
        told = [(each.kind, each.who) for each in lines(connection) if each.record == bob]
    by_ann = [("person_let_in", "ann@example.com"), ("person_locked_out", "ann@example.com")]
    assert told == [*by_ann, ("person_added", "Customary")]


def test_with_a_record_its_account_is_deleted_and_the_address_is_free(crm, ann):
    bob = crm.person("Bob", "seller")
    with crm.work(ann) as work:
        people.start(work.connection, bob.id, crm.now)
        records.delete(work, "user", bob.id)
        assert people.of_user(work.connection, bob.id) is None
    assert crm.person("Bob", "seller").id != bob.id
