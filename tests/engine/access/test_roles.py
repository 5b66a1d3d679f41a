"""What a role can say: denying, importing, filling on creation only, outsiders, and single records that are shared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.engine.conftest import Crm

from customary.engine import access, records
from customary.engine.access.openings import Opening, openings
from customary.engine.definitions.kinds.role import SETTINGS as PARTS
from customary.engine.model.role import Role
from customary.engine.records import Forbidden, Missing, Query, Refused, sharing

DEFINITIONS = """
entity: user
plays: user
title: name
fields:
  name: {type: text}
  email: {type: email}
  region: {type: text}
  team: {type: link, to: team}
  contact: {type: link, to: contact}
---
entity: team
plays: team
title: name
fields: {name: {type: text}, parent: {type: link, to: team}}
---
entity: contact
plays: person
title: name
fields: {name: {type: text}}
---
entity: case
title: name
fields:
  name: {type: text, required: true}
  owner: {type: user, default: =user}
  contact: {type: link, to: contact}
  others: {type: links, to: contact}
  region: {type: text}
  source: {type: text}
  price: {type: integer}
  secret: {type: boolean, default: false}
  code: {type: text}
  cost: {type: integer}
  rows: {type: lines, of: row.case}
unique: {one: [code, cost]}
---
entity: row
title: what
fields: {case: {type: link, to: case, required: true}, what: {type: text}}
---
pipeline: flow
entity: case
stages: {new: {}, old: {}, shut: {outcome: done}}
moves: any
---
role: admin
admin: true
---
role: clerk
entities:
  contact: {read: all}
  team: {read: all}
  case: {read: own, create: all, update: own, import: none, fields: {source: on_create, price: read_only, cost: hidden}}
pipelines: {flow: {reopen: true}}
---
role: buyer
entities:
  case: {read: none, create: all, update: own, fields: {source: read_only, price: on_create}}
---
role: local
entities:
  case: {read: =region == user.region, update: =region == user.region, export: all, import: all, create: all}
---
role: namesake
entities: {case: {read: =name == user.contact.name}}
---
role: everything
entities:
  '*': {read: all, create: all, update: all, delete: all, export: all}
---
role: discreet
entities:
  case: {deny: true, read: =secret, delete: all, fields: {price: hidden, code: read_only}}
---
role: calm
deny: true
entities:
  contact: {update: all, create: all}
pipelines: {flow: {move: [[new, old]], reopen: true}}
---
role: customer
portal: true
entities:
  case: {read: own, create: own, update: own}
  contact: {read: own}
"""


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


def seen(crm, actor, entity="case") -> set[str]:
    with crm.reading(actor) as work:
        found = {record.title for record in records.select(work, entity, Query()).records}
        for each in records.select(work.as_system(), entity, Query()).records:
            if each.title in found:
                assert records.get(work, entity, each.id).title == each.title
            else:
                with pytest.raises(Missing):
                    records.get(work, entity, each.id)
    return found


def test_what_a_role_denies_is_denied_whatever_others_grant(crm):
    mary = crm.person("Mary", "everything", "discreet")
    plain = crm.add("case", name="Plain", price=3)
    crm.add("case", name="Secret", secret=True)
    unsaid = crm.add("case", name="Unsaid", secret=None)
    assert seen(crm, mary) == {"Plain", "Unsaid"}
    with crm.reading(mary) as work:
        assert "price" not in records.get(work, "case", plain).values
        assert not work.access.may("case", "delete")
        assert work.access.may("contact", "delete")
    crm.update("case", unsaid, mary, name="Said")
    for values in ({"price": 4}, {"code": "x"}):
        with pytest.raises(Refused):
            crm.update("case", plain, mary, **values)


def test_a_role_that_denies_takes_away_moves_and_acts(crm):
    mary = crm.person("Mary", "everything", "clerk", "calm")
    rights = access.compile(crm.release.model, mary)
    assert rights.may("contact", "read")
    assert not rights.may("contact", "update")
    assert not rights.may_move("flow", "new", "old")
    assert rights.may_move("flow", "old", "new")
    assert not rights.may_reopen("flow")
    assert access.compile(crm.release.model, crm.person("Eve", "clerk")).may_reopen("flow")


def test_rows_inside_follow_what_their_parent_denies(crm):
    mary = crm.person("Mary", "clerk", "discreet")
    crm.add("case", name="A", owner=mary.id, rows=[{"what": "seen"}])
    crm.add("case", name="B", owner=mary.id, secret=True, rows=[{"what": "hidden"}])
    assert seen(crm, mary, "row") == {"seen"}


def test_importing_is_an_act_of_its_own(crm):
    clerk, both = crm.person("Ann", "clerk"), crm.person("Bob", "clerk", "local")
    buyer = crm.person("Eve", "buyer")
    for actor, may in ((clerk, False), (both, True), (buyer, True)):
        with crm.work(actor, "import") as work:
            assert work.access.may("case", "import") is may
            if may:
                records.create(work, "case", {"name": "A"})
            else:
                with pytest.raises(Forbidden):
                    records.create(work, "case", {"name": "A"})
    crm.add("case", clerk, name="By hand")


def test_the_mildest_mark_of_a_field_holds(crm):
    clerk, both = crm.person("Ann", "clerk"), crm.person("Bob", "clerk", "buyer")
    case = crm.add("case", clerk, name="A", source="fair")
    with pytest.raises(Refused):
        crm.update("case", case, clerk, source="web")
    with pytest.raises(Refused):
        crm.add("case", clerk, name="A", price=1)
    mine = crm.add("case", both, name="B", source="fair", price=1)
    with pytest.raises(Refused):
        crm.update("case", mine, both, price=2)
    assert access.compile(crm.release.model, both).read_only("case") == {"source", "price", "code", "cost"}
    assert access.compile(crm.release.model, both).read_only("case", new=True) == set()


def test_a_refused_change_does_not_tell_what_a_hidden_field_holds(crm):
    clerk = crm.person("Ann", "clerk")
    crm.add("case", name="A", code="x", cost=1)
    mine = crm.add("case", clerk, name="B", code="y")
    crm.update("case", mine, cost=1)
    with pytest.raises(Refused) as refused:
        crm.update("case", mine, clerk, code="x")
    assert [str(each.reason) for each in refused.value.problems] == ["may not be changed by you"]


def test_a_territory_is_an_expression(crm):
    mary = crm.person("Mary", "local")
    crm.update("user", mary.id, region="north")
    mary = crm.again(mary)
    north = crm.add("case", name="North", region="north")
    crm.add("case", name="South", region="south")
    assert seen(crm, mary) == {"North"}
    with pytest.raises(Refused):
        crm.update("case", north, mary, region="south")


def test_what_is_archived_and_the_user_links_to_counts_in_lists_as_on_pages(crm):
    contact, case = crm.add("contact", name="North"), crm.add("case", name="North")
    crm.add("case", name="South")
    mary = crm.person("Mary", "namesake")
    crm.update("user", mary.id, contact=contact)
    with crm.work() as work:
        records.archive(work, "contact", contact)
    assert seen(crm, crm.again(mary)) == {"North"}
    assert crm.values("case", case, crm.again(mary))["name"] == "North"


def test_outsiders_see_what_is_theirs_and_nobody_by_name(crm):
    me, other = crm.add("contact", name="Me"), crm.add("contact", name="Other")
    outside = crm.person("Zoe", "customer")
    clerk = crm.person("Ann", "clerk")
    crm.add("case", name="Nobody's")
    assert seen(crm, outside) == set()
    crm.update("user", outside.id, contact=me)
    outside = crm.again(outside)
    crm.add("case", clerk, name="Mine", contact=me)
    crm.add("case", name="Among", others=[other, me])
    crm.add("case", name="Other", contact=other, rows=[{"what": "theirs"}])
    assert seen(crm, outside) == {"Mine", "Among"}
    assert seen(crm, outside, "contact") == {"Me"}
    assert seen(crm, outside, "row") == set()
    with crm.reading(outside) as work:
        assert records.options(work, "contact", "Other") == []
        assert records.titles(work, [("user", clerk.id)]) == {}
        assert work.access.portal
    crm.add("case", outside, name="New", contact=me)
    with pytest.raises(Refused):
        crm.add("case", outside, name="New", contact=other)


def test_a_record_is_shared_with_a_person_for_reading_until_a_day(crm):
    mary, john = crm.person("Mary", "clerk"), crm.person("John", "clerk")
    case, today = crm.add("case", mary, name="A", rows=[{"what": "inside"}]), date(2026, 3, 2)
    with crm.work(mary) as work:
        sharing.share(work, "case", case, ("user", john.id), until=today)
    assert seen(crm, john) == {"A"}
    assert seen(crm, john, "row") == {"inside"}
    with pytest.raises(Forbidden):
        crm.update("case", case, john, name="B")
    with pytest.raises(Forbidden), crm.work(john) as work:
        sharing.share(work, "case", case, ("user", mary.id))
    crm.now += timedelta(days=1)
    assert seen(crm, john) == set()


def test_a_record_is_shared_with_a_team_and_those_below_for_writing(crm):
    above = crm.add("team", name="Above")
    team = crm.add("team", name="Team", parent=above)
    below = crm.add("team", name="Below", parent=team)
    mary = crm.person("Mary", "clerk")
    people = {name: crm.person(name, "clerk", team=at) for name, at in (("A", above), ("T", team), ("B", below))}
    case = crm.add("case", mary, name="Shared")
    with crm.work(mary) as work:
        made = sharing.share(work, "case", case, ("team", team), writing=True)
        (told,) = sharing.shares_of(work, "case", case)
    assert (told.title, told.writing, told.until) == ("Team", True, None)
    assert {name: seen(crm, actor) for name, actor in people.items()} == {"A": set(), "T": {"Shared"}, "B": {"Shared"}}
    crm.update("case", case, people["B"], name="Changed")
    with crm.work(mary) as work:
        sharing.unshare(work, "case", case, made)
    assert seen(crm, people["B"]) == set()
    assert [each["kind"] for each in crm.changes(case)] == ["created", "shared", "updated", "unshared"]


def test_who_may_read_nothing_of_an_entity_gets_nothing_shared(crm):
    mary, buyer = crm.person("Mary", "clerk"), crm.person("John", "buyer")
    case = crm.add("case", mary, name="A")
    with crm.work(mary) as work:
        sharing.share(work, "case", case, ("user", buyer.id))
        with pytest.raises(Refused):
            sharing.share(work, "case", case, ("contact", case))
        with pytest.raises(Refused):
            sharing.share(work, "case", case, ("user", case))
        with pytest.raises(Refused):
            sharing.share(work, "case", case, ("user", buyer.id), until=date(2026, 3, 1))
    with crm.reading(buyer) as work, pytest.raises(Missing):
        records.get(work, "case", case)


def test_many_shares_are_asked_of_the_database(crm, monkeypatch):
    monkeypatch.setattr(access.shares, "FEW", 2)
    mary, john = crm.person("Mary", "clerk"), crm.person("John", "clerk")
    for number in range(4):
        case = crm.add("case", mary, name=f"{number}")
        with crm.work(mary) as work:
            sharing.share(work, "case", case, ("user", john.id), writing=number % 2 == 0)
    assert seen(crm, john) == {"0", "1", "2", "3"}
    with crm.work(john) as work:
        for each in records.select(work, "case", Query()).records:
            if int(each.title) % 2 == 0:
                records.update(work, "case", each.id, {"name": each.title + "0"})
            else:
                with pytest.raises(Forbidden):
                    records.update(work, "case", each.id, {"name": "x"})


def test_a_deleted_record_is_shared_no_longer(crm):
    mary, john = crm.person("Mary", "clerk"), crm.person("John", "clerk")
    case = crm.add("case", mary, name="A")
    with crm.work(mary) as work:
        sharing.share(work, "case", case, ("user", john.id))
    with crm.work() as work:
        records.delete(work, "case", case)
    with crm.reading(john) as work:
        assert work.shared == access.shares.NOTHING


def test_denying_and_standing_for_somebody_are_in_the_model(crm):
    roles: dict[str, Role] = dict(crm.release.model.roles)
    assert roles["calm"].deny
    assert not roles["discreet"].deny
    assert roles["customer"].portal.text == "user.contact"


OPENED = """
role: office
settings: [people, rules]
buttons: [hello]
---
role: auditor
settings: [audit]
---
role: strict
deny: true
settings: [rules]
buttons: [hello]
---
workflow: hello
when: {button: case}
do: [{note: Hello}]
---
"""


def test_a_role_opens_parts_of_the_settings_and_gives_no_role_that_opens_more(database):
    crm = Crm(database, OPENED + DEFINITIONS)
    roles = crm.release.model.roles
    office = access.compile(crm.release.model, crm.person("Olga", "office"))
    assert [part for part in PARTS if office.may_open(part)] == ["people", "rules"]
    assert [name for name, role in roles.items() if not office.may_give(role)] == ["auditor", "admin"]
    held_back = access.compile(crm.release.model, crm.person("Hal", "office", "auditor", "strict"))
    told = {(each.act, each.name): each for each in openings(held_back)}
    assert told["open", "rules"] == Opening("open", "rules", False, ("office",), ("strict",))
    assert told["open", "audit"] == Opening("open", "audit", True, ("auditor",), ())
    assert told["open", "roles"] == Opening("open", "roles", False, (), ())
    assert told["press", "hello"] == Opening("press", "hello", False, ("office",), ("strict",))
    admin = access.compile(crm.release.model, crm.person("Ada", "admin", "strict"))
    assert all(each.allowed and each.granting == ("admin",) for each in openings(admin))
