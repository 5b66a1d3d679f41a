"""Pages whose records are made when somebody asks for them: the same as those that are made at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.records import Page, Query, Work

from ..conftest import Crm

FIELDS = ("name", "account", "main", "owner", "amount", "weighted", "closes", "stage")
LINKS = {"account": "account", "main": "contact", "owner": "user"}


def looked_at(crm: Crm, query: Query, actor: Actor = SYSTEM, entity: str = "deal") -> list[Page]:
    """A page as it is looked at several times; on PostgreSQL the first time from a thread, and then over wires."""

    async def looks() -> list[Page]:
        return [await crm.database.at_once(look) for _ in range(3)]

    def look(connection: Any) -> Page:
        return records.look(Work(connection, crm.release, actor, crm.now), entity, query)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, looks()).result()


def told(page: Page) -> tuple:
    """All that a list shows of a page."""
    return page.next, [(each.values, each.title, named(each)) for each in page.records]


def named(record: records.Record) -> dict[str, str | None]:
    return {name: record.titles.get((to, record.values[name])) for name, to in LINKS.items() if record.values[name]}


def selected(crm: Crm, query: Query, actor: Actor = SYSTEM) -> Page:
    with crm.reading(actor) as work:
        return records.select(work, "deal", query)


@pytest.fixture
def people(crm: Crm) -> list[Actor]:
    """An administrator, and two sellers, of whom each has deals: Ben's names a contact whom only Ann may see."""
    ann, ben, eve = crm.person("Ann", "seller"), crm.person("Ben", "seller"), crm.person("Eve", "admin")
    for place, owner in enumerate((ann, ben) * 4):
        account = crm.add("account", name=f"Account {place}", owner=ann.id)
        main = crm.add("contact", last=f"Lee {place}", account=account) if place % 3 else None
        closes, amount = (date(2026, 5, place), Money(Decimal(place), "EUR")) if place % 4 else (None, None)
        values = {"name": f"Deal {place}", "account": account, "main": main, "closes": closes, "amount": amount}
        crm.add("deal", **values, owner=owner.id)
    return [ann, ben, eve]


@pytest.mark.parametrize("sort", [(), (("closes", True),), (("amount", False), ("name", True)), (("id", False),)])
def test_every_page_is_the_one_that_is_made_at_once_whoever_looks(crm: Crm, people: list[Actor], sort: tuple):
    for actor in people:
        query = Query(sort=sort, fields=FIELDS, limit=3)
        for _ in range(4):
            page = selected(crm, query, actor)
            assert [told(each) for each in looked_at(crm, query, actor)] == [told(page)] * 3
            if page.next is None:
                break
            query = Query(sort=sort, fields=FIELDS, limit=3, after=page.next)
    assert {named(each).get("main") for each in selected(crm, Query(fields=FIELDS), people[1]).records} == {None}


def test_equal_cells_are_those_of_records_of_which_nothing_changed(crm: Crm, people: list[Actor]):
    query = Query(sort=(("name", False),), fields=FIELDS)
    before, again = looked_at(crm, query)[1:]
    assert (before.form, before.cells) == (again.form, again.cells)
    first, second = (before.records[place].values for place in (0, 1))
    crm.update("account", first["account"], name="Renamed")
    crm.update("deal", second["id"], closes=date(2027, 1, 1))
    later = looked_at(crm, query)[-1]
    assert [each in before.cells for each in later.cells] == [False, False, *[True] * 6]
    assert told(later) == told(selected(crm, query))


def test_what_lies_outside_the_rows_has_no_cells(crm: Crm, people: list[Actor]):
    crm.add("task", title="Call", about={"entity": "account", "id": crm.add("account", name="Pumps")})
    assert [[*each.cells] for each in looked_at(crm, Query(fields=("name", "contacts")))] == [[]] * 3
    assert [[*each.cells] for each in looked_at(crm, Query(fields=("title", "about")), entity="task")] == [[]] * 3
