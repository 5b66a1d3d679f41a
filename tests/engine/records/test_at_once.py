"""Records that are told from a single row."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.records import sharing
from customary.engine.records.reader.at_once import NeedsMore, at_once
from customary.engine.records.record import Record

from ..conftest import DEFINITIONS, Crm


@pytest.fixture
def crm(postgresql_url: str) -> Crm:
    database = Database(postgresql_url)
    database.prepare()
    yield Crm(database)
    database.close()


def told(crm: Crm, entity: str, id: UUID, actor: Actor = SYSTEM) -> Record | None:
    """What a row alone tells an actor of a record; None where the query finds none."""
    with crm.reading(actor) as work:
        made = at_once(work, entity)

    async def ask() -> Any:
        return await crm.database.wires.ask(made.ready, id=id)

    with ThreadPoolExecutor(1) as thread:
        found = thread.submit(asyncio.run, ask()).result()
    return made.record(found[0]) if found else None


def read(crm: Crm, entity: str, id: UUID, actor: Actor = SYSTEM) -> Record:
    with crm.reading(actor) as work:
        return records.get(work, entity, id)


def deal(crm: Crm, **values: Any) -> UUID:
    account = crm.add("account", name=f"Account {crm.rows('account')}", tags=["a", "b"])
    return crm.add("deal", name="Pumps", account=account, amount=Money(Decimal("12.50"), "EUR"), **values)


def test_a_record_is_the_one_that_is_read_otherwise(crm: Crm):
    ann = crm.person("Ann", "admin")
    id = deal(crm, discount=5, owner=ann.id)
    for actor in (SYSTEM, ann):
        assert told(crm, "deal", id, actor) == read(crm, "deal", id, actor)
    account = read(crm, "deal", id).values["account"]
    assert told(crm, "account", account, ann) == read(crm, "account", account, ann)


def test_nobody_is_told_what_they_may_not_read(crm: Crm):
    ann, ben = crm.person("Ann", "seller"), crm.person("Ben", "seller")
    id = deal(crm, owner=ann.id)
    assert told(crm, "deal", id, ann) == read(crm, "deal", id, ann)
    assert told(crm, "deal", id, ben) is None
    account = told(crm, "account", read(crm, "deal", id).values["account"], ben)
    assert "secret" not in account.values


def test_a_team_is_told_of_its_deals_and_of_no_others(crm: Crm):
    north, south = crm.add("team", name="North"), crm.add("team", name="South")
    ann, ben = crm.person("Ann", "seller", team=north), crm.person("Ben", "leader", team=north)
    cid = crm.person("Cid", "leader", team=south)
    id = deal(crm, owner=ann.id)
    assert told(crm, "deal", id, crm.again(ben)) == read(crm, "deal", id, crm.again(ben))
    assert told(crm, "deal", id, crm.again(cid)) is None


def test_a_share_counts_as_long_as_it_is_there(crm: Crm):
    ann, ben = crm.person("Ann", "seller"), crm.person("Ben", "seller")
    id = deal(crm, owner=ann.id)
    with crm.work(ann) as work:
        share = sharing.share(work, "deal", id, ("user", ben.id))
    assert told(crm, "deal", id, ben) == read(crm, "deal", id, ben)
    with crm.work(ann) as work:
        sharing.unshare(work, "deal", id, share)
    assert told(crm, "deal", id, ben) is None


def test_what_lies_outside_the_row_is_not_guessed(crm: Crm):
    with_lines = deal(crm, lines=[{"product": "Pump", "price": Money(Decimal(3), "EUR")}])
    assert told(crm, "deal", with_lines).values["lines"] == read(crm, "deal", with_lines).values["lines"]
    contact = crm.add("contact", last="Lee")
    with pytest.raises(NeedsMore):
        told(crm, "deal", deal(crm, contacts=[contact]))


def test_what_the_time_opens_or_closes_is_never_told_at_once(postgresql_url: str):
    database = Database(postgresql_url)
    database.prepare()
    rule = "role: dated\ndeny: true\nentities: {deal: {read: '=closes > today()'}}\n---\nrole: viewer"
    crm = Crm(database, DEFINITIONS.replace("role: viewer", rule, 1))
    with crm.reading(crm.person("Ann", "viewer")) as work:
        assert [at_once(work, each) for each in work.model.entities] == [None] * len(work.model.entities)
    database.close()


def test_what_moves_with_the_time_is_never_told_at_once(postgresql_url: str):
    text = DEFINITIONS.replace("  note: {type: long_text}", "  late: {type: boolean, formula: closes < today()}", 1)
    database = Database(postgresql_url)
    database.prepare()
    crm = Crm(database, text.replace("  - set: {note: Welcome}", "  - set: {code: Welcome}"))
    with crm.reading() as work:
        assert at_once(work, "deal") is None
        assert at_once(work, "account") is not None
    database.close()
