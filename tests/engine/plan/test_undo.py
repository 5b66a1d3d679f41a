"""A release is taken back: names, structure and values come back, and what was written since is kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from customary.engine.people.accounts import account
from customary.engine.plan import CannotUndo, apply, finish, prove, recover
from customary.engine.plan.applying import journal

DEAL = """
entity: deal
fields:
  name: {type: text, required: true}
  score: {type: integer}
  source: {type: choice, options: [web, phone]}
"""


def test_names_come_back_also_those_that_were_swapped(ground):
    ground.apply("entity: deal\nfields:\n  a: {type: text}\n  b: {type: text}\n")
    id = ground.create("deal", {"a": "first", "b": "second"})
    ground.apply("entity: job\nwas: deal\nfields:\n  a: {type: text, was: b}\n  b: {type: text, was: a}\n")
    other = ground.create("job", {"a": "third"})
    assert ground.undo() == [
        "→ entity job becomes deal",
        "→ field deal.b becomes a",
        "→ field deal.a becomes b",
    ]
    assert ground.record("deal", id)["a"] == "first"
    assert ground.record("deal", other)["b"] == "third"


def test_what_was_dropped_comes_back_with_its_values_and_what_was_added_goes(ground):
    ground.apply(DEAL)
    id = ground.create("deal", {"name": "A", "score": 7})
    ground.apply(DEAL.replace("score: {type: integer}", "late: {type: text, default: now}"))
    assert ground.undo() == [
        "+ field deal.score (integer); comes back with the values it had",
        "- field deal.late; its values are kept",
    ]
    assert ground.value("deal", id, "score") == 7
    assert ground.undo() == [
        "+ field deal.late (text); comes back with the values it had; records made meanwhile get its default",
        "- field deal.score; its values are kept",
    ]
    assert ground.value("deal", id, "late") == "now"


def test_a_field_has_its_first_values_again_and_those_written_since_are_converted(ground):
    ground.apply(DEAL)
    kept, edited, unfit = (ground.create("deal", {"name": "A", "score": n}) for n in (1, 2, 3))
    ground.apply(DEAL.replace("integer", "text"))
    ground.update("deal", edited, {"score": "20"})
    ground.update("deal", unfit, {"score": "many"})
    new = ground.create("deal", {"name": "B", "score": "40"})
    ground.update("deal", kept, {"name": "C"})
    ground.undo()
    assert [ground.value("deal", id, "score") for id in (kept, edited, unfit, new)] == [1, 20, None, 40]
    ground.update("deal", kept, {"score": 10})
    ground.undo()
    assert [ground.value("deal", id, "score") for id in (kept, edited, unfit, new)] == ["10", "20", "many", "40"]


def test_what_a_conversion_lost_comes_back(ground):
    ground.apply(DEAL.replace("integer", "text"))
    id = ground.create("deal", {"name": "A", "score": "a lot"})
    ground.apply(DEAL)
    assert ground.value("deal", id, "score") is None
    ground.undo()
    assert ground.value("deal", id, "score") == "a lot"


def test_an_empty_value_stays_empty_when_its_field_has_a_default(ground):
    text = DEAL.replace("{type: integer}", "{type: integer, default: 5}")
    ground.apply(text)
    id = ground.create("deal", {"name": "A", "score": None})
    ground.apply(DEAL.replace("  score: {type: integer}\n", ""))
    new = ground.create("deal", {"name": "B"})
    ground.undo()
    assert [ground.value("deal", each, "score") for each in (id, new)] == [None, 5]


def test_a_default_of_a_field_that_came_back_went_to_new_records_alone(ground):
    ground.apply(DEAL)
    old = ground.create("deal", {"name": "A", "score": None})
    ground.apply(DEAL.replace("  score: {type: integer}\n", ""))
    new = ground.create("deal", {"name": "B"})
    assert ground.apply(DEAL.replace("{type: integer}", "{type: integer, default: 5}")) == [
        "+ field deal.score (integer); comes back with the values it had; records made meanwhile get its default"
    ]
    assert [ground.value("deal", each, "score") for each in (old, new)] == [None, 5]
    ground.undo(2)
    assert [ground.value("deal", each, "score") for each in (old, new)] == [None, 5]


def test_what_no_conversion_brings_back_is_counted_and_does_not_forbid_it(ground):
    ground.apply(DEAL)
    ground.apply(DEAL.replace("score: {type: integer}", "score: {type: boolean, from: 'null'}"))
    id = ground.create("deal", {"name": "A", "score": True})
    plan = ground.plan_undo()
    assert plan.problems == ()
    ground.undo()
    assert ground.value("deal", id, "score") in (None, 1)


def test_what_is_computed_again_is_worked_out_of_the_values_of_today(ground):
    ground.apply(DEAL + "  more: {type: integer, formula: score + 1, index: true}\n")
    id = ground.create("deal", {"name": "A", "score": 1})
    ground.apply(DEAL + "  more: {type: integer}\n")
    ground.update("deal", id, {"score": 5, "more": 50})
    ground.undo()
    assert ground.value("deal", id, "more") == 6
    ground.undo()
    assert ground.value("deal", id, "more") == 50


def test_several_releases_are_taken_back_at_once(ground):
    ground.apply(DEAL)
    first = ground.create("deal", {"name": "A", "score": 1, "source": "web"})
    ground.apply(DEAL.replace("score: {type: integer}", "points: {type: text, was: score}"))
    ground.update("deal", first, {"points": "12"})
    ground.apply("entity: deal\nfields:\n  name: {type: text, required: true}\n")
    ground.apply("entity: deal\nfields:\n  name: {type: text, required: true}\n  score: {type: text}\n")
    ground.undo(2)
    assert ground.release.number == 5
    assert dict(ground.record("deal", first))["score"] == 12
    assert dict(ground.record("deal", first))["source"] == "web"


def test_an_entity_comes_back_with_its_records(ground):
    ground.apply(DEAL + "---\nentity: pet\nfields:\n  name: {type: text}\n  deal: {type: link, to: deal}\n")
    deal = ground.create("deal", {"name": "A"})
    pet = ground.create("pet", {"name": "Rex", "deal": deal})
    ground.apply(DEAL)
    assert ground.undo()[0] == "+ entity pet; fields: 2; comes back with its records"
    assert ground.value("pet", pet, "deal") == deal


def test_options_and_stages_come_back(ground):
    pipeline = "---\npipeline: sales\nentity: deal\nstages:\n  open: {}\n  done: {outcome: won}\n"
    ground.apply(DEAL + pipeline)
    id = ground.create("deal", {"name": "A", "source": "phone"})
    changed = (DEAL + pipeline).replace("[web, phone]", "{letter: {was: phone}, mail: {}}")
    ground.apply(changed.replace("open: {}", "begun: {was: open}\n  half: {}"))
    assert (ground.value("deal", id, "source"), ground.value("deal", id, "stage")) == ("letter", "begun")
    ground.undo()
    assert (ground.value("deal", id, "source"), ground.value("deal", id, "stage")) == ("phone", "open")


def test_roles_are_held_under_their_old_names(ground):
    ground.apply(DEAL + "---\nrole: seller\n")
    ground.apply(DEAL + "---\nrole: agent\nwas: seller\n")
    with ground.database.write() as connection:
        row = {"user_id": uuid4(), "email": "ann@example.com", "roles": ["agent"], "active": True}
        connection.execute(account.insert(), row)
    ground.apply(DEAL + "---\nrole: broker\nwas: agent\n")
    assert ground.undo(2) == ["→ role broker becomes seller"]
    with ground.database.read() as connection:
        assert connection.execute(sa.select(account.c.roles)).scalar_one() == ["seller"]
    assert ground.undo() == ["→ role seller becomes broker"]


def test_a_role_that_was_renamed_and_went_is_held_again(ground):
    ground.apply(DEAL + "---\nrole: seller\n")
    with ground.database.write() as connection:
        row = {"user_id": uuid4(), "email": "ann@example.com", "roles": ["seller"], "active": True}
        connection.execute(account.insert(), row)
    ground.apply(DEAL + "---\nrole: agent\nwas: seller\n")
    ground.apply(DEAL)
    assert ground.undo(2) == ["+ role seller"]
    with ground.database.read() as connection:
        assert connection.execute(sa.select(account.c.roles)).scalar_one() == ["seller"]


def test_there_is_something_before(ground):
    ground.apply(DEAL)
    with pytest.raises(CannotUndo):
        ground.plan_undo()
    with pytest.raises(CannotUndo):
        ground.plan_undo(2)


def as_text(ground) -> tuple:
    """A number that is a text since, kept in one record and written in another."""
    ground.apply(DEAL)
    kept, edited = (ground.create("deal", {"name": "A", "score": n}) for n in (1, 2))
    ground.apply(DEAL.replace("integer", "text"))
    ground.update("deal", kept, {"name": "B"})
    ground.update("deal", edited, {"score": "20"})
    return kept, edited


def test_who_is_on_the_newer_release_for_a_moment_loses_nothing(ground):
    kept, edited = as_text(ground)
    plan, newer = ground.plan_undo(), ground.release
    older = apply(ground.database, plan, plan.source, "test")
    ground.update("deal", kept, {"score": "10"})
    late = ground.create("deal", {"name": "C", "score": "30"})
    assert ground.release is newer
    ground.release = older
    ground.update("deal", edited, {"score": 21})
    finish(ground.database, plan, older, timedelta(0))
    assert [ground.value("deal", id, "score") for id in (kept, edited, late)] == [10, 21, 30]


def test_an_undo_whose_process_died_is_finished(ground):
    kept, edited = as_text(ground)
    with ground.database.write() as connection:
        # What a conversion of all would tell otherwise than what the column holds from then.
        connection.exec_driver_sql("UPDATE x_deal SET f_score = 7 WHERE f_name = 'B'")
    plan = ground.plan_undo()
    newer = ground.release
    older = apply(ground.database, plan, plan.source, "test")
    late = ground.create("deal", {"name": "C", "score": "30"})
    assert ground.release is newer
    recover(ground.database)
    ground.release = older
    assert [ground.value("deal", id, "score") for id in (kept, edited, late)] == [7, 20, 30]
    with ground.database.read() as connection:
        assert journal.under_way(connection) is None
        assert prove(connection, older.tables) == []
    ground.undo()
    assert [ground.value("deal", id, "score") for id in (kept, edited, late)] == ["1", "20", "30"]
