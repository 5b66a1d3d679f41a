"""Conditions: what chips read from the expression language and write back to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customary.engine.fields import kinds
from customary.engine.fields.field import Field, Refusal
from customary.engine.fields.option import options as make_options
from customary.engine.fields.option import with_options
from customary.engine.locale import locale
from customary.ui.list.condition import Condition, Value, compose, conditions, whole
from customary.ui.list.filter import condition
from customary.ui.list.place import place, put, without

ENGLISH = locale("en", ZoneInfo("UTC"))
GREEK = locale("el", ZoneInfo("UTC"))


def field(kind: str, name: str = "it", **keys: object) -> Field:
    return kinds()[kind](name=name, **keys)


FIELDS = {
    "name": field("text", "name"),
    "amount": field("money", "amount"),
    "open": field("boolean", "open"),
    "closes": field("date", "closes"),
    "made": field("datetime", "made"),
    "tags": field("tags", "tags"),
    "owner": field("user", "owner", to="user"),
    "stage": field("choice", "stage", **with_options(make_options(["new", "won"]))),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open", ("open", "==", (Value("boolean", True),))),
        ("!open", ("open", "==", (Value("boolean", False),))),
        ("amount > 1000", ("amount", ">", (Value("number", Decimal(1000)),))),
        ("1000 < amount", ("amount", ">", (Value("number", Decimal(1000)),))),
        ("amount == null", ("amount", "empty", ())),
        ("size(tags) > 0", ("tags", "filled", ())),
        ('"hot" in tags', ("tags", "has", (Value("text", "hot"),))),
        ('stage in ["new", "won"]', ("stage", "in", (Value("text", "new"), Value("text", "won")))),
        ('contains(lower(name), "caf")', ("name", "contains", (Value("text", "caf"),))),
        ("owner == user", ("owner", "==", (Value("user"),))),
        ('closes >= date("2026-03-31")', ("closes", ">=", (Value("date", date(2026, 3, 31)),))),
        ('date(made) < today() - duration("2w")', ("made", "<", (Value("days", -14),))),
    ],
)
def test_a_simple_condition_becomes_a_chip(text: str, expected: tuple) -> None:
    assert conditions(text, FIELDS) == [Condition(text, *expected)]


@pytest.mark.parametrize(
    "text",
    [
        "account.tier == 1",
        "open ? amount > 1 : open",
        "amount * 2 > 10",
        "nobody == 1",
        "amount >",
        'name == "&&"&',
        "((",
    ],
)
def test_what_no_chip_can_say_stays_as_it_is(text: str) -> None:
    assert conditions(text, FIELDS) == [Condition(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount > 1 || open", [("amount", ">"), ("open", "==")]),
        ('(stage == "new" || account.tier == 1)', [("stage", "=="), ("", "")]),
        ("(amount >= 1 && amount <= 5) || open", [("amount", "between"), ("open", "==")]),
        ("open && amount > 1 || name == null", [("", ""), ("name", "empty")]),
    ],
)
def test_alternatives_become_one_chip_of_parts(text: str, expected: list) -> None:
    [group] = conditions(text, FIELDS)
    assert [(each.field, each.operator) for each in group.any] == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("", "open && (amount > 1 || name == null) && amount > 9"),
        ("0", "amount > 9 && (amount > 1 || name == null)"),
        ("0.or", "(open || amount > 9) && (amount > 1 || name == null)"),
        ("1.0", "open && (amount > 9 || name == null)"),
        ("1.or", "open && (amount > 1 || name == null || amount > 9)"),
        ("7", "open && (amount > 1 || name == null) && amount > 9"),
        ("1.7", "open && (amount > 1 || name == null) && amount > 9"),
    ],
)
def test_a_condition_is_put_at_its_place(at: str, expected: str) -> None:
    chips = conditions("open && (amount > 1 || name == null)", FIELDS)
    [made] = conditions("amount > 9", FIELDS)
    assert whole(put(chips, place(at, chips), made)) == expected


def test_a_span_among_alternatives_gets_brackets_of_its_own() -> None:
    chips = conditions("open", FIELDS)
    span = condition(FIELDS["amount"], "between", ["1", "5"], False, ENGLISH)
    text = whole(put(chips, place("0.or", chips), span))
    assert text == "open || (amount >= 1 && amount <= 5)"
    assert [each.operator for each in conditions(text, FIELDS)[0].any] == ["==", "between"]


@pytest.mark.parametrize(
    ("at", "left"), [("0", "amount > 1 || name == null"), ("1", "open"), ("1.0", "open && name == null")]
)
def test_a_condition_is_taken_away_and_a_group_of_one_is_none(at: str, left: str) -> None:
    chips = conditions("open && (amount > 1 || name == null)", FIELDS)
    assert whole(without(chips, place(at, chips))).replace("(", "").replace(")", "") == left


def test_conditions_are_cut_at_the_outer_and_only() -> None:
    text = 'open && (amount > 1 || amount < 0) && name == "a && b"'
    assert [each.text for each in conditions(text, FIELDS)] == [
        "open",
        "(amount > 1 || amount < 0)",
        'name == "a && b"',
    ]


def test_alternatives_get_brackets_when_another_condition_joins_them() -> None:
    both = [*conditions("open || amount > 1", FIELDS), *conditions("amount > 5", FIELDS)]
    assert whole(both) == "(open || amount > 1) && amount > 5"
    assert whole(both[:1]) == "open || amount > 1"


@pytest.mark.parametrize(
    ("name", "operator", "typed", "expected"),
    [
        ("amount", ">", ["10,000"], "amount > 10000"),
        ("amount", "between", ["1", "2.5"], "amount >= 1 && amount <= 2.5"),
        ("closes", "<", ["today"], "closes < today()"),
        ("closes", ">=", ["-30d"], 'closes >= today() - duration("30d")'),
        ("made", "==", ["2026-03-31"], 'date(made) == date("2026-03-31")'),
        ("stage", "in", ["new", "won"], 'stage in ["new", "won"]'),
        ("stage", "in", ["won"], 'stage == "won"'),
        ("open", "==", ["false"], "!open"),
        ("name", "contains", ['O"Hara'], 'contains(lower(name), "o\\"hara")'),
        ("tags", "empty", [], "size(tags) == 0"),
    ],
)
def test_a_chips_form_becomes_an_expression(name: str, operator: str, typed: list[str], expected: str) -> None:
    assert condition(FIELDS[name], operator, typed, False, ENGLISH).text == expected


def test_numbers_are_read_in_the_persons_own_form() -> None:
    assert condition(FIELDS["amount"], ">", ["1.234,50"], False, GREEK).text == "amount > 1234.5"


def test_me_is_the_person_who_asks() -> None:
    assert condition(FIELDS["owner"], "==", [], True, ENGLISH).text == "owner == user"


@pytest.mark.parametrize(
    ("name", "operator", "typed"),
    [
        ("amount", ">", ["lots"]),
        ("amount", ">", []),
        ("closes", "<", ["31st"]),
        ("stage", "in", ["lost"]),
        ("open", "<", ["true"]),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, operator: str, typed: list[str]) -> None:
    with pytest.raises(Refusal):
        condition(FIELDS[name], operator, typed, False, ENGLISH)


@given(st.text(max_size=60))
def test_any_text_compared_with_comes_back_as_it_was(text: str) -> None:
    written = compose(FIELDS["name"], "==", (Value("text", text),))
    read = conditions(written.text, FIELDS)
    assert read in ([Condition(written.text, "name", "==", (Value("text", text),))], [Condition(written.text)])
    if text.isprintable():
        assert read[0].field == "name"


@given(st.text(max_size=200))
def test_any_text_at_all_gives_conditions(text: str) -> None:
    assert all(isinstance(each, Condition) for each in conditions(text, FIELDS))
