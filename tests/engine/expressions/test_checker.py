"""Names and types are checked; every problem says where it is and how to mend it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customary.engine.expressions import ExpressionError, compile
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    MONEY,
    NUMBER,
    TEXT,
    Choice,
    ListOf,
    Record,
    Type,
)

from .conftest import House
from .test_parser import WORDS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("amount * rate / 100", MONEY),
        ("amount / cost", NUMBER),
        ("max(count, 0)", NUMBER),
        ("min(amount, 100, cost)", MONEY),
        ('max(closes, date("2026-03-31"))', DATE),
        ("closes - began", Type("duration")),
        ('closes + duration("14d")', DATE),
        ('owner.boss.name + "x"', TEXT),
        ("stage", Choice(options=("new", "offer", "won"))),
        ('open ? "new" : stage', TEXT),
        ("open ? amount : 0", MONEY),
        ("account", Record(entity="account")),
        ("tasks.filter(t, t.done).last()", Record(entity="task")),
        ("tasks.map(t, t.due)", ListOf(item=DATE)),
        ("tasks.sum(t, t.price)", MONEY),
        ("all(task).exists(t, t.owner == user)", BOOLEAN),
        ("payload.hours.more == 3", BOOLEAN),
        ('name in ["a", null]', BOOLEAN),
    ],
)
def test_an_expression_has_a_type(house: House, text: str, kind: Type) -> None:
    assert compile(text, house.names).type == kind


@pytest.mark.parametrize(
    ("text", "offset", "summary", "remedy"),
    [
        ("amonut > 1", 0, "“amonut” is not known here", "Did you mean “amount”?"),
        ("account.teir == 1", 8, "“account” has no field “teir”", "Did you mean “tier”?"),
        ('stage == "wonn"', 9, "“wonn” is not one of the options", "Did you mean “won”?"),
        ('stage in ["new", "wno"]', 17, "“wno” is not one of the options", "Did you mean “won”?"),
        ('(open ? "new" : "ofer") == stage', 16, "“ofer” is not one of the options", "Did you mean “offer”?"),
        ("stage > before", 6, "there is no “>” for options", "Name the options: x in [“a”, “b”]."),
        ("name > 3", 5, "a text cannot be compared with a number", "Leave out the quotes around a number."),
        (
            "closes == created_at",
            7,
            "a date cannot be compared with a datetime",
            "Write date(x) for the day of a datetime.",
        ),
        ('closes > "soon"', 9, "“soon” is not a day", 'Days are written "2026-03-31".'),
        ("amount + 5", 7, "there is no “+” for money and number", "Only money can be added to money."),
        ("name + count", 5, "there is no “+” for text and number", "Write format(x) to make a text of it."),
        ("closes + 14", 7, "there is no “+” for date and number", 'Write duration("14d").'),
        (
            "name && open",
            0,
            "a condition is needed here, and this is a text",
            "Compare it, for example with “!= null”.",
        ),
        ("amount < null", 7, "there is no “<” for null", "Ask “== null” or “!= null”."),
        (
            "tasks.done",
            6,
            "a list has no field “done”",
            "Ask for one of the list, for example exists(x, x.done == ...).",
        ),
        ("tasks.sum()", 6, "there is no sum of a list of record of task", "Say of what: sum(x, x.field)."),
        ("tasks.exists(1, true)", 13, "a name for the item at hand is needed here", "For example exists(x, ...)."),
        ("tasks.size(1)", 6, "“size” is not written so", "Write size(list) → number."),
        ("lowr(name)", 0, "there is no function “lowr”", "Did you mean “lower”?"),
        ("max(open, true)", 0, "there is no max of a boolean", "Numbers, days and texts have one."),
        (
            "max(count, name)",
            0,
            "these must be alike, and one is a number, the other a text",
            "Leave out the quotes around a number.",
        ),
        ("len(name)", 0, "there is no function “len”", "Write size(x)."),
        ("weather > 3", 0, "“weather” is not known here", "Write the name of a field, or a text in quotes."),
        (
            "account.weather",
            8,
            "“account” has no field “weather”",
            "Known: deals, id, limit, marks, name, owner, tier.",
        ),
        ("lower(count)", 0, "“lower” does not take number", "Write lower(text) → text."),
        ("lower", 0, "“lower” is a function", "Write lower(...)."),
        ("round(rate, count)", 12, "the decimals must be a number from 0 to 10", "Write round(x, 2)."),
        ('duration("1y")', 9, "“1y” is not a duration", "Months differ in length; write add_months(date, 1)."),
        ('duration("9999999999w")', 9, "“9999999999w” is too long", "At most a thousand years."),
        ('matches(name, "(")', 14, "“(” is not a pattern: this “(” is not closed", ""),
        ("matches(name, note)", 14, "the pattern must be a plain text", 'Write matches(x, r"^[A-Z]+$").'),
        ("all(visit)", 4, "there is no entity “visit”", ""),
        ("about.tier", 6, "“person” has no field “tier”", "Known: id, name."),
        ("about.limit > 1", 6, "“person” has no field “limit”", "Known: id, name."),
        (
            'owner == "Ann"',
            9,
            "a record cannot be compared with this text",
            "Compare one of its fields, or give its id.",
        ),
        ('"x" in name', 4, "“in” needs a list, and this is a text", "For part of a text use contains."),
        (
            "similar(name, note, rate)",
            20,
            "the percent must be a whole number from 1 to 100",
            "Write similar(a, b, 80).",
        ),
    ],
)
def test_a_mistake_is_shown_with_its_remedy(house: House, text: str, offset: int, summary: str, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile(text, house.names)
    assert (caught.value.offset, caught.value.summary, caught.value.remedy) == (offset, summary, remedy)


def test_the_wanted_type_is_checked(house: House) -> None:
    assert compile('"won"', house.names, Choice(options=("new", "won"))).type == Choice(options=("new", "won"))
    with pytest.raises(ExpressionError, match="a date is needed here, and this is a number"):
        compile("count + 1", house.names, DATE)


@pytest.mark.parametrize(
    ("text", "wanted", "remedy"),
    [
        ("closes", DATETIME, 'Write datetime(x) for the beginning of a day, or datetime(x, time("09:30")).'),
        ("now()", DATE, "Write date(x) for the day of a datetime."),
        ("count", TEXT, "Write format(x) to make a text of it."),
        ("count", BOOLEAN, "Compare it, for example with “!= null”."),
        ("tasks", NUMBER, "Ask something of the list, for example size(x) > 0."),
    ],
)
def test_what_does_not_fit_is_told_how_it_would(house: House, text: str, wanted: Type, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile(text, house.names, wanted)
    assert caught.value.remedy == remedy


def test_what_is_read_is_known(house: House) -> None:
    found = compile("amount > 1 && account.owner == old.owner && tasks.exists(t, t.owner.boss == user)", house.names)
    assert found.paths == {
        ("amount",),
        ("account",),
        ("account", "owner"),
        ("owner",),
        ("tasks",),
        ("tasks", "owner"),
        ("tasks", "owner", "boss"),
    }
    assert (found.reads_now, found.reads_old, found.reads_user) == (False, True, True)
    assert compile("closes > today()", house.names).reads_now


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(WORDS, st.sampled_from(["name", "tasks", "closes", "owner", ".x", "now()"])), max_size=12))
def test_any_words_compile_or_are_an_expression_error(words: list[str]) -> None:
    text = " ".join(words)
    try:
        compile(text, House().names)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)


DEEPEST = {
    "!": lambda inner: f"!{inner}",
    "and": lambda inner: f"(open && {inner})",
    "or": lambda inner: f"(open || ({inner}))",
    "?:": lambda inner: f"({inner} ? open : {inner[:0]}false)",
    "==": lambda inner: f"(open == {inner})",
    "in": lambda inner: f"({inner} in [open])",
    "coalesce": lambda inner: f"coalesce(open, {inner})",
    "exists": lambda inner: f"tasks.exists(t, {inner})",
    "filter": lambda inner: f"(size(tasks.filter(t, {inner})) > 1)",
}


@pytest.mark.parametrize("form", DEEPEST.values(), ids=DEEPEST)
def test_the_deepest_expressions_compile_or_are_refused(house: House, form: object) -> None:
    text = "open"
    for _ in range(70):
        text = form(text)  # type: ignore[operator]
        try:
            compile(text, house.names).holds(house.scope(house.records["deal"][0]))
        except ExpressionError as error:
            assert "nested" in error.summary or "parts" in error.summary
            return
    pytest.fail("nothing limits the nesting")
