"""Who reads: permission that asks for the reader's own record, or for the time, is asked anew each time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from customary.engine import people, records
from customary.engine.database import Database
from customary.engine.people.actor import Actor
from customary.engine.records import Missing, Query, Refused

from ..conftest import DEFINITIONS, NOW, Crm

ROLE = "\n---\nrole: local\nentities:\n  contact: {{read: all, create: all}}\n  account: {{read: '{rule}'}}\n"


@pytest.fixture
def crm(request: pytest.FixtureRequest, database: Database) -> Crm:
    return Crm(database, DEFINITIONS + ROLE.format(rule=request.param))


@pytest.mark.parametrize("crm", ["=name == user.name"], indirect=True)
def test_who_is_changed_reads_by_what_they_are_now(crm: Crm) -> None:
    old, new = crm.add("account", name="North"), crm.add("account", name="South")
    reader = crm.person("North", "local")
    contact = crm.add("contact", last="Lee", account=old)
    assert seen(crm, reader, contact) == ({old}, {old}, {"North"}, True, 1)
    crm.update("user", reader.id, name="South")
    with crm.database.read() as connection:
        reader = people.actor_of_user(connection, reader.id, crm.release)
    assert seen(crm, reader, contact) == ({new}, {new}, set(), False, 1)
    with pytest.raises(Refused):
        crm.add("contact", reader, last="Ray", account=old)


@pytest.mark.parametrize("crm", ['=now() < created_at + duration("1h")'], indirect=True)
def test_who_may_read_for_an_hour_reads_no_longer(crm: Crm) -> None:
    account = crm.add("account", name="North")
    reader, contact = crm.person("Ann", "local"), crm.add("contact", last="Lee", account=account)
    assert seen(crm, reader, contact) == ({account}, {account}, {"North"}, True, 1)
    crm.now = NOW + timedelta(hours=2)
    assert seen(crm, reader, contact) == (set(), set(), set(), False, 0)


def seen(crm: Crm, reader: Actor, contact: UUID) -> tuple[Any, ...]:
    """The accounts in the list and the search, their titles on a contact, whether one opens, and how many there are."""
    with crm.reading(reader) as work:
        page = records.select(work, "account", Query(count="exact"))
        found = {
            hit.id for hit in records.search(work, "North") + records.search(work, "South") if hit.entity == "account"
        }
        titles = records.get(work, "contact", contact).titles
        account = records.get(work, "contact", contact).values["account"]
        try:
            records.get(work, "account", account)
            opens = True
        except Missing:
            opens = False
    listed = {record.id for record in page.records}
    return listed, found, {title for (entity, _), title in titles.items() if entity == "account"}, opens, page.count
