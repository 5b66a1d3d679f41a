"""Fields change their kind, are split and joined, while their records are there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from customary.engine import records
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.person_name import Name
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import Plan, Unfit, apply
from customary.engine.plan.changes.conversion import Misfit
from customary.engine.plan.changes.convert import GROUP, REFUSED, way
from customary.engine.plan.changes.fill import ConvertValues, FillFrom
from customary.engine.records.work import Work

from ..fields.test_battery import SAMPLES, build

OTHERS = """
entity: account
title: name
fields:
  name: {type: text}
---
entity: contact
title: '{{ first }} {{ last }}'
fields:
  first: {type: text}
  last: {type: text}
---
"""
DEAL = "entity: deal\nfields:\n  name: {type: text}\n"
OPEN = [kind for kind in SAMPLES if GROUP[kind] not in ("link", "lines", "file", "secret")]


def yaml(kind: str) -> str:
    words = ", ".join(f"{key}: {_plain(value)}" for key, value in {"type": kind, **SAMPLES[kind][0]}.items())
    return f"{{{words}}}"


def misfits(ground, plan: Plan) -> list[Misfit]:
    with ground.database.read() as connection:
        fillings = (each for each in plan.changes if isinstance(each, ConvertValues | FillFrom))
        return [misfit for each in fillings for tried in each.unfit(connection) for misfit in tried.misfits]


def unfit_of(plan: Plan) -> list[tuple[int | None, int | None]]:
    return [(each.count, each.of) for line in plan.lines for each in line.impact if each.kind == "unfit"]


def unfit(ground, text: str) -> tuple[int | None, int | None]:
    (found,) = unfit_of(ground.plan(text))
    return found


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_plain(each)}" for key, each in value.items()) + "}"
    return str(value) if not isinstance(value, str) else f"'{value}'"


@pytest.mark.parametrize("old", OPEN)
def test_a_kind_becomes_every_other_and_what_does_not_fit_is_told(ground, old):
    """One field for each kind that values of this one may become, all of them retyped in one plan."""
    becoming = [new for new in OPEN if new != old and way(build(old), build(new)).how != REFUSED]
    ground.apply(DEAL + "".join(f"  f_{new}: {yaml(old)}\n" for new in becoming))
    before = ground.release
    values = [value for value in SAMPLES[old][1] if value != ()]
    ids = [ground.add("deal", **{f"f_{new}": value for new in becoming}) for value in values]
    plan = ground.plan(DEAL + "".join(f"  f_{new}: {yaml(new)}\n" for new in becoming))
    changes = [each for each in plan.changes if isinstance(each, ConvertValues)]
    with ground.database.read() as connection:
        misfits = {
            (each.conversion.new.name, misfit.record): misfit
            for each in changes
            for tried in each.unfit(connection)
            for misfit in tried.misfits
        }
    assert {each.conversion.new.kind for each in changes} == set(becoming)
    ground.release = apply(ground.database, plan, plan.source, "test")
    for id, value in zip(ids, values, strict=True):
        record = ground.record("deal", id)
        for name in (f"f_{new}" for new in becoming):
            misfit = misfits.get((name, id))
            if misfit is not None:
                assert (misfit.value, misfit.becomes) == (value, record[name] if record[name] != () else None)
            else:
                assert record[name] not in (None, ())
    ground.release = before
    assert all(ground.value("deal", ids[0], f"f_{new}") == values[0] for new in becoming), "the originals are kept"


def test_a_plan_with_values_that_cannot_become_anything_is_refused(ground):
    ground.apply(DEAL + "  at: {type: date}\n  why: {type: duration}\n")
    ground.add("deal", at=date(2026, 1, 1))
    plan = ground.plan(DEAL + "  at: {type: color}\n  why: {type: color}\n")
    assert plan.problems == (
        "field deal.at: date cannot become color: nothing in a value of the type date says what it would be as color."
        " Say what its values are to be, such as from: 'null' for none, or give the new field another name.",
    )
    with pytest.raises(Unfit):
        apply(ground.database, plan, plan.source, "test")
    ground.apply(DEAL + "  at: {type: color, from: 'null'}\n  why: {type: color}\n")


def test_a_scale_that_shrinks_rounds_and_tells_where(ground):
    ground.apply(DEAL + "  x: {type: decimal, scale: 4}\n")
    fine, whole = ground.add("deal", x=Decimal("1.2345")), ground.add("deal", x=Decimal("7"))
    coarse = DEAL + "  x: {type: decimal, scale: 2}\n"
    assert unfit(ground, coarse) == (1, 2)
    ground.apply(coarse)
    assert [ground.value("deal", id, "x") for id in (fine, whole)] == [Decimal("1.23"), Decimal("7.00")]
    ground.apply(DEAL + "  x: {type: decimal, scale: 6}\n")
    assert ground.value("deal", fine, "x") == Decimal("1.230000")


def test_a_link_becomes_the_title_of_what_it_led_to(ground):
    ground.apply(OTHERS + DEAL + "  who: {type: link, to: contact}\n  all: {type: links, to: account}\n")
    ann = ground.add("contact", first="Ann", last="Lee")
    one, other = ground.add("account", name="Acme"), ground.add("account", name="Beta")
    id = ground.add("deal", who=ann)
    ground.link("deal", "all", id, one)
    ground.link("deal", "all", id, other)
    ground.apply(OTHERS + DEAL + "  who: {type: text}\n  all: {type: tags}\n")
    record = ground.record("deal", id)
    assert (record["who"], set(record["all"])) == ("Ann Lee", {"Acme", "Beta"})


def test_texts_become_links_to_the_records_that_are_called_so(ground):
    ground.apply(OTHERS + DEAL + "  who: {type: text}\n  all: {type: text}\n")
    ann, acme = ground.add("contact", first="Ann", last="Lee"), ground.add("account", name="Acme")
    for _ in range(2):
        ground.add("account", name="Twice")
    known, unknown = ground.add("deal", who="Ann Lee", all="Acme"), ground.add("deal", who="Bob", all="Twice")
    by_id = ground.add("deal", all=str(acme))
    text = OTHERS + DEAL + "  who: {type: link, to: contact}\n  all: {type: links, to: account}\n"
    plan = ground.plan(text)
    with ground.database.read() as connection:
        told = [
            each for change in plan.changes if isinstance(change, ConvertValues) for each in change.unfit(connection)
        ]
    assert [misfit for tried in told for misfit in tried.misfits] == [
        Misfit(unknown, "Bob", None),
        Misfit(unknown, "Twice", None),
    ]
    ground.apply(text)
    assert [ground.value("deal", id, "who") for id in (known, unknown)] == [ann, None]
    assert ground.links("deal", "all") == {(known, acme), (by_id, acme)}


def test_a_target_that_is_made_with_it_holds_nothing_yet(ground):
    start = OTHERS + DEAL + "  who: {type: link, to: account}\n  called: {type: text}\n"
    ground.apply(start)
    ground.add("deal", who=ground.add("account", name="Acme"), called="Acme")
    third = "---\nentity: third\ntitle: name\nfields: {name: {type: text}}\n"
    changed = start.replace("who: {type: link, to: account}", "who: {type: link, to: third}") + third
    assert unfit(ground, changed) == (1, 1)
    titled = start.replace("title: name\nfields:\n", "title: nick\nfields:\n  nick: {type: text}\n")
    assert unfit(ground, titled.replace("called: {type: text}", "called: {type: link, to: account}")) == (1, 1)
    ground.apply(changed)


def test_links_become_one_link_the_first_and_back(ground):
    start = OTHERS + DEAL
    ground.apply(start + "  who: {type: links, to: account}\n")
    one, other = sorted(ground.add("account", name=name) for name in ("Acme", "Beta"))
    both, single = ground.add("deal"), ground.add("deal")
    for id, target in ((both, other), (both, one), (single, other)):
        ground.link("deal", "who", id, target)
    assert unfit(ground, start + "  who: {type: link, to: account}\n") == (1, 2)
    ground.apply(start + "  who: {type: link, to: account}\n")
    assert [ground.value("deal", id, "who") for id in (both, single)] == [one, other]
    ground.apply(start + "  who: {type: links, to: account}\n")
    assert ground.links("deal", "who") == {(both, one), (single, other)}


def test_a_link_to_another_entity_keeps_what_is_there_under_the_same_id(ground):
    ground.apply(OTHERS + DEAL + "  who: {type: link, to: account}\n")
    acme = ground.add("account", name="Acme")
    id = ground.add("deal", who=acme)
    assert unfit(ground, OTHERS + DEAL + "  who: {type: link, to: contact}\n") == (1, 1)
    ground.apply(OTHERS + DEAL + "  who: {type: link, to: contact}\n")
    assert ground.value("deal", id, "who") is None


def test_a_link_to_another_entity_may_say_by_which_way(ground):
    accounts = OTHERS.replace("  last: {type: text}\n", "  last: {type: text}\n  works_at: {type: link, to: account}\n")
    ground.apply(accounts + DEAL + "  who: {type: link, to: contact}\n")
    acme = ground.add("account", name="Acme")
    id = ground.add("deal", who=ground.add("contact", first="Ann", works_at=acme))
    ground.apply(accounts + DEAL + "  who: {type: link, to: account, from: who.works_at}\n")
    assert ground.value("deal", id, "who") == acme


def test_a_link_to_any_becomes_a_link_to_one_and_back(ground):
    ground.apply(OTHERS + DEAL + "  about: {type: any_link}\n")
    acme, ann = ground.add("account", name="Acme"), ground.add("contact", first="Ann")
    fits, not_fits = (
        ground.add("deal", about=AnyLink("account", acme)),
        ground.add("deal", about=AnyLink("contact", ann)),
    )
    ground.apply(OTHERS + DEAL + "  about: {type: link, to: account}\n")
    assert [ground.value("deal", id, "about") for id in (fits, not_fits)] == [acme, None]
    ground.apply(OTHERS + DEAL + "  about: {type: any_link, to: [account, contact]}\n")
    assert ground.value("deal", fits, "about") == AnyLink("account", acme)


PERSON = "entity: person\nfields:\n  {0}\n"


def test_a_field_is_split_while_it_goes_away_and_joined_again(ground):
    ground.apply(PERSON.format("name: {type: text}"))
    ann, one, none = (ground.add("person", name=name) for name in ("Ann van Lee", "Plato", None))
    parts = "first: {type: text, from: 'before(name, \" \")'}\n  last: {type: text, from: 'after(name, \" \")'}"
    lines = ground.apply(PERSON.format(parts))
    assert lines[:2] == [
        '+ field person.first (text); filled from before(name, " ")',
        '+ field person.last (text); filled from after(name, " ")',
    ]
    found = [(ground.value("person", id, "first"), ground.value("person", id, "last")) for id in (ann, one, none)]
    assert found == [("Ann", "van Lee"), ("Plato", None), (None, None)]
    ground.apply(PERSON.format("whole: {type: text, from: \"trim(first + ' ' + coalesce(last, ''))\"}"))
    assert [ground.value("person", id, "whole") for id in (ann, one, none)] == ["Ann van Lee", "Plato", None]


def test_what_fills_a_field_is_asked_in_the_names_of_before_and_may_follow_links(ground):
    ground.apply(OTHERS + DEAL + "  who: {type: link, to: account}\n  worth: {type: decimal}\n")
    id = ground.add("deal", who=ground.add("account", name="Acme"), worth=Decimal("2.5"))
    renamed = OTHERS.replace("  name: {type: text}", "  called: {type: text, was: name}").replace(
        "title: name", "title: called"
    )
    fields = "  amount: {type: money, from: worth * 2}\n  payer: {type: text, from: who.name}\n"
    text = f"entity: sale\nwas: deal\nfields:\n{fields}"
    ground.apply(renamed + text)
    assert (ground.value("sale", id, "amount"), ground.value("sale", id, "payer")) == (
        Money(Decimal("5.00"), "EUR", Money(Decimal("5.00"), "EUR")),
        "Acme",
    )


def test_a_declared_conversion_goes_before_the_usual_one(ground):
    ground.apply(DEAL + "  hours: {type: decimal}\n")
    id = ground.add("deal", hours=Decimal("1.5"))
    ground.apply(DEAL + "  hours: {type: integer, from: hours * 60}\n")
    assert ground.value("deal", id, "hours") == 90


def test_what_a_field_does_not_hold_of_what_fills_it_is_told(ground):
    ground.apply(DEAL + "  long: {type: long_text}\n")
    id = ground.add("deal", long="x" * 50)
    plan = ground.plan(DEAL + "  short: {type: text, max_length: 10, from: long}\n")
    (filling,) = (each for each in plan.changes if isinstance(each, FillFrom))
    with ground.database.read() as connection:
        assert [misfit for tried in filling.unfit(connection) for misfit in tried.misfits] == [
            Misfit(id, "x" * 50, None)
        ]


def test_what_fills_a_field_may_say_nothing_that_was_not_there(ground):
    ground.apply(DEAL)
    plan = ground.plan(DEAL + "  x: {type: text, from: nme}\n  y: {type: integer, from: name}\n")
    end = "It is asked of the records as they are before this plan."
    assert [problem.removeprefix("schemas/test.yaml:") for problem in plan.problems] == [
        f"4:25  field deal.x: from: nme: “nme” is not known here. Did you mean “name”? {end}",
        "5:28  field deal.y: from: name: a number is needed here, and this is a text. Leave out the quotes around a"
        f" number. {end}",
    ]


def test_an_empty_result_takes_the_default(ground):
    ground.apply(DEAL)
    one, other = ground.add("deal", name="A"), ground.add("deal")
    ground.apply(DEAL + "  copy: {type: text, from: name, default: none}\n")
    assert [ground.value("deal", id, "copy") for id in (one, other)] == ["A", "none"]


def test_a_name_in_one_text_becomes_a_name_with_parts(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="Lee, Ann")
    ground.apply(DEAL.replace("text", "person_name"))
    assert ground.value("deal", id, "name") == Name(first="Ann", last="Lee")


def test_a_move_is_not_taken_back_over_a_field_that_has_another_type_since(ground):
    stages = "---\npipeline: sales\nentity: deal\nstages: {open: {}, offered: {}}\nmoves: any\n"
    ground.apply(DEAL + "  level: {type: text}\n" + stages)
    id = ground.create("deal", {"level": "high"})
    with ground.database.write() as connection:
        work = Work(connection, ground.release, SYSTEM, datetime.now(UTC))
        revision = records.move(work, "deal", id, "offered", {"level": "5"})
    ground.apply(DEAL + "  level: {type: integer}\n" + stages)
    with ground.database.write() as connection, pytest.raises(records.Forbidden):
        records.take_back(Work(connection, ground.release, SYSTEM, datetime.now(UTC)), "deal", id, revision)
    assert ground.value("deal", id, "level") == 5
