"""Values of each kind as values of each other kind: all of them, those that fit, or none and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customary.engine.fields import kinds
from customary.engine.locale import locale
from customary.engine.model.workspace import Settings
from customary.engine.money import Money
from customary.engine.plan.changes.convert import GROUP, GROUPS, LOSSLESS, REFUSED, TRIES, convert, is_whole, way

from ..fields.test_battery import SAMPLES, build

KINDS = [kind for group in GROUPS.values() for kind in group]
SIGNS = {"=": LOSSLESS, "~": TRIES, ".": REFUSED}
WAYS = """
text         ===~~~~~~~~~~~~~~~~~~~~~~~~~~~~~.....=.
long_text    ~==~~~~~~~~~~~~~~~~~~~~~~~~~~~~~.....=.
markdown     ~==~~~~~~~~~~~~~~~~~~~~~~~~~~~~~.....=.
barcode      ====~....~~..........................=.
auto_number  ===~=....~~..........................=.
email        ===..=...............................=.
phone        ===...=..............................=.
url          ~==....=.............................=.
color        ===.....=............................=.
integer      ===~~....=~~~~~~....~~~..............=.
decimal      ===......~=~~~~~....~~~..............=.
percent      ===......~~=~~......~~~..............=.
rating       ===......=====......~~~..............=.
money        ===......~~~~=.......................=.
boolean      ===......==...==....~~~..............=.
consent      ===......==...==....~~~..............=.
date         ===.............=~...................=.
datetime     ===.............~=~..................=.
time         ===...............=..................=.
duration     ===................=.................=.
choice       ===......~~~~~~~....=~=...~~~~~......=.
choices      ~==......~~~~~~~....~==...~~~~~......=.
tags         ~==......~~~~~~~....~~=...~~~~~......=.
person_name  ~==....................=.............=.
address      ~==.....................=............=.
location     ~==......................=...........=.
link         ~==.................~~~...=~~=~=.....~.
user         ~==.................~~~...~=~~=~.....~.
team         ~==.................~~~...~~=~~~.....~.
links        ~==.................~~~...~~~=~~.....~.
users        ~==.................~~~...~~~~=~.....~.
any_link     ~==.................~~~...~~~~~=.....~.
lines        ................................=......
file         .................................==~~..
files        .................................~=~~..
image        .................................===~..
signature    .................................==~=..
json         ~==~~~~~~~~~~~~~~~~~~~~~~~...........=.
secret       ......................................=
"""
"""A row for each kind that values have, and in it a sign for each kind, in the same order, that they may get."""

EXPECTED = {
    (row.split()[0], new): SIGNS[sign]
    for row in WAYS.strip().splitlines()
    for new, sign in zip(KINDS, row.split()[1], strict=True)
}
PAIRS = sorted(EXPECTED)
HERE = Settings(name="Here", languages=("el", "en"), time_zone=ZoneInfo("Europe/Athens"))


def values(kind: str) -> Iterator[Any]:
    return (value for value in SAMPLES[kind][1] if value != ())


def test_every_kind_knows_what_it_may_become():
    assert set(KINDS) == set(kinds())
    assert {pair: way(build(pair[0]), build(pair[1])).how for pair in PAIRS} == EXPECTED


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_what_is_said_of_two_kinds_is_true_of_values(old, new):
    before, after = build(old), build(new)
    said = way(before, after)
    for value in values(old):
        became = convert(before, after, value, HERE)
        if said.how == REFUSED:
            assert became is None
            assert said.why
        elif GROUP[old] == "link" and GROUP[new] in ("link", "option", "text"):
            continue  # what records are called, and whether they are there, the database knows
        elif said.how == LOSSLESS:
            assert is_whole(before, after, value, became)
        if became is not None:
            assert after.check(became) == []
            assert set(after.store(became)) == {part.suffix for part in after.parts({})}


def pair(old: str, new: str) -> tuple[Any, Any]:
    """Fields of two kinds; options that name numbers, where the other kind is one."""
    both = {GROUP[old], GROUP[new]}
    numbers = {"options": ["0", "5", "true"]} if "option" in both and both & {"number", "truth"} else {}
    return tuple(build(kind, **numbers) if kind.startswith("choice") else build(kind) for kind in (old, new))


@pytest.mark.parametrize(("old", "new"), [each for each in PAIRS if EXPECTED[each] == TRIES])
def test_where_kinds_try_some_values_fit(old, new):
    before, after = pair(old, new)
    if "link" in (GROUP[old], GROUP[new]):
        return
    back = [convert(after, before, value, HERE) for value in values(new)]
    typed = (
        [after.edit(value, locale("el")) for value in values(new)] if GROUP[old] in ("text", "code") else ["D-00012"]
    )
    named = ["5", "true", ("5",), ("true",), 5, True]
    candidates = [each for each in (*values(old), *back, *typed, *named) if each is not None and fits(before, each)]
    assert any(convert(before, after, value, HERE) is not None for value in candidates)


def fits(field: Any, value: Any) -> bool:
    return field.check(value) == [] and isinstance(value, tuple) == (field.several or field.kind == "files")


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        ("text", "decimal", "1.234,5", Decimal("1234.500")),
        ("text", "decimal", "1234.5", Decimal("1234.500")),
        ("text", "money", "12,50 $", Money(Decimal("12.50"), "USD")),
        ("text", "date", "28/2/2026", dt.date(2026, 2, 28)),
        ("text", "date", "Feb 28, 2026", dt.date(2026, 2, 28)),
        ("text", "date", "2026-02-30", None),
        ("text", "boolean", "ναι", True),
        ("text", "boolean", "yes", True),
        ("text", "choice", "Μικρό", "small"),
        ("text", "choices", "small, huge", ("small", "very_large")),
        ("text", "tags", "new, old", ("new", "old")),
        ("long_text", "text", "One\nTwo", "One Two"),
        ("decimal", "integer", Decimal("2.500"), 2),
        ("integer", "rating", 7, None),
        ("integer", "boolean", 1, True),
        ("integer", "boolean", 2, None),
        ("boolean", "integer", True, 1),
        ("money", "decimal", Money(Decimal("3.00"), "EUR"), Decimal("3.000")),
        ("money", "decimal", Money(Decimal("3.00"), "USD"), None),
        ("rating", "percent", 4, Decimal("4.00")),
        ("datetime", "time", dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC), dt.time(12, 30)),
        ("choices", "choice", ("small", "very_large"), "small"),
        ("tags", "choices", ("small", "red"), None),
        ("json", "integer", 5, 5),
        ("person_name", "text", SAMPLES["person_name"][1][1], "李文娟"),
        ("text", "person_name", "李文娟", SAMPLES["person_name"][1][1]),
        ("address", "json", SAMPLES["address"][1][2], {"country": "US"}),
        ("text", "location", "37.98381, 23.72754", SAMPLES["location"][1][0]),
    ],
)
def test_values_become_what_people_would_expect(old, new, value, expected):
    assert convert(build(old), build(new), value, HERE) == expected


@pytest.mark.parametrize(
    ("old", "new", "value", "became", "whole"),
    [
        ("choices", "choice", ("small", "very_large"), "small", False),
        ("choices", "choice", ("small",), "small", True),
        ("decimal", "integer", Decimal("2.500"), 2, False),
        ("decimal", "integer", Decimal("2.000"), 2, True),
        ("text", "integer", "x", None, False),
        ("choices", "text", ("small", "very_large"), "small, very_large", True),
    ],
)
def test_what_becomes_less_than_it_was_is_known(old, new, value, became, whole):
    assert is_whole(build(old), build(new), value, became) == whole


def test_an_amount_loses_no_decimals_unseen():
    fine, coarse = build("money", scale=4), build("money", scale=2)
    value = Money(Decimal("1.2345"), "EUR")
    became = convert(fine, coarse, value, HERE)
    assert (became, is_whole(fine, coarse, value, became)) == (Money(Decimal("1.23"), "EUR"), False)
