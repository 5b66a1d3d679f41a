"""Definitions change while records are there."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.fields.any_link import AnyLink
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import OutOfDate, Unfit, apply, from_text, prove
from customary.engine.plan.changes.structure import AddIndex
from customary.engine.records.changes import change, read_change
from customary.engine.records.work import Work
from customary.engine.releases import newest_number

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

DEAL = """
entity: deal
fields:
  name: {type: text, required: true}
  score: {type: integer}
  source: {type: choice, options: [web, phone]}
"""

WITH_PIPELINE = (
    DEAL
    + """
---
pipeline: sales
entity: deal
stages:
  open: {probability: 10}
  offered: {probability: 50}
  won: {outcome: won}
"""
)


def schema_equals_model(ground) -> list:
    with ground.database.read() as connection:
        return prove(connection, ground.release.tables)


def test_the_first_apply_makes_everything(ground):
    assert ground.apply(DEAL) == [
        "+ entity deal; fields: 3",
    ]
    assert schema_equals_model(ground) == []


def test_applying_twice_changes_nothing(ground):
    ground.apply(WITH_PIPELINE)
    assert ground.plan(WITH_PIPELINE).lines == ()


def test_an_entity_is_added(ground):
    ground.apply(DEAL)
    deal = ground.add("deal", name="A")
    text = DEAL + "---\nentity: visit\nfields:\n  deal: {type: link, to: deal, required: true}\n"
    assert ground.apply(text) == ["+ entity visit; fields: 1"]
    ground.add("visit", deal=deal)
    assert schema_equals_model(ground) == []


def test_two_entities_may_point_at_each_other(ground):
    text = (
        "entity: a\nfields:\n  name: {type: text}\n  b: {type: link, to: b}\n"
        "---\nentity: b\nfields:\n  name: {type: text}\n  a: {type: link, to: a}\n  many: {type: links, to: a}\n"
    )
    ground.apply(text)
    a = ground.add("a", name="A")
    b = ground.add("b", name="B", a=a)
    ground.link("b", "many", b, a)
    assert ground.links("b", "many") == {(b, a)}


LINKED = """
entity: a
fields:
  name: {type: text}
  other: {type: link, to: a}
  many: {type: links, to: a}
"""
UNLINKED = "entity: a\nfields:\n  name: {type: text}\n"


def test_nothing_dangles(ground):
    ground.apply(UNLINKED)
    ground.add("a", name="A")
    ground.apply(LINKED)
    assert schema_equals_model(ground) == []
    with pytest.raises(sa.exc.IntegrityError):
        ground.add("a", name="B", other=uuid4())


def test_a_retired_link_does_not_hold_what_it_pointed_at(ground):
    ground.apply(UNLINKED)
    ground.apply(LINKED)
    first = ground.add("a", name="A")
    second = ground.add("a", name="B", other=first)
    ground.link("a", "many", second, first)
    ground.apply(UNLINKED)
    assert schema_equals_model(ground) == []
    table = ground.release.tables.entity("a").table
    with ground.database.write() as connection:
        connection.execute(table.delete().where(table.c.id == first))
    ground.apply(LINKED)
    assert (ground.value("a", second, "other"), ground.links("a", "many")) == (None, set())
    assert schema_equals_model(ground) == []


def test_a_link_to_a_record_of_a_retired_entity_is_empty(ground):
    text = "entity: note\nfields:\n  name: {type: text}\n  about: {type: any_link}\n"
    ground.apply(UNLINKED + "---\n" + text)
    a = ground.add("a", name="A")
    note = ground.add("note", about=AnyLink("a", a))
    assert ground.value("note", note, "about") == AnyLink("a", a)
    ground.apply(UNLINKED.replace("entity: a\n", "entity: b\nwas: a\n") + "---\n" + text)
    assert ground.value("note", note, "about") == AnyLink("b", a)
    ground.apply(text)
    assert ground.value("note", note, "about") is None


def test_a_field_is_added_with_its_default(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    text = DEAL + "  rating: {type: integer, required: true, default: 5}\n  town: {type: text}\n"
    assert ground.apply(text) == [
        "+ field deal.rating (integer); existing records get its default",
        "+ field deal.town (text)",
    ]
    record = ground.record("deal", id)
    assert (record["name"], record["score"], record["rating"], record["town"]) == ("A", 3, 5, None)
    assert schema_equals_model(ground) == []


def test_a_default_may_be_worked_out_from_the_record(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    ground.apply(DEAL + "  double: {type: integer, default: =score * 2}\n")
    assert ground.value("deal", id, "double") == 6


def test_a_default_that_asks_who_acts_leaves_records_alone(ground):
    user = "entity: user\nplays: user\nfields:\n  name: {type: text}\n---"
    ground.apply(user + DEAL)
    id = ground.add("deal", name="A")
    ground.apply(user + DEAL + "  owner: {type: user, default: =user}\n")
    assert ground.value("deal", id, "owner") is None


def test_renaming_a_field_keeps_its_values_and_its_column(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    assert ground.apply(DEAL.replace("score: {type: integer}", "points: {type: integer, was: score}")) == [
        "→ field deal.score becomes points",
    ]
    assert ground.value("deal", id, "points") == 3
    assert ground.release.tables.entity("deal").column("points").name == "f_score"


def test_swapping_two_names_swaps_nothing_physical(ground):
    before = "entity: deal\nfields:\n  a: {type: text}\n  b: {type: text}\n"
    after = "entity: deal\nfields:\n  a: {type: text, was: b}\n  b: {type: text, was: a}\n"
    ground.apply(before)
    id = ground.add("deal", a="first", b="second")
    ground.apply(after)
    record = ground.record("deal", id)
    assert (record["a"], record["b"]) == ("second", "first")
    assert ground.release.tables.entity("deal").column("a").name == "f_b"


def test_names_move_along_a_chain(ground):
    ground.apply("entity: deal\nfields:\n  a: {type: text}\n  b: {type: text}\n")
    id = ground.add("deal", a="first", b="second")
    chain = "entity: deal\nfields:\n  a: {type: text}\n  b: {type: text, was: a}\n  c: {type: text, was: b}\n"
    ground.apply(chain)
    record = ground.record("deal", id)
    assert (record["a"], record["b"], record["c"]) == (None, "first", "second")


def test_a_name_that_was_left_may_be_used_again(ground):
    ground.apply("entity: deal\nfields:\n  a: {type: text}\n")
    id = ground.add("deal", a="first")
    ground.apply("entity: deal\nfields:\n  b: {type: text, was: a}\n")
    ground.apply("entity: deal\nfields:\n  b: {type: text, was: a}\n  a: {type: text}\n")
    record = ground.record("deal", id)
    assert (record["a"], record["b"]) == (None, "first")


def test_renaming_an_entity_keeps_its_records(ground):
    other = "---\nentity: visit\nfields:\n  {0}: {{type: link, to: {0}}}\n"
    ground.apply(DEAL + other.format("deal"))
    deal = ground.add("deal", name="A")
    visit = ground.add("visit", deal=deal)
    renamed = DEAL.replace("entity: deal\n", "entity: sale\nwas: deal\n")
    lines = ground.apply(renamed + other.format("sale").replace("to: sale}", "to: sale, was: deal}"))
    assert lines[0] == "→ entity deal becomes sale"
    assert ground.value("sale", deal, "name") == "A"
    assert ground.value("visit", visit, "sale") == deal
    assert schema_equals_model(ground) == []


def test_renaming_an_option_keeps_its_records(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", source="phone")
    assert ground.apply(DEAL.replace("[web, phone]", "{web: {}, call: {was: phone}}")) == [
        "→ option deal.source.phone becomes call",
    ]
    assert ground.value("deal", id, "source") == "call"


def test_a_removed_option_stays_with_the_records_that_have_it(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", source="phone")
    lines = ground.apply(DEAL.replace("[web, phone]", "[web]"))
    assert "- option deal.source.phone; records that have it keep it" in lines
    assert ground.value("deal", id, "source") == "phone"


def test_renaming_a_stage_keeps_its_records(ground):
    ground.apply(WITH_PIPELINE)
    id = ground.add("deal", name="A", stage="offered")
    lines = ground.apply(WITH_PIPELINE.replace("offered: {", "proposed: {was: offered, "))
    assert "→ stage sales.offered becomes proposed" in lines
    assert ground.value("deal", id, "stage") == "proposed"


def test_records_enter_a_new_pipeline_at_its_first_stage(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A")
    ground.apply(WITH_PIPELINE)
    record = ground.record("deal", id)
    assert (record["stage"], record["outcome"], record["probability"]) == ("open", None, 10)
    assert record["stage_entered_at"] is not None


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        ("integer", "{type: decimal, scale: 2}", 3, Decimal("3.00")),
        ("integer", "{type: money}", 3, Money(Decimal("3.00"), "EUR")),
        ("text", "{type: long_text}", "a\u00e9", "a\u00e9"),
        ("integer", "{type: text}", 42, "42"),
        ("choice, options: [a, b]", "{type: text}", "b", "b"),
        ("choice, options: [a, b]", "{type: choices, options: [a, b]}", "b", ("b",)),
        ("text", "{type: choice, options: [a, b]}", "b", "b"),
        ("text", "{type: choice, options: [a, b]}", "z", None),
        ("text", "{type: integer}", "12", 12),
        ("text", "{type: integer}", "twelve", None),
        ("date", "{type: datetime}", date(2026, 1, 15), datetime(2026, 1, 14, 22, tzinfo=UTC)),
        ("datetime", "{type: date}", datetime(2026, 1, 14, 22, tzinfo=UTC), date(2026, 1, 15)),
        ("decimal, scale: 2", "{type: decimal, scale: 4}", Decimal("1.25"), Decimal("1.2500")),
        ("decimal, scale: 2", "{type: integer}", Decimal("2.00"), 2),
        ("boolean", "{type: text}", True, "true"),
    ],
)
def test_a_field_changes_its_kind_and_keeps_what_fits(ground, old, new, value, expected):
    start = "entity: deal\nfields:\n  name: {type: text}\n"
    ground.apply(start + f"  x: {{type: {old}}}\n")
    id, empty = ground.add("deal", x=value), ground.add("deal", x=None)
    plan = ground.plan(start + f"  x: {new}\n")
    ground.apply(start + f"  x: {new}\n")
    assert ground.value("deal", id, "x") == expected
    assert ground.value("deal", empty, "x") in (None, ())
    assert str(plan.lines[0]).startswith("~ field deal.x")
    unfit = [(each.count, each.of) for each in plan.lines[0].impact if each.kind == "unfit"]
    assert unfit == ([(1, 1)] if expected is None else [])
    assert plan.lines[0].grade == ("destructive" if expected is None else "rewrite")
    assert schema_equals_model(ground) == []


def test_a_link_becomes_a_list_of_links(ground):
    start = "entity: deal\nfields:\n  name: {type: text}\n"
    ground.apply(start + "  other: {type: link, to: deal}\n")
    first = ground.add("deal", name="A")
    second = ground.add("deal", name="B", other=first)
    ground.apply(start + "  other: {type: links, to: deal}\n")
    assert ground.links("deal", "other") == {(second, first)}


def test_a_dropped_field_is_kept_and_comes_back(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    without = DEAL.replace("  score: {type: integer}\n", "")
    assert ground.apply(without) == ["- field deal.score; its values are kept"]
    assert "score" not in ground.record("deal", id)
    assert "+ field deal.score (integer); comes back with the values it had" in ground.apply(DEAL)
    assert ground.value("deal", id, "score") == 3
    assert schema_equals_model(ground) == []


def test_a_dropped_field_that_returns_as_another_kind_starts_empty(ground):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    ground.apply(DEAL.replace("  score: {type: integer}\n", ""))
    ground.apply(DEAL.replace("integer", "text"))
    assert ground.value("deal", id, "score") is None
    assert ground.release.tables.entity("deal").column("score").name == "f_score_2"


def test_a_dropped_entity_is_kept_and_comes_back(ground):
    visit = "---\nentity: visit\nfields:\n  name: {type: text}\n"
    ground.apply(DEAL + visit)
    id = ground.add("visit", name="V")
    assert "- entity visit; its records are kept" in ground.apply(DEAL)
    assert "+ entity visit; fields: 1; comes back with its records" in ground.apply(DEAL + visit)
    assert ground.value("visit", id, "name") == "V"


def test_a_unique_field_is_refused_while_records_are_equal(ground):
    ground.apply(DEAL)
    ground.add("deal", name="A")
    ground.add("deal", name="A")
    plan = ground.plan(DEAL.replace("required: true", "required: true, unique: true"))
    assert plan.problems == ("deal: name cannot be unique: 1 value is used by more than one record",)
    with pytest.raises(Unfit):
        apply(ground.database, plan, plan.source, "test")


def test_a_default_that_makes_records_equal_is_refused_and_nothing_is_kept(ground):
    ground.apply(DEAL)
    for name in ("A", "B"):
        ground.add("deal", name=name)
    ranked = DEAL.replace("fields:\n", "fields:\n  rank: {type: integer, unique: true, default: 5}\n", 1)
    with pytest.raises(Unfit) as refused:
        ground.apply(ranked)
    told = "deal: rank cannot be unique: more than one record would have the same value"
    assert refused.value.problems == (told,)
    assert ground.plan(DEAL).empty and not ground.plan(ranked).empty


def test_unique_counts_living_records_only(ground):
    ground.apply(DEAL.replace("required: true", "required: true, unique: true"))
    first = ground.add("deal", name="A")
    with pytest.raises(sa.exc.IntegrityError):
        ground.add("deal", name="A")
    table = ground.release.tables.entity("deal").table
    with ground.database.write() as connection:
        connection.execute(table.update().where(table.c.id == first).values(archived_at=datetime.now(UTC)))
    ground.add("deal", name="A")


def test_an_apply_that_fails_leaves_the_old_release(ground, monkeypatch):
    ground.apply(DEAL)
    id = ground.add("deal", name="A", score=3)
    plan = ground.plan(DEAL.replace("integer", "decimal") + "  extra: {type: text, index: true}\n")

    def fail(self, site):
        raise RuntimeError("the power is out")

    monkeypatch.setattr(AddIndex, "build", fail)
    with pytest.raises(RuntimeError):
        apply(ground.database, plan, plan.source, "test")
    with ground.database.read() as connection:
        assert newest_number(connection) == 1
        columns = {column["name"] for column in sa.inspect(connection).get_columns("x_deal")}
    assert "f_extra" not in columns
    assert ground.value("deal", id, "score") == 3
    assert ground.plan(DEAL).empty


def test_a_plan_is_refused_when_another_came_first(ground):
    ground.apply(DEAL)
    plan = ground.plan(DEAL + "  late: {type: text}\n")
    ground.apply(DEAL + "  early: {type: text}\n")
    with pytest.raises(OutOfDate):
        apply(ground.database, plan, plan.source, "test")


def test_equal_plans_have_equal_digests(ground):
    ground.apply(DEAL)
    first, second = (ground.plan(DEAL + "  late: {type: text}\n") for _ in range(2))
    assert first.digest == second.digest != ground.plan(DEAL).digest


def test_the_plan_names_labels_views_workflows_and_roles(ground):
    start = DEAL + "views:\n  all: {kind: table, columns: [name]}\n"
    ground.apply(start)
    changed = (
        start.replace("name: {type: text, required: true}", "name: {type: text, label: Title}").replace(
            "columns: [name]", "columns: [name, score]"
        )
        + "  best: {kind: table, columns: [name], where: score > 5, sort: [-score]}\n"
        + "---\nrole: seller\nentities:\n  deal: {read: all}\n"
    )
    lines = ground.apply(changed)
    assert "~ field deal.name: required true → –" in lines
    assert "~ field deal.name: label – → “Title”" in lines
    assert "~ view deal.all: columns [name] → [name, score]" in lines
    assert "+ view deal.best" in lines
    assert "+ index deal (score, id)" in lines
    assert "+ role seller" in lines
    assert schema_equals_model(ground) == []


def test_the_release_row_keeps_text_plan_and_inverse(ground):
    ground.apply(DEAL)
    ground.apply(DEAL + "  late: {type: text}\n")
    with ground.database.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM customary_release WHERE number = 2").one()
    assert list(map(str, from_text(row.plan)))[0] == "+ field deal.late (text)"
    assert "late: {type: text}" in str(row.definitions)
    assert "stood" in str(row.inverse)
    assert row.applied_by == "test"


def test_a_new_running_number_is_given_to_the_records_there(ground):
    ground.apply(DEAL)
    first, second = ground.add("deal", name="A"), ground.add("deal", name="B")
    ground.apply(DEAL + "  number: {type: auto_number, format: 'D-{{ year(created_at) }}-###'}\n")
    numbers = {ground.value("deal", first, "number"), ground.value("deal", second, "number")}
    assert numbers == {"D-2026-001", "D-2026-002"}


def test_search_follows_the_fields_that_are_searched(ground):
    ground.apply(DEAL + "  town: {type: text}\n")
    ground.add("deal", name="A", town="Πάτρα")
    ground.apply(DEAL + "  town: {type: text, search: true}\n")
    with ground.database.read() as connection:
        assert connection.exec_driver_sql("SELECT text FROM customary_search").scalars().all() == ["a πατρα"]


def test_those_on_the_old_release_go_on_working(ground):
    """Others read and write by the old names while, and after, fields are renamed, added, dropped and converted."""
    ground.apply(DEAL)
    table, stopped, errors, made = ground.release.tables.entity("deal"), threading.Event(), [], []

    def work() -> None:
        while not stopped.is_set():
            try:
                with ground.database.write() as connection:
                    row = {"id": uuid4(), "created_at": NOW, "updated_at": NOW, "revision": 1}
                    connection.execute(table.table.insert(), {**row, **table.store({"name": "A", "source": "web"})})
                    made.append(row["id"])
                with ground.database.read() as connection:
                    table.load(connection.execute(sa.select(table.table).where(table.table.c.id == made[-1])).one())
            except Exception as error:
                errors.append(error)
            time.sleep(0.002)

    other = threading.Thread(target=work)
    other.start()
    while not made and not errors:
        time.sleep(0.002)
    try:
        changed = DEAL.replace("name:", "title:").replace("required: true}", "required: true, was: name}")
        changed = changed.replace("  score: {type: integer}\n", "").replace("[web, phone]", "{site: {was: web}}")
        ground.apply(changed + "  town: {type: text, default: Athens}\n")
        time.sleep(0.05)
    finally:
        stopped.set()
        other.join()
    assert errors == []
    assert ground.value("deal", made[-1], "title") == "A"
    assert ground.value("deal", made[-1], "source") == "site"
    assert ground.value("deal", made[0], "town") == "Athens"


def test_many_records_are_converted_in_batches(ground):
    ground.apply(DEAL)
    table = ground.release.tables.entity("deal")
    ids = [uuid4() for _ in range(4500)]
    rows = [
        {"id": id, "created_at": NOW, "updated_at": NOW, "revision": 1, **table.store({"score": n})}
        for n, id in enumerate(ids)
    ]
    with ground.database.write() as connection:
        connection.execute(table.table.insert(), rows)
    ground.apply(DEAL.replace("integer", "money"))
    table = ground.release.tables.entity("deal")
    with ground.database.read() as connection:
        total = connection.execute(sa.select(sa.func.sum(table.column("score", "_base").cast(sa.BigInteger)))).scalar()
    assert total == sum(range(4500)) * 100


def test_the_plan_tells_what_changes_in_an_option_and_a_stage(ground):
    text = WITH_PIPELINE.replace("[web, phone]", "{web: {label: Web}, phone: {}}")
    ground.apply(text)
    changed = text.replace("label: Web", "label: Site, colour: blue").replace("probability: 50", "probability: 60")
    assert ground.apply(changed) == [
        "~ option deal.source.web: label “Web” → “Site”",
        "~ option deal.source.web: colour – → blue",
        "~ stage sales.offered: probability 50 → 60",
    ]
    turned = changed.replace("{web: {label: Site, colour: blue}, phone: {}}", "{phone: {}, web: {label: Site}}")
    assert ground.apply(turned) == [
        "~ option deal.source.web: colour blue → –",
        "~ field deal.source: options; in another order",
    ]


def test_a_was_that_is_taken_out_is_told(ground):
    ground.apply(DEAL)
    renamed = DEAL.replace("score: {type: integer}", "points: {type: integer, was: score}")
    ground.apply(renamed)
    assert ground.apply(renamed.replace(", was: score", "")) == ["~ field deal.points: was score → –"]


def test_history_is_told_in_the_names_of_today(ground):
    def work(connection) -> Work:
        return Work(connection, ground.release, SYSTEM, datetime.now(UTC))

    start = "entity: deal\nfields:\n  a: {type: text}\n  b: {type: text}\n"
    ground.apply(start)
    with ground.database.write() as connection:
        id = records.create(work(connection), "deal", {"a": "first", "b": "second"})
    ground.apply("entity: deal\nfields:\n  a: {type: text, was: b}\n  b: {type: text, was: a}\n")
    with ground.database.write() as connection:
        records.update(work(connection), "deal", id, {"a": "third"})
    ground.apply("entity: deal\nfields:\n  c: {type: text, was: a}\n")
    with ground.database.read() as connection:
        found = connection.execute(sa.select(change).order_by(change.c.id)).mappings().all()
        changes = [dict(read_change(work(connection), row).after) for row in found]
    assert changes == [{"c": "second"}, {"c": "third"}]


def test_texts_too_long_for_an_index_are_kept_unique_all_the_same(ground):
    fields = "  name: {type: text, max_length: 10000, unique: true}\n  notes: {type: long_text, index: true}\n"
    text = f"entity: deal\nfields:\n{fields}"
    ground.apply(text)
    long = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(9000))
    ground.add("deal", name=long, notes=long)
    with pytest.raises(sa.exc.IntegrityError):
        ground.add("deal", name=long)
    assert schema_equals_model(ground) == []
