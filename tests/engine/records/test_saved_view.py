"""Saved views: for me, my team, all."""

from __future__ import annotations

import pytest

from customary.engine.records import Forbidden, Missing, Refused, saved_view

STATE = {"where": "amount > 10", "sort": [["amount", True]], "columns": ["name", "amount"]}


def labels(crm, actor) -> list[str]:
    with crm.reading(actor) as work:
        return [each.label for each in saved_view.saved(work, "deal")]


def test_a_view_is_seen_by_those_it_is_for(crm):
    team = crm.add("team", name="North")
    ann, bob = crm.person("Ann", "seller", team=team), crm.person("Bob", "seller", team=team)
    eve, boss = crm.person("Eve", "seller"), crm.person("Boss", "admin")
    for actor, label, audience in ((ann, "Mine", "me"), (ann, "Ours", "team"), (boss, "Everyone's", "all")):
        with crm.work(actor) as work:
            saved_view.save(work, "deal", label, audience, STATE)
    assert labels(crm, ann) == ["Mine", "Ours", "Everyone's"]
    assert labels(crm, bob) == ["Ours", "Everyone's"]
    assert labels(crm, eve) == ["Everyone's"]
    with crm.reading(ann) as work:
        assert saved_view.saved(work, "deal")[0].state == STATE
        assert saved_view.saved(work, "account") == []


def test_only_its_owner_or_an_admin_changes_or_removes_a_view(crm):
    ann, eve, boss = crm.person("Ann", "seller"), crm.person("Eve", "seller"), crm.person("Boss", "admin")
    with crm.work(ann) as work:
        id = saved_view.save(work, "deal", "Mine", "me", STATE)
    for attempt in (saved_view.remove, lambda work, id: saved_view.change(work, id, {})):
        with pytest.raises(Missing), crm.work(eve) as work:
            attempt(work, id)
    with crm.work(ann) as work:
        saved_view.change(work, id, {"where": ""})
    with crm.reading(ann) as work:
        assert saved_view.saved(work, "deal")[0].state == {"where": ""}
    with crm.work(boss) as work:
        saved_view.remove(work, id)
    assert labels(crm, ann) == []


@pytest.mark.parametrize(("label", "audience"), [("", "me"), ("x" * 81, "me"), ("a\nb", "me"), ("Fine", "world")])
def test_a_view_needs_a_fair_name_and_a_known_audience(crm, label, audience):
    ann = crm.person("Ann", "seller")
    with pytest.raises(Refused), crm.work(ann) as work:
        saved_view.save(work, "deal", label, audience, STATE)


def test_a_view_for_all_is_an_admins_and_one_for_a_team_needs_a_team(crm):
    ann = crm.person("Ann", "seller")
    for audience in ("all", "team"):
        with pytest.raises(Forbidden), crm.work(ann) as work:
            saved_view.save(work, "deal", "Big ones", audience, STATE)
