"""Records get another owner through the one writer, in batches, and what is refused stays."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.records.writer import handover

from ..conftest import DEFINITIONS, Crm

STUCK = """
---
workflow: stuck
when: {updated: deal, before: true}
where: name == "Bad"
do: [{refuse: {message: {en: stays}, field: owner}}]
"""


@pytest.fixture
def people(crm):
    return crm.person("Ann", "admin"), crm.person("Bob", "seller"), crm.person("Eve", "seller")


def charges(work, user_id):
    return {(each.entity.name, each.field.name): each.count for each in handover.in_charge_of(work, user_id)}


def test_everything_somebody_owns_goes_over_batch_by_batch(crm, people, monkeypatch):
    monkeypatch.setattr(handover, "AT_ONCE", 2)
    ann, bob, eve = people
    mine = [crm.add("account", name=f"Account {number}", owner=bob.id) for number in range(5)]
    mine += [crm.add("task", title="Call", owner=bob.id)]
    other = crm.add("account", name="Other", owner=ann.id)
    with crm.reading(ann) as work:
        assert charges(work, bob.id) == {("account", "owner"): 5, ("task", "owner"): 1}
    after, over = None, 0
    for _ in range(9):
        with crm.work(ann) as work:
            handed = handover.hand_over(work, bob.id, eve.id, after)
        after, over = handed.after, over + handed.over
        if after is None:
            break
    assert (over, after) == (6, None)
    assert {crm.value("account", id, "owner") for id in mine[:5]} == {eve.id}
    assert crm.value("account", other, "owner") == ann.id
    assert crm.changes(mine[0])[-1]["actor"] == ann.id


def test_what_is_refused_stays_and_does_not_stop_the_rest(database):
    crm = Crm(database, DEFINITIONS + STUCK)
    ann, bob, eve = crm.person("Ann", "admin"), crm.person("Bob", "seller"), crm.person("Eve", "seller")
    bad, good, old = (crm.add("deal", name=name, owner=bob.id) for name in ("Bad", "Good", "Old"))
    with crm.work() as work:
        records.archive(work, "deal", old)
    with crm.work(ann) as work:
        handed = handover.hand_over(work, bob.id, eve.id)
    assert (handed.over, handed.refused) == (1, 1)
    assert [crm.value("deal", id, "owner") for id in (bad, good, old)] == [bob.id, eve.id, bob.id]
    assert crm.value("deal", bad, "revision") == 1


def test_teams_they_lead_and_people_whose_manager_they_are_go_over_too(database):
    crm = Crm(
        database,
        DEFINITIONS.replace(
            "  team: {type: link, to: team, inverse: members}",
            "  team: {type: link, to: team, inverse: members}\n  manager: {type: user}",
        ).replace("  parent: {type: link, to: team", "  leader: {type: user}\n  parent: {type: link, to: team"),
    )
    ann, bob, eve, cy = (crm.person(name, "admin") for name in ("Ann", "Bob", "Eve", "Cy"))
    for id, manager in ((bob.id, ann.id), (eve.id, bob.id), (cy.id, bob.id)):
        crm.update("user", id, manager=manager)
    team, other = crm.add("team", name="North", leader=bob.id), crm.add("team", name="South", leader=ann.id)
    with crm.reading(ann) as work:
        assert charges(work, bob.id) == {("team", "leader"): 1, ("user", "manager"): 2}
    after = None
    for _ in range(3):
        with crm.work(ann) as work:
            after = handover.hand_over(work, bob.id, eve.id, after).after
    assert after is None
    assert [crm.value("team", id, "leader") for id in (team, other)] == [eve.id, ann.id]
    assert [crm.value("user", id, "manager") for id in (cy.id, eve.id, bob.id)] == [eve.id, ann.id, ann.id]
