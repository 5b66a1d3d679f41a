"""Two entities become one: their records keep all that they have, and an undo parts them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.engine.plan.conftest import AT_ONCE, NOW
from tests.engine.plan.test_finish import Somebody

from customary.engine import records
from customary.engine.access.shares import share
from customary.engine.messages.agreed import take_back
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import Unfit, apply, finish, prove
from customary.engine.plan.retired.retired import retired
from customary.engine.records.changes import change
from customary.engine.records.index import search
from customary.engine.records.personal.consents import lines
from customary.engine.records.reader.history import history
from customary.engine.records.saved_view import saved_views
from customary.engine.records.work import Work
from customary.engine.records.writer.erase import erase

OTHERS = """
entity: firm
title: name
fields: {name: {type: text}, prospects: {type: integer, rollup: size(people), index: true}}
---
entity: call
title: name
fields: {name: {type: text}, about: {type: any_link}, with: {type: link, to: LEAD}, and: {type: link, to: prospect}}
---
entity: campaign
title: name
fields: {name: {type: text}, reached: {type: links, to: LEAD}}
---
"""

TWO = (
    OTHERS.replace("LEAD", "lead")
    + """
entity: lead
title: name
fields:
  name: {type: text, required: true, search: true}
  company: {type: text}
  score: {type: text}
  source: {type: choice, options: [web, fair]}
  secretly: {type: long_text}
  friends: {type: links, to: lead}
---
entity: prospect
title: name
fields:
  name: {type: text, required: true, search: true}
  business: {type: text}
  score: {type: integer}
  source: {type: choice, options: [web, phone]}
  firm: {type: link, to: firm, inverse: people}
  met: {type: links, to: firm}
  size: {type: integer, default: 3}
---
pipeline: leads
entity: lead
stages: {new: {}, warm: {probability: 20}, gone: {outcome: lost}}
---
pipeline: prospects
entity: prospect
stages: {open: {}, warm: {probability: 50}, gone: {outcome: lost}}
"""
)

ONE = (
    OTHERS.replace("LEAD", "prospect")
    + """
entity: prospect
was: [lead, prospect]
title: name
fields:
  name: {type: text, required: true, search: true}
  business: {type: text, was: company}
  score: {type: integer}
  source: {type: choice, options: [web, phone]}
  firm: {type: link, to: firm, inverse: people}
  met: {type: links, to: firm}
  friends: {type: links, to: prospect}
  size: {type: integer, default: 3}
---
pipeline: prospects
entity: prospect
stages: {open: {}, warm: {probability: 50}, gone: {outcome: lost}}
"""
)


@pytest.fixture
def both(ground):
    """Ground with a lead and a prospect, and what leads to them."""
    ground.apply(TWO)
    ground.firm = ground.create("firm", {"name": "Acme"})
    ground.friend = ground.create("lead", {"name": "Bob", "stage": "new", "source": "fair", "score": "many"})
    values = {"company": "Acme", "score": "7", "source": "web", "secretly": "x", "friends": [ground.friend]}
    ground.lead = ground.create("lead", {"name": "Ann", "stage": "warm", **values})
    values = {"business": "Best", "score": 5, "source": "phone", "firm": ground.firm, "met": [ground.firm]}
    ground.prospect = ground.create("prospect", {"name": "Cid", "stage": "warm", **values})
    about = {"entity": "lead", "id": str(ground.lead)}
    ground.call = ground.create("call", {"name": "C", "about": about, "with": ground.lead, "and": ground.prospect})
    ground.campaign = ground.create("campaign", {"name": "D", "reached": [ground.lead, ground.friend]})
    return ground


def seen(ground, entity, id, *names):
    with ground.database.read() as connection:
        values = records.get(Work(connection, ground.release, SYSTEM, ground.release.applied_at), entity, id).values
        return [values[name] for name in names]


def test_records_of_both_are_there_with_their_values_and_links(both):
    assert [line for line in both.apply(ONE) if "entity" in line.split()[1]] == [
        "→ entity lead becomes prospect; its records become records of prospect"
    ]
    names = ("name", "business", "score", "source", "size", "stage", "outcome", "probability", "friends", "met")
    assert seen(both, "prospect", both.lead, *names) == [
        "Ann", "Acme", 7, "web", 3, "warm", None, 50, (both.friend,), ()
    ]  # fmt: skip
    assert seen(both, "prospect", both.friend, *names[:6]) == ["Bob", None, None, None, 3, "open"]
    assert seen(both, "prospect", both.prospect, *names) == [
        "Cid", "Best", 5, "phone", 3, "warm", None, 50, (), (both.firm,)
    ]  # fmt: skip
    about, with_, and_ = seen(both, "call", both.call, "about", "with", "and")
    assert (about.entity, about.id, with_, and_) == ("prospect", both.lead, both.lead, both.prospect)
    assert set(seen(both, "campaign", both.campaign, "reached")[0]) == {both.lead, both.friend}
    with both.database.read() as connection:
        assert prove(connection, both.release.tables) == []


def test_what_does_not_fit_is_told_and_kept_aside(both):
    (line, *_) = both.plan(ONE).lines
    assert [(str(each), [one.title for one in each.first]) for each in line.impact if each.kind != "refers"] == [
        ("records that come: 2", ["Bob", "Ann"]),
        ("values of score that do not fit and are kept aside: 1 of 2", ["Bob"]),
        ("values of source that do not fit and are kept aside: 1 of 2", ["Bob"]),
        ("values of secretly that find no field and are kept aside: 1", ["Ann"]),
    ]
    assert line.grade == "destructive"
    both.apply(ONE)
    with both.database.read() as connection:
        kept = {str(each).partition(",")[0] for each in retired(connection, both.release.tables.catalogue)}
    assert "entity lead: 2 records" in kept


def test_history_shares_and_search_follow(both):
    with both.database.write() as connection:
        row = {"id": uuid4(), "entity": "lead", "record": both.lead, "writing": True, "at": NOW}
        connection.execute(share.insert(), row)
    both.update("lead", both.lead, {"company": "New"})
    both.apply(ONE)
    both.update("prospect", both.lead, {"business": "Newer"})
    with both.database.read() as connection:
        work = Work(connection, both.release, SYSTEM, NOW)
        found = [each.after.get("business") for each in history(work, "prospect", both.lead).changes]
        assert found == ["Newer", "New", "Acme"]
        assert connection.execute(sa.select(share.c.entity)).scalars().all() == ["prospect"]
        codes = connection.execute(sa.select(search.c.entity).where(search.c.record == both.lead)).scalars().all()
        assert codes == ["prospect"]


def test_what_was_agreed_to_follows_and_mails_of_before_take_it_back(ground):
    two = TWO.replace("  company:", "  news: {type: consent}\n  calls: {type: consent}\n  company:")
    ground.apply(two.replace("  business:", "  letters: {type: consent}\n  business:"))
    ann = ground.create("lead", {"name": "Ann", "stage": "new", "news": True, "calls": True})
    cid = ground.create("prospect", {"name": "Cid", "letters": True})
    mail = {"purpose": {"entity": "lead", "record": str(ann), "field": "f_news"}}

    def told(entity, id):
        with ground.database.read() as connection:
            return [(each.field, each.given) for each in lines(ground._work(connection), entity, id)]

    def take_leave(details):
        with ground.database.write() as connection:
            assert take_back(ground._work(connection), details, "")

    first = told("lead", ann)
    assert sorted(first) == [("calls", True), ("news", True)]
    ground.apply(ONE.replace("  friends:", "  letters: {type: consent, was: news}\n  friends:"))
    assert (told("prospect", ann), told("prospect", cid)) == ([("letters", True)], [("letters", True)])
    take_leave(mail)
    assert told("prospect", ann) == [("letters", False), ("letters", True)]
    assert seen(ground, "prospect", ann, "letters") == [False]
    ground.update("prospect", ann, {"letters": True})
    ground.undo()
    assert told("lead", ann)[:2] == [("news", True), ("news", False)]
    assert (sorted(told("lead", ann)[2:]), told("prospect", cid)) == (sorted(first), [("letters", True)])
    take_leave(mail)
    assert seen(ground, "lead", ann, "news", "calls") == [False, True]
    ground.undo()
    assert told("prospect", ann)[0] == ("letters", False)


def test_an_undo_parts_them_with_what_was_written_since(both):
    both.apply(ONE)
    new = both.create("prospect", {"name": "Dan", "score": 1, "friends": [both.lead]})
    both.update("prospect", both.lead, {"business": "Other", "score": 8, "stage": "gone"})
    both.update("prospect", both.prospect, {"score": 6})
    about = {"entity": "prospect", "id": str(both.friend)}
    call = both.create("call", {"name": "E", "about": about, "with": both.friend, "and": both.lead})
    (line,) = [each for each in both.plan_undo().lines if each.path == "prospect"]
    assert [str(line), *map(str, line.impact)] == [
        "~ entity prospect; gives back the records of lead",
        "records that go back: 2",
    ]
    both.undo()
    names = ("name", "company", "score", "source", "secretly", "stage", "friends")
    assert seen(both, "lead", both.lead, *names) == ["Ann", "Other", "8", "web", "x", "gone", (both.friend,)]
    assert seen(both, "lead", both.friend, *names[:6]) == ["Bob", None, "many", "fair", None, "new"]
    names = ("name", "business", "score", "source", "stage", "met")
    assert seen(both, "prospect", both.prospect, *names) == ["Cid", "Best", 6, "phone", "warm", (both.firm,)]
    assert seen(both, "prospect", new, "name", "score", "stage") == ["Dan", 1, "open"]
    assert count(both, "prospect") == 2
    assert [getattr(each, "entity", each) for each in seen(both, "call", call, "about", "with", "and")] == [
        "lead",
        both.friend,
        None,
    ]
    with both.database.read() as connection:
        assert prove(connection, both.release.tables) == []
        found = history(Work(connection, both.release, SYSTEM, NOW), "lead", both.lead).changes
        assert [each.after.get("score") for each in found] == [8, "7"]


def test_an_undo_is_taken_back_too(both):
    both.apply(ONE)
    both.update("prospect", both.lead, {"score": 8})
    both.undo()
    both.update("lead", both.lead, {"score": "9", "company": "Again"})
    late = both.create("lead", {"name": "Eve", "score": "1"})
    with both.database.write() as connection:
        records.delete(Work(connection, both.release, SYSTEM, datetime.now(UTC)), "prospect", both.prospect)
    both.undo()
    assert seen(both, "prospect", both.lead, "name", "business", "score", "stage") == ["Ann", "Again", 9, "warm"]
    assert seen(both, "prospect", late, "name", "score", "stage") == ["Eve", 1, "open"]
    assert count(both, "prospect") == 3
    with both.database.read() as connection:
        assert prove(connection, both.release.tables) == []


def test_an_undo_of_several_brings_values_of_then_back_that_became_others_since(both):
    both.apply(ONE)
    both.apply(ONE.replace("business: {type: text", "business: {type: integer"))
    both.apply(ONE)
    both.update("prospect", both.lead, {"score": 8})
    assert seen(both, "prospect", both.lead, "business", "score") == [None, 8]
    both.undo(2)
    assert seen(both, "lead", both.lead, "company", "score") == ["Acme", "8"]


def test_saved_views_follow_and_go_back(both):
    states = {
        "lead": {"columns": ["name", "company"], "where": 'company == "x"'},
        "prospect": {"columns": ["business"]},
    }
    with both.database.write() as connection:
        for entity, state in states.items():
            row = {"id": uuid4(), "entity": entity, "label": entity, "state": state, "created_at": NOW}
            row |= {"owner": uuid4(), "audience": "all"}
            connection.execute(saved_views.insert(), row)

    def known() -> dict:
        with both.database.read() as connection:
            rows = connection.execute(sa.select(saved_views)).all()
            return {row.label: (row.entity, row.state) for row in rows}

    both.apply(ONE)
    joined = {"columns": ["name", "business"], "where": 'business == "x"'}
    assert known() == {"lead": ("prospect", joined), "prospect": ("prospect", states["prospect"])}
    both.undo()
    assert known() == {entity: (entity, state) for entity, state in states.items()}


def test_a_value_that_only_one_may_have_forbids_it(both):
    one = ONE.replace("name: {type: text, required: true, search: true}", "name: {type: text, unique: true}")
    both.create("lead", {"name": "Cid"})
    plan = both.plan(one)
    assert plan.problems == ("prospect: records that would have the same name: 2",)
    with pytest.raises(Unfit):
        apply(both.database, plan, plan.source, "test")


def test_what_is_written_meanwhile_follows(both):
    old, made = both.release, []

    def write() -> None:
        with both.database.write() as connection:
            work = Work(connection, old, SYSTEM, datetime.now(UTC))
            records.update(work, "lead", both.lead, {"company": "Newer"})
            records.update(work, "prospect", both.prospect, {"business": "Newest"})
            records.delete(work, "lead", both.friend)
            made.append(records.create(work, "lead", {"name": "Fay", "score": "3"}))
            made.append(records.create(work, "prospect", {"name": "Gil", "score": 4}))

    plan = both.plan(ONE)
    plan = replace(plan, changes=(*plan.changes, Somebody(writes=write)))
    both.release = apply(both.database, plan, plan.source, "test")
    with both.database.write() as connection:
        work = Work(connection, old, SYSTEM, datetime.now(UTC))
        records.update(work, "lead", both.lead, {"company": "Newest", "score": "2"})
        records.update(work, "prospect", both.prospect, {"score": 9})
    with both.database.write() as connection:
        work = Work(connection, both.release, SYSTEM, datetime.now(UTC))
        records.update(work, "prospect", both.lead, {"score": 1})
        records.update(work, "prospect", both.prospect, {"business": "Last"})
    finish(both.database, plan, both.release, AT_ONCE)
    assert seen(both, "prospect", both.lead, "business", "score") == ["Newest", 1]
    assert seen(both, "prospect", both.prospect, "business", "score") == ["Last", 9]
    assert [seen(both, "prospect", id, "name", "score", "stage") for id in made] == [
        ["Fay", 3, "open"],
        ["Gil", 4, "open"],
    ]
    assert count(both, "prospect") == 4


def test_who_is_erased_is_erased_where_the_records_came_from_too(both):
    old = both.release.tables.entity("lead")
    both.apply(ONE.replace("search: true", "search: true, personal: true"))
    with both.database.write() as connection:
        erase(Work(connection, both.release, SYSTEM, datetime.now(UTC)), "prospect", both.lead, "asked")
        left = connection.execute(sa.select(old.table).where(old.table.c.id == both.lead)).mappings().one()
        assert {value for name, value in left.items() if name.startswith("f_")} == {None}
        told = connection.execute(sa.select(change.c.after).where(change.c.record == both.lead)).scalars()
        assert not [each for each in told if "Ann" in str(each)]


def count(ground, entity) -> int:
    with ground.database.read() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(ground.release.tables.entity(entity).table)
        ).scalar()
