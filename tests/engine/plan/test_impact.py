"""What a change means for the data that is there, counted before anything is done."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from tests.engine.plan.conftest import NOW

from customary.engine.automation.tables import run
from customary.engine.people.accounts import account
from customary.engine.records.saved_view import saved_views

WAITING = {
    "release": 1,
    "change": uuid4(),
    "entity": "deal",
    "record": uuid4(),
    "actor": None,
    "cause": {},
    "status": "due",
    "cursor": 0,
    "results": {},
    "at": NOW,
    "attempts": 0,
}

DEAL = """
entity: deal
title: name
fields:
  name: {type: text}
  amount: {type: decimal, scale: 2}
  code: {type: text}
  closes: {type: date}
  source: {type: choice, options: [web, phone]}
  tags: {type: choices, options: [hot, cold]}
  other: {type: link, to: deal}
  many: {type: links, to: deal}
checks:
  small: {check: amount == null || amount < 1000, message: must be small}
---
pipeline: sales
entity: deal
stages:
  open: {}
  offered: {}
  won: {outcome: won}
"""


CLOSES = "  closes: {type: date}\n"


def changed(old: str, new: str) -> str:
    assert DEAL.count(old) == 1, old
    return DEAL.replace(old, new)


@pytest.fixture
def deals(ground):
    ground.apply(DEAL)
    first = ground.add(
        "deal", name="Big", amount=Decimal("900"), code="AB-1", source="web", tags=("hot",), stage="open"
    )
    second = ground.add("deal", name="Small", amount=Decimal("5"), code="ab", closes=date(2026, 1, 2), stage="offered")
    third = ground.add("deal", name="Big", tags=("hot", "cold"), source="phone", stage="offered", other=first)
    gone = ground.add("deal", code="ab", amount=Decimal("-1"), archived_at=NOW)
    ground.link("deal", "many", first, second)
    return {"first": first, "second": second, "third": third, "gone": gone}


def told(plan) -> dict[str, list[tuple]]:
    """Every line that means something, with kind, count and who comes first."""
    return {
        f"{line.sign} {line.kind} {line.path} {line.key}".rstrip(): [
            (each.kind, each.count, sorted(f"{one.title or one.path} {one.value}".rstrip() for one in each.first))
            for each in line.impact
        ]
        for line in plan.lines
        if line.impact
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("code: {type: text}", "code: {type: text, required: true}", {"refused": (1, ["Big"])}),
        (
            "code: {type: text}",
            "code: {type: text, required: 'amount > 10 || amount == null'}",
            {"refused": (1, ["Big"])},
        ),
        ("code: {type: text}", "code: {type: text, max_length: 3}", {"refused": (1, ["Big AB-1"])}),
        ("code: {type: text}", "code: {type: text, pattern: '[A-Z0-9-]+'}", {"refused": (1, ["Small ab"])}),
        ("scale: 2}", "scale: 2, max: 10}", {"refused": (1, ["Big 900"])}),
        ("scale: 2}", "scale: 2, min: 6}", {"refused": (1, ["Small 5"])}),
        ("closes: {type: date}", "closes: {type: date, min: 2026-02-01}", {"refused": (1, ["Small Jan 2, 2026"])}),
        (
            "many: {type: links, to: deal",
            "many: {required: true, type: links, to: deal",
            {"refused": (2, ["Big", "Small"])},
        ),
        ("amount < 1000", "amount < 100", {"refused": (1, ["Big"])}),
        ("  offered: {}", "  offered: {requires: [closes]}", {"refused": (1, ["Big"])}),
        ("[web, phone]", "[web]", {"leaving": (1, ["Big"])}),
        ("[hot, cold]", "[cold]", {"leaving": (2, ["Big", "Big"])}),
        ("  offered: {}\n", "", {"leaving": (2, ["Big", "Small"])}),
        (CLOSES, "", {"leaving": (1, ["Small"])}),
        ("  many: {type: links, to: deal}\n", "", {"leaving": (1, ["Big"])}),
        (CLOSES, CLOSES + "  town: {type: text, default: Here}\n", {"rows": (4, [])}),
        (CLOSES, CLOSES + "  no: {type: auto_number, format: '###'}\n", {"rows": (4, [])}),
        (CLOSES, CLOSES + "  town: {type: text, required: true}\n", {"refused": (3, ["Big", "Big", "Small"])}),
    ],
)
def test_what_a_change_means_is_counted(ground, deals, old, new, expected):
    plan = ground.plan(changed(old, new))
    found = [each for impacts in told(plan).values() for each in impacts]
    assert {kind: (count, names) for kind, count, names in found} == expected
    assert plan.problems == ()


def test_a_quick_plan_counts_nothing_and_says_so(ground, deals):
    plan = ground.plan(changed("code: {type: text}", "code: {type: text, required: true, unique: true}"), quick=True)
    assert told(plan)["~ field deal.code required"] == [("refused", None, [])]
    assert told(plan)["+ unique index deal"] == [("forbidden", None, [])]
    assert plan.problems == ()


def test_equal_values_forbid_a_unique_field_and_are_named(ground, deals):
    plan = ground.plan(changed("name: {type: text}", "name: {type: text, unique: true}"))
    assert told(plan)["+ unique index deal"] == [("forbidden", 2, ["Big Big", "Big Big"])]
    assert plan.problems == ("deal: name cannot be unique: 1 value is used by more than one record",)


def test_an_entity_that_goes_away_tells_its_records_and_who_refers_to_it(ground, deals):
    note = "---\nentity: note\nfields:\n  text: {type: text}\n  deal: {type: link, to: deal}\n"
    ground.apply(DEAL + note)
    ground.add("note", text="Hello", deal=deals["first"])
    found = told(ground.plan(note.replace("  deal: {type: link, to: deal}\n", "")))
    assert [each[:2] for each in found["- entity deal"]] == [("leaving", 4), ("refers", 2)]
    assert found["- entity deal"][1][2] == ["note.deal", "sales"]
    assert found["- field note.deal"] == [("leaving", 1, ["Hello"])]


EVERYWHERE = (
    DEAL.replace(
        "checks:",
        "  twice: {type: decimal, formula: amount * 2}\nviews:\n"
        "  dear: {kind: table, columns: [name, amount], where: 'source == \"web\" && amount > 5', sort: [-amount]}\n"
        "layout:\n  main: {rows: [[name, amount]]}\nchecks:",
    ).replace("  won: {", "  won: {requires: [amount], ")
    + """---
workflow: big
when: {changed: deal.amount}
where: amount > 100
do: [{set: {code: "=name"}}]
---
role: seller
entities:
  deal: {read: =amount < 5, fields: {amount: read_only}}
---
message: hello
about: deal
subject: "About {{ amount }}"
body: Hello
---
document: offer
about: deal
title: Offer
body: "{% if amount > 5 %}Dear{% end %}"
"""
)


def test_all_that_knows_a_field_is_named_when_it_is_renamed(ground):
    ground.apply(EVERYWHERE)
    row = {"id": uuid4(), "entity": "deal", "label": "Mine", "owner": uuid4(), "audience": "me", "team": None}
    state = {"where": "amount > 3", "columns": ["name"]}
    with ground.database.write() as connection:
        connection.execute(saved_views.insert(), {**row, "state": state, "created_at": NOW})
        connection.execute(run.insert(), {**WAITING, "id": uuid4(), "workflow": "big"})
    plan = ground.plan(re.sub(r"\bamount\b", "worth", EVERYWHERE).replace("scale: 2}", "scale: 2, was: amount}"))
    line = next(each for each in plan.lines if each.sign == "→")
    assert str(line) == "→ field deal.amount becomes worth"
    assert [(str(each.told), each.count) for each in line.impact] == [
        ("what refers to it", 9),
        ("saved views that know it", 1),
        ("runs under way that know it", 1),
    ]
    assert {f"{each.kind} {each.path}" for each in line.impact[0].first} == {
        "field deal.twice",
        "check deal.small",
        "view deal.dear",
        "section deal.main",
        "stage sales.won",
        "workflow big",
        "role seller",
        "message hello",
        "document offer",
    }
    assert [each.title for each in line.impact[1].first] == ["Mine"]


def test_who_holds_a_role_that_goes_away_is_counted(ground):
    ground.apply(EVERYWHERE)
    with ground.database.write() as connection:
        row = {"email": "a@b.c", "password_hash": None, "roles": ["seller", "admin"], "active": True}
        connection.execute(account.insert(), {"user_id": uuid4(), **row})
    role = EVERYWHERE[EVERYWHERE.index("---\nrole") : EVERYWHERE.index("---\nmessage")]
    found = told(ground.plan(EVERYWHERE.replace(role, "")))
    assert found == {"- role seller": [("refers", 1, [])]}


def test_an_option_that_goes_away_is_missed_by_who_asks_for_it(ground):
    ground.apply(EVERYWHERE)
    plan = ground.plan(EVERYWHERE.replace("[web, phone]", "[phone]").replace('source == "web" && ', ""))
    assert told(plan)["- option deal.source.web"] == [("refers", 1, ["deal.dear"])]


def test_what_is_given_or_asked_for_by_name_is_missed_too(ground):
    """Options and stages that are values, roles that decide, workflows that a role or another workflow starts."""
    ground.apply(NAMED)
    plan = ground.plan(EVERYWHERE.replace("[web, phone]", "[paper]").replace('source == "web"', "amount > 1"))
    gone = {line.path: line.impact for line in plan.lines if line.sign == "-"}
    told = {path: {f"{e.kind} {e.path}" for each in impact for e in each.first} for path, impact in gone.items()}
    assert told["deal.source.web"] == {"view deal.dear", "workflow marks", "workflow begins"}
    assert told["deal.source.phone"] == {"field deal.source"}
    assert told["marks"] == {"role helper", "workflow begins"}
    assert told["helper"] == {"field deal.code", "stage sales.offered", "workflow asks"}


NAMED = (
    EVERYWHERE.replace("  code: {type: text}", "  code: {type: text, only: [helper]}")
    .replace("[web, phone]", "[web, phone], default: phone")
    .replace("  offered: {}", "  offered: {approve: [{by: helper}]}")
    + """---
role: helper
entities: {deal: {read: all}}
buttons: [marks]
---
workflow: marks
when: [{button: deal}, {called: {of: deal}}]
do: [{set: {source: web}}]
---
workflow: begins
when: {changed: deal.source, to: web}
do: [{run: {workflow: marks}}]
---
workflow: asks
when: {created: deal}
do: [{ask: {by: helper, text: May it}}]
"""
)


def test_a_pipeline_that_goes_away_tells_who_is_in_its_stages(ground, deals):
    plan = ground.plan(DEAL[: DEAL.index("---")])
    assert told(plan)["- pipeline sales"] == [("leaving", 3, ["Big", "Big", "Small"])]
    assert next(line.grade for line in plan.lines if line.kind == "pipeline") == "destructive"


def test_counting_says_how_far_it_is(ground, deals):
    told = []
    text = changed("code: {type: text}", "code: {type: text, pattern: '[A-Z]+'}").replace(
        "scale: 2", "scale: 2, max: 9"
    )
    ground.plan(text, told=lambda what, done, total: told.append((what, done, total)))
    assert {(what, total) for what, _, total in told} == {("Counting", told[-1][1])}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert len(told) > len(ground.plan(text).lines)


def test_the_number_of_statements_does_not_grow_with_the_records(ground, deals):
    text = DEAL.replace("code: {type: text}", "code: {type: text, required: true, max_length: 3, unique: true}")
    text = text.replace("scale: 2}", "scale: 2, max: 10}").replace("[web, phone]", "[web]")
    few = ground.statements(text)
    for number in range(300):
        ground.add("deal", name="More", amount=Decimal(number), source="phone")
    assert ground.statements(text) == few


def test_records_in_a_stage_that_goes_are_counted_when_its_pipeline_is_renamed_too(ground):
    text = (
        "entity: deal\nfields: {name: {type: text}}\n---\npipeline: sales\nentity: deal\nstages: {new: {}, old: {}}\n"
    )
    ground.apply(text)
    ground.create("deal", {"name": "A", "stage": "old"})
    new = (
        text.replace("sales", "jobs\nwas: sales")
        .replace("deal", "job")
        .replace("entity: job", "entity: job\nwas: deal", 1)
    )
    (line,) = (each for each in ground.plan(new.replace(", old: {}", "")).lines if each.sign == "-")
    assert (str(line), [str(each) for each in line.impact]) == (
        "- stage jobs.old; records that have it keep it",
        ["records in it: 1"],
    )


BOOKINGS = """
entity: shift
title: name
fields: {name: {type: text}, places: {type: decimal}}
---
entity: seat
title: name
fields:
  name: {type: text}
  shift: {type: link, to: shift}
  starts: {type: date}
  ends: {type: date}
"""


def test_records_beyond_a_limit_are_counted(ground):
    ground.apply(BOOKINGS)
    early, late = ground.add("shift", name="Early", places=1), ground.add("shift", name="Late")
    days = {"A": (1, 3), "B": (3, 4), "C": (5, None), "D": (9, 9), "E": (None, 9)}
    for name, ends in days.items():
        starts, ends = (date(2026, 3, each) if each else None for each in ends)
        ground.add("seat", name=name, shift=early, starts=starts, ends=ends)
    ground.add("seat", name="F", shift=late, starts=date(2026, 3, 1))
    ground.add("seat", name="G", starts=date(2026, 3, 1))
    limits = "no_overlap: {time: {per: [shift], from: starts, to: ends}}\n"
    limits += "at_most: {places: {per: [shift], count: =shift.places}}\n"
    overlap, count = (line for line in ground.plan(BOOKINGS + limits).lines if line.impact)
    assert str(overlap) == "+ no_overlap seat.time"
    assert sorted(each.title for each in overlap.impact[0].first) == ["A", "B", "C", "D"]
    assert (str(count), count.impact[0].count) == ("+ at_most seat.places", 5)
    ground.apply(BOOKINGS + limits)
    assert ground.apply(BOOKINGS)[1:] == ["- no_overlap seat.time", "- at_most seat.places"]


GUEST = """
entity: guest
title: name
fields:
  name: {type: text, personal: true}
  left_on: {type: date}
"""


def test_what_a_retention_archives_and_erases_at_once_is_counted(ground):
    ground.apply(GUEST)
    for name, year in {"A": 2010, "B": 2021, "C": 2024, "D": 2030}.items():
        ground.add("guest", name=name, left_on=date(year, 1, 1))
    ground.add("guest", name="E")
    (line,) = ground.plan(f"{GUEST}retain: {{from: left_on, archive_after: 3y, erase_after: 10y}}").lines
    assert [(str(each), sorted(one.title for one in each.first)) for each in line.impact] == [
        ("records that are archived at once: 2", ["A", "B"]),
        ("records that are erased at once, for good: 1", ["A"]),
    ]
    assert line.grade == "destructive"
    ground.apply(f"{GUEST}retain: {{from: left_on, archive_after: 3y}}")
    (line,) = ground.plan(f"{GUEST}retain: {{from: left_on, archive_after: 1y}}").lines
    assert [each.count for each in line.impact] == [3]
