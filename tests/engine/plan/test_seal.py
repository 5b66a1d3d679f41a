"""A plan that was agreed to is held to what it stood on."""

from __future__ import annotations

import json

import pytest

from customary.engine.plan import Drifted, NotAPlan, apply, hold, read_seal, to_json
from customary.engine.plan.seal import fingerprint
from customary.engine.releases import newest_number
from customary.engine.snapshot import snapshot

DEAL = "entity: deal\nfields:\n  name: {type: text}\n  score: {type: text}\n"
NUMBERS = DEAL.replace("score: {type: text}", "score: {type: integer}")


def why(ground, agreed, text: str = NUMBERS) -> list[str]:
    """Why the plan of this moment is not the one that was agreed to."""
    try:
        hold(ground.plan(text).seal, agreed)
    except Drifted as drifted:
        return list(map(str, drifted.reasons))
    return []


@pytest.fixture
def deals(ground):
    ground.apply(DEAL)
    ground.add("deal", name="A", score="1")
    ground.add("deal", name="B", score="one")
    return ground


def test_the_same_plan_is_held_by_seal_and_by_digest_counted_or_not(deals):
    plan, quick = deals.plan(NUMBERS), deals.plan(NUMBERS, quick=True)
    assert plan.digest != quick.digest
    for agreed in (plan.seal, quick.seal, plan.digest, quick.digest, plan.digest[:12], plan.digest.upper()):
        assert why(deals, agreed) == []
    assert why(deals, read_seal(to_json(plan))) == []


def test_records_that_change_nothing_of_what_is_lost_break_no_seal(deals):
    seal = deals.plan(NUMBERS).seal
    deals.add("deal", name="C", score="3")
    assert why(deals, seal) == []


def test_another_release_breaks_it(deals):
    seal = deals.plan(NUMBERS).seal
    deals.apply(DEAL + "  late: {type: text}\n")
    assert why(deals, seal) == ["It was made over release 1, and release 2 is applied by now."]


def test_a_plan_stands_on_one_moment_though_another_is_applied_while_it_is_made(deals):
    text = DEAL + "  late: {type: text}\n"
    with snapshot(deals.database) as connection:
        number, tables = newest_number(connection), fingerprint(connection)
        deals.apply(text)
        assert (newest_number(connection), fingerprint(connection)) == (number, tables)
    assert deals.plan(text).schema != tables


def test_edited_definitions_break_it(deals):
    seal = deals.plan(NUMBERS).seal
    assert why(deals, seal, NUMBERS.replace("integer", "decimal")) == ["The definitions were edited."]


def test_other_tables_break_it_and_are_not_built_on(deals):
    plan = deals.plan(NUMBERS)
    with deals.database.write() as connection:
        connection.exec_driver_sql("CREATE INDEX ix_x_deal_by_hand ON x_deal (f_score)")
    assert "The tables of the database are others." in why(deals, plan.seal)
    with pytest.raises(Drifted, match="The tables of the database are others"):
        apply(deals.database, plan, plan.source, "test")


def test_another_loss_breaks_it_and_is_told(deals):
    seal = deals.plan(NUMBERS).seal
    deals.add("deal", name="C", score="three")
    (told,) = why(deals, seal)
    assert told.endswith("values that do not fit and are kept aside: 1 when it was made, and 2 now.")
    assert "field deal.score" in told


def test_another_digest_is_told_apart(deals):
    now = deals.plan(NUMBERS).digest[:12]
    assert why(deals, "0" * 64) == [f"The plan of this moment is {now}, not {'0' * 64}."]
    assert why(deals, now[:8]) != []


def test_what_is_no_saved_plan_or_was_edited_is_refused(deals):
    saved = json.loads(to_json(deals.plan(NUMBERS)))
    edited = {**saved, "seal": {**saved["seal"], "base": 7}}
    for text in ("", "{}", "[]", "nonsense", json.dumps(edited), json.dumps({**saved, "version": 9}), "{" * 100_000):
        with pytest.raises(NotAPlan):
            read_seal(text)
