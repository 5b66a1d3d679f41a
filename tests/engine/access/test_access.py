"""What roles allow: the same in SQL and in Python, before and after a write."""

from __future__ import annotations

import pytest

from customary.engine import access, records
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.records import Forbidden, Missing, Query, RecordScope, Refused, storage

from ..conftest import DEFINITIONS, Crm


def names(crm, actor, entity="deal") -> set[str]:
    with crm.reading(actor) as work:
        return {record.values["name"] for record in records.select(work, entity, Query()).records}


def test_without_a_role_everything_is_closed(crm):
    nobody = access.compile(crm.release.model, Actor(id=None))
    for entity in crm.release.model.entities:
        for act in access.ACTS:
            assert not nobody.may(entity, act)
    assert not nobody.admin
    assert not nobody.may_reopen("sales")
    assert not nobody.may_move("sales", "qualify", "propose")


def test_admins_and_the_system_may_everything(crm):
    for actor in (SYSTEM, Actor(id=None, roles=("admin",))):
        rights = access.compile(crm.release.model, actor)
        assert rights.admin
        assert all(rights.unrestricted(entity, act) for entity in crm.release.model.entities for act in access.ACTS)


def test_own_is_the_owner_and_roles_add_up(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    boss = crm.person("Boss", "seller", "viewer")
    crm.add("deal", mary, name="M")
    crm.add("deal", john, name="J")
    assert names(crm, mary) == {"M"}
    assert names(crm, john) == {"J"}
    assert names(crm, boss) == {"M", "J"}


def test_team_is_ones_team_and_those_below(crm):
    sales = crm.add("team", name="Sales")
    north = crm.add("team", name="North", parent=sales)
    far_north = crm.add("team", name="Far north", parent=north)
    other = crm.add("team", name="Other")
    people = {
        "Boss": crm.person("Boss", "seller", "leader", team=sales),
        "Mid": crm.person("Mid", "seller", "leader", team=north),
        "Low": crm.person("Low", "seller", team=far_north),
        "Out": crm.person("Out", "seller", "leader", team=other),
        "Solo": crm.person("Solo", "seller", "leader"),
    }
    deals = {name: crm.add("deal", actor, name=name) for name, actor in people.items()}
    expected = {
        "Boss": {"Boss", "Mid", "Low"},
        "Mid": {"Mid", "Low"},
        "Low": {"Low"},
        "Out": {"Out"},
        "Solo": {"Solo"},
    }
    for name, actor in people.items():
        assert names(crm, actor) == expected[name]
        with crm.reading(actor) as work:
            for other_name, deal in deals.items():
                scope = RecordScope(work, "deal", storage.load(work, "deal", deal))
                assert work.access.holds("deal", "read", scope) is (other_name in expected[name])


def test_an_expression_may_follow_links(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    account = crm.add("account", mary, name="Acme")
    contact = crm.add("contact", last="Lee", account=account)
    with crm.reading(mary) as work:
        assert records.get(work, "contact", contact).title == " Lee"
    with crm.reading(john) as work:
        assert records.select(work, "contact", Query()).records == ()
        with pytest.raises(Missing):
            records.get(work, "contact", contact)


def test_a_write_is_allowed_before_and_after(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    deal = crm.add("deal", mary, name="A")
    with pytest.raises(Missing):
        crm.update("deal", deal, john, name="B")
    with pytest.raises(Refused) as refused:
        crm.update("deal", deal, mary, owner=john.id)
    assert "no longer be yours" in str(refused.value.problems[0].reason)
    with pytest.raises(Refused):
        crm.add("deal", mary, name="C", owner=john.id)
    account = crm.add("account", john, name="Acme")
    with pytest.raises(Forbidden):
        crm.update("account", account, mary, name="B")


def test_hidden_and_read_only_fields_cannot_be_written(crm):
    mary = crm.person("Mary", "seller")
    with pytest.raises(Refused) as refused:
        crm.add("account", mary, name="A", secret="x", tags=("a",))
    assert sorted(each.field for each in refused.value.problems) == ["secret", "tags"]


def test_child_rows_follow_their_parent(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    deal = crm.add("deal", mary, name="A", lines=[{"product": "Bolt"}])
    with crm.reading(mary) as work:
        (line,) = records.get(work, "deal", deal).values["lines"]
        assert records.get(work, "line", line).title == "Bolt"
        assert len(records.select(work, "line", Query()).records) == 1
    with crm.reading(john) as work:
        assert records.select(work, "line", Query()).records == ()
        with pytest.raises(Missing):
            records.get(work, "line", line)
    crm.update("line", line, mary, quantity=3)
    with pytest.raises(Missing):
        crm.update("line", line, john, quantity=4)
    with pytest.raises(Refused):
        crm.add("line", john, deal=deal, product="Nut")


def test_explain_says_which_role_grants_what(crm):
    rights = access.compile(crm.release.model, Actor(id=None, roles=("seller", "viewer")))
    assert rights.explain("deal", "read") == [("seller", "own"), ("viewer", "all")]
    assert rights.explain("contact", "read") == [("seller", "=account.owner == user"), ("viewer", "all")]
    assert rights.explain("deal", "export") == []


def test_who_leads_a_team_sees_it_from_within_and_else_by_a_rule(database):
    led = DEFINITIONS.replace(
        "  parent: {type: link, to: team", "  leader: {type: user}\n  parent: {type: link, to: team"
    )
    crm = Crm(database, led + "---\nrole: chief\nentities: {deal: {read: =owner.team.leader == user}}\n")
    north, south = crm.add("team", name="North"), crm.add("team", name="South")
    bob, outside, chief = (
        crm.person("Bob", "seller", team=north),
        crm.person("Out", "leader"),
        crm.person("Cy", "chief"),
    )
    crm.add("deal", bob, name="B")
    for leader, seen in ((outside, set()), (chief, {"B"})):
        crm.update("team", north, leader=leader.id)
        assert names(crm, leader) == seen
    crm.update("team", south, leader=chief.id)
    crm.update("user", outside.id, team=north)
    assert names(crm, crm.again(outside)) == {"B"}
