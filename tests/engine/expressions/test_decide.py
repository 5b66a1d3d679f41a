"""What can be said of a condition without knowing any record."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import product
from types import SimpleNamespace

import pytest

from customary.engine.expressions import Expression, compile
from customary.engine.expressions.decide import FALSE, NOT_FALSE, NOT_TRUE, TRUE, possible

from .conftest import NOW, ZONE, HouseNames

NAMES = HouseNames()


@pytest.mark.parametrize(
    "text",
    [
        "count > 5 && count < 3",
        "count > 5 && count <= 5",
        "count >= 5 && count <= 5 && count != 5",
        "amount > 100 && amount < 50",
        "stage == 'new' && stage == 'won'",
        "stage in ['new', 'won'] && stage == 'offer'",
        "stage == 'new' && stage != 'new'",
        "stage == null && stage == 'new'",
        "count == null && count > 1",
        "open && !open",
        "name == 'a' && name == 'b'",
        "closes > '2026-03-01' && closes < '2026-02-01'",
        "closes > began && closes < began",
        "created_at < now() && now() < created_at",
        "began < closes && closes == began",
        "account.tier == 'gold' && account.tier == 'tin'",
        "(tasks.size() > 3) && tasks.size() < 2",
        "(count > 5 || count == 2) && count < 2",
        "!(count > 5 || count <= 5) && count != null",
        "(open ? count > 5 : count > 7) && count < 3",
        "count != count",
    ],
)
def test_a_condition_that_nothing_fulfils_is_known(text: str) -> None:
    found = compile(text, NAMES)
    assert not possible((found.node, TRUE)) and possible((found.node, NOT_TRUE))


@pytest.mark.parametrize(
    "text",
    [
        "count > 5 || count <= 5 || count == null",
        "stage == 'new' || stage != 'new'",
        "name == null || name != null",
        "stage != 'new' || stage != 'won'",
        "count == count",
        "!(stage == 'new' && stage == 'won')",
    ],
)
def test_a_condition_that_everything_fulfils_is_known(text: str) -> None:
    found = compile(text, NAMES)
    assert possible((found.node, TRUE)) and not possible((found.node, NOT_TRUE))


@pytest.mark.parametrize(
    "text",
    [
        "count > 5 || count <= 5",
        "count > 5 && rate < 3",
        "count > 5 && count < 6",
        "stage != 'new' && stage != 'won'",
        "stage == before && stage == 'new'",
        "name == '' && name == null",
        "closes >= began && closes <= began",
        "count > rate && rate > 5 && count < 3",
        "amount > 1 && old.amount < 1",
        "account.tier == 'gold' && owner.id != null",
    ],
)
def test_what_depends_on_the_record_is_left_open(text: str) -> None:
    found = compile(text, NAMES)
    assert possible((found.node, TRUE)) and possible((found.node, NOT_TRUE))


ATOMS = (
    *(
        f"{name} {sign} {value}"
        for name in ("count", "rate")
        for sign in ("<", "<=", "==", "!=", ">")
        for value in (0, 1)
    ),
    *(f"stage {sign} '{value}'" for sign in ("==", "!=") for value in ("new", "won")),
    *("count < rate", "rate <= count", "count == rate", "stage == before", "stage in ['new', 'offer']", "open"),
    *("count == null", "stage != null", "open == null", "open == false", "true", "null"),
)
VALUES = {
    "count": (None, *map(Decimal, (-1, 0, 1, 2))),
    "rate": (None, *map(Decimal, (0, 1))),
    "stage": (None, "new", "won"),
    "before": ("new", "offer"),
    "open": (None, True, False),
}
RECORDS = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]


def test_what_is_said_to_be_impossible_never_happens() -> None:
    chance, impossible = random.Random(7), 0
    for _ in range(150):
        found = compile(_written(chance, 3), NAMES)
        met = {_given(found, each) for each in RECORDS}
        outcomes = {TRUE: {True}, FALSE: {False}, NOT_TRUE: {False, None}, NOT_FALSE: {True, None}}
        for demand, values in outcomes.items():
            if not possible((found.node, demand)):
                impossible += 1
                assert not met & values, (found.text, demand)
    assert impossible > 30


def _written(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(ATOMS)
    parts = [_written(chance, depth - 1) for _ in range(3)]
    shapes = ("({0} && {1} && {2})", "({0} || {1})", "!({0})", "({0} ? {1} : {2})", "({0} && {1})")
    return chance.choice(shapes).format(*parts)


def _given(found: Expression, record: dict) -> object:
    scope = SimpleNamespace(record={"id": None, "entity": "deal", **record}, old=None, bindings={}, now=NOW, zone=ZONE)
    return found.evaluate(scope)
