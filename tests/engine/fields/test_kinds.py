"""What single kinds of field do beyond what all of them do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from customary.engine.expressions.types import Choice, ListOf, Record
from customary.engine.fields import Field, Refusal, kinds
from customary.engine.fields.normal import normal, words
from customary.engine.locale import locale
from customary.engine.money import Money

EN, ZH, EL = locale("en", "UTC"), locale("zh", "UTC"), locale("el", "Europe/Athens")
SIZES = {
    "small": {"label": {"en": "Small", "zh": "小", "el": "Μικρό"}, "colour": "blue", "percent": 30},
    "large": {"was": "huge"},
}


def make(kind: str, **keys: Any) -> Field:
    cls = kinds()[kind]
    return cls(name="it", **cls.configure(keys, {"currency": "EUR", "user": "person"}))


def refusal(field: Field, text: str) -> str:
    with pytest.raises(Refusal) as caught:
        field.parse(text, EN)
    return str(caught.value.reason)


def test_a_text_is_trimmed_and_composed_and_keeps_to_one_line() -> None:
    assert make("text").parse("  Jane\n\tDoe\r\n ", EN) == "Jane Doe"
    assert make("text").parse("e\u0301", EN) == "é"
    assert make("long_text").parse("a\r\nb\rc\u2028d", EN) == "a\nb\nc\nd"


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "\x1b[0m", "a\x07"])
def test_what_a_database_or_a_reader_cannot_hold_is_refused(text: str) -> None:
    assert refusal(make("text"), text) == "must not contain control characters"
    assert [str(each) for each in make("long_text").check(text)] == ["must not contain control characters"]


def test_a_text_may_be_limited_and_must_match_its_pattern_as_a_whole() -> None:
    field = make("text", max_length=5, pattern="[A-Z]+")
    assert refusal(field, "ABCDEF") == "must be at most 5 characters long"
    assert [str(each) for each in field.check("ABc")] == ["must look like [A-Z]+"]
    assert field.check("ABC") == []


def test_a_text_sorts_by_its_normal_form() -> None:
    assert make("text").store("ΆΣΤΡΟΣ Éclair")["_sort"] == "αστροσ eclair"
    assert len(make("text").store("李" * 500)["_sort"]) == 200
    assert normal("Straße") == "strasse"
    assert words("李文娟 Ltd") == "李 文 娟 ltd"


def test_a_choice_is_read_by_name_label_or_old_name_and_shown_in_the_readers_language() -> None:
    field = make("choice", options=SIZES)
    assert [field.parse(text, EN) for text in ("small", "SMALL", "小", "Μικρό", "huge", "Large")] == [
        *["small"] * 4,
        "large",
        "large",
    ]
    assert [field.format("small", each) for each in (EN, ZH, EL)] == ["Small", "小", "Μικρό"]
    assert refusal(field, "tiny") == "must be one of: Small, Large"
    assert (field.options["small"].colour, dict(field.options["small"].values)) == ("blue", {"percent": 30})
    assert field.value_type == Choice(options=("small", "large"))


def test_of_many_options_a_refusal_names_the_one_that_was_meant() -> None:
    field = make("choice", options={f"o{each}": {"label": f"Number {each}"} for each in range(20)} | {"korea": {}})
    assert refusal(field, "Koreea") == "is not an option: “Koreea”. Did you mean “Korea”?"
    assert refusal(field, "zzz") == "is not an option: “zzz”"


def test_choices_stand_in_the_order_of_their_options_and_each_once() -> None:
    field = make("choices", options=SIZES)
    assert field.parse("large, Small; large", EN) == ("small", "large")
    assert field.value_type == ListOf(item=Choice(options=("small", "large")))


def test_tags_differ_by_more_than_their_case() -> None:
    assert make("tags").parse("New, new ,Old，旧", EN) == ("New", "Old", "旧")
    assert refusal(make("tags"), ",".join(map(str, range(200)))) == "must be at most 100 tags"


def test_money_has_the_currency_typed_or_the_fields_or_the_workspaces() -> None:
    assert make("money").parse("12,50", EL) == Money(Decimal("12.50"), "EUR")
    assert make("money", currency="USD").parse("12.50", EN) == Money(Decimal("12.50"), "USD")
    assert make("money").parse("$12.50", EN) == Money(Decimal("12.50"), "USD")
    assert make("money").from_json("12.50 USD") == Money(Decimal("12.50"), "USD")
    assert make("money").from_json(3) == Money(Decimal("3.00"), "EUR")


def test_money_keeps_to_the_decimals_of_its_field_and_its_currency() -> None:
    assert refusal(make("money"), "1.005") == "must have at most 2 decimals"
    assert refusal(make("money"), "1.50 JPY") == "must be whole"
    assert make("money", scale=4).parse("0.0125", EN) == Money(Decimal("0.0125"), "EUR")
    assert make("money").take(Money(Decimal("1.005"), "EUR")) == Money(Decimal("1.00"), "EUR")
    assert make("money").take(Decimal("1.015")) == Money(Decimal("1.02"), "EUR")
    assert refusal(make("money"), "92233720368547758.08") == "is too large a number"
    assert make("money").parse("92233720368547758.07", EN) == Money(Decimal("92233720368547758.07"), "EUR")


def test_money_in_the_workspaces_currency_is_its_own_base() -> None:
    assert make("money").store(Money(Decimal("5.00"), "EUR"))["_base"] == Decimal("5.00")
    assert make("money").store(Money(Decimal("5.00"), "USD"))["_base"] is None


def test_money_is_edited_with_its_currency_where_that_is_not_the_fields() -> None:
    assert make("money").edit(Money(Decimal("1234.50"), "EUR"), EL) == "1.234,50"
    assert make("money").edit(Money(Decimal("1234.50"), "USD"), EL) == "1.234,50 USD"


def test_numbers_are_exact_and_have_bounds() -> None:
    field = make("decimal", scale=2, min=0, max=10.5)
    assert field.from_json(0.1) == Decimal("0.10")
    assert field.from_json("10.5") == Decimal("10.50")
    assert refusal(field, "1.234") == "must have at most 2 decimals"
    assert [str(each) for each in field.check(Decimal("10.51"))] == ["must be at most 10.5"]
    assert [str(each) for each in field.check(Decimal("-1"))] == ["must be at least 0"]
    assert field.take(Decimal("2.675")) == Decimal("2.68")
    assert refusal(make("integer"), "1.5") == "must be whole"
    assert refusal(make("integer"), "9223372036854775808") == "is too large a number"
    assert make("integer").take(Decimal("7.5")) == 8


def test_a_percent_is_of_a_hundred_with_or_without_its_sign() -> None:
    assert make("percent").parse("30", EN) == make("percent").parse("30 %", EN) == Decimal("30.00")
    assert make("percent").format(Decimal("30.00"), EL) == "30%"


@pytest.mark.parametrize("text", ["yes", "Ναι", "是", "1", "true", "x"])
def test_yes_is_understood_in_every_language(text: str) -> None:
    assert make("boolean").parse(text, EN) is True


@pytest.mark.parametrize("text", ["no", "Όχι", "否", "0", "false"])
def test_no_is_understood_in_every_language(text: str) -> None:
    assert make("boolean").parse(text, EN) is False


def test_a_date_may_have_a_first_and_a_last_day() -> None:
    field = make("date", min="2026-01-01", max="2026-12-31")
    assert [str(each) for each in field.check(date(2025, 12, 31))] == ["must not be before 2026-01-01"]
    assert [str(each) for each in field.check(date(2027, 1, 1))] == ["must not be after 2026-12-31"]


def test_a_moment_is_typed_in_the_persons_zone_and_kept_in_universal_time() -> None:
    field = make("datetime")
    noon = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert field.parse("2026-07-01T12:00", EL) == noon
    assert field.edit(noon, EL) == "1 Ιουλ 2026, 12:00 μ.μ."
    assert field.to_json(noon) == "2026-07-01T09:00:00Z"
    assert field.from_json("2026-07-01T12:00+03:00") == noon


@pytest.mark.parametrize(
    ("where", "day", "moment"),
    [
        (EN, "Nov 30, 2026", "Nov 30, 2026, 1:05 PM"),
        (ZH, "2026年11月30日", "2026年11月30日 13:05"),
        (EL, "30 Νοε 2026", "30 Νοε 2026, 3:05 μ.μ."),
    ],
)
def test_days_and_moments_are_edited_in_the_local_form(where: Any, day: str, moment: str) -> None:
    at = datetime(2026, 11, 30, 13, 5, tzinfo=UTC)
    assert make("date").edit(at.date(), where) == day
    assert make("date").parse(day, where) == at.date()
    assert make("datetime").edit(at, where).replace("\u202f", " ") == moment
    assert make("datetime").parse(moment, where) == at


def test_what_the_local_form_does_not_say_exactly_is_edited_in_iso() -> None:
    assert make("date").edit(date(12, 1, 5), EN) == "0012-01-05"
    seconds = datetime(2026, 7, 1, 9, 0, 30, tzinfo=UTC)
    assert make("datetime").edit(seconds, EL) == "2026-07-01T12:00:30"
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 3:30 of the night on which clocks go back
    assert make("datetime").edit(twice, EL) == "2026-10-25T03:30:00+02:00"
    assert make("datetime").parse("2026-10-25T03:30:00+02:00", EL) == twice


@pytest.mark.parametrize("text", ["jane", "jane@", "@x.com", "jane doe@x.com", "a@b..com", "a@b", "x" * 300 + "@x.com"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        make("email").parse(text, EN)


def test_equal_addresses_are_equal() -> None:
    assert make("email").parse("Jane.Doe@Example.COM", EN) == "jane.doe@example.com"


def test_a_phone_number_is_kept_in_international_form_where_it_can_be_read() -> None:
    greek = make("phone", region="GR")
    assert greek.parse("210 123 4567", EN) == "+302101234567"
    assert greek.parse("+44 20 7946 0018", EN) == "+442079460018"
    assert greek.format("+442079460018", EN) == "+44 20 7946 0018"
    assert make("phone").parse("123 ext 4", EN) == "123 ext 4"
    assert refusal(make("phone"), "none") == "must be a telephone number"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "ftp://x.com", "https://", "http://a b.com"]
)
def test_an_address_that_could_harm_is_refused(text: str) -> None:
    assert refusal(make("url"), text) == "must be a web address"


def test_a_web_address_may_lack_its_scheme() -> None:
    assert make("url").parse("example.com/a", EN) == "https://example.com/a"
    assert make("url").parse("localhost:8080", EN) == "https://localhost:8080"


def test_links_are_ids_and_know_their_entity() -> None:
    one = UUID(int=1)
    assert make("link", to="account").value_type == Record(entity="account")
    assert make("user").value_type == Record(entity="person")
    assert make("links", to="account").value_type == ListOf(item=Record(entity="account"))
    assert make("lines", of="part.visit").value_type == ListOf(item=Record(entity="part"))
    assert make("link", to="account").from_json({"id": str(one), "title": "A"}) == one
    assert make("link", to="account").from_json(str(one)) == one


def test_an_automatic_number_counts_within_its_series() -> None:
    field = make("auto_number", format="D-####", per="year")
    assert field.series(date(2026, 5, 1)) == "2026"
    assert field.compose("D-2026-\0\0\0\0", 42) == "D-2026-0042"
    assert field.compose("No. #1-\0\0\0\0", 12345) == "No. #1-12345"
    assert not field.entered


@pytest.mark.parametrize("text", ["9:30 pm", "21:30", "下午9:30", "9:30 μ.μ."])
def test_a_time_of_day_is_read_in_every_language(text: str) -> None:
    where = ZH if "下" in text else EL if "μ" in text else EN
    assert make("time").parse(text, where) == time(21, 30)


def test_a_time_of_day_may_have_bounds() -> None:
    field = make("time", min="8:00", max="18:00")
    assert [str(each) for each in field.check(time(7, 59))] == ["must not be before 08:00"]
    assert [str(each) for each in field.check(time(18, 1))] == ["must not be after 18:00"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1h 30min", 90), ("90 min", 90), ("1:30", 90), ("2d", 2880), ("1.5h", 90), ("1小时30分钟", 90), ("2 ώρες", 120)]
    + [("1 day, 2 hours", 1560), ("-15m", -15), ("1 ημ. 30 λεπ.", 1470), ("PT1H30M", 90), ("1w", 10080), ("0 min", 0)],
)
def test_a_duration_is_read_as_people_write_it(text: str, minutes: int) -> None:
    assert make("duration").parse(text, EN) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["90", "soon", "1h x", "h", "1.5s", "400000d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    assert refusal(make("duration"), text) == "must be a duration, such as 1h 30min"


def test_a_duration_is_shown_in_the_readers_language() -> None:
    long = timedelta(days=1, hours=2, minutes=3, seconds=4)
    assert [make("duration").format(long, each) for each in (EN, ZH, EL)] == [
        "1d 2h 3min 4s",
        "1天2小时3分钟4秒",
        "1 ημ. 2 ώ. 3 λεπ. 4 δευτ.",
    ]


def test_a_rating_is_typed_as_a_number_or_in_stars() -> None:
    assert [make("rating").parse(text, EN) for text in ("4", "4/5", "★★★★☆")] == [4, 4, 4]
    assert refusal(make("rating", max=3), "4") == "must be one to 3 stars"
    assert make("rating").take(Decimal("3.5")) == 4


def test_a_colour_is_written_in_one_way() -> None:
    assert [make("color").parse(text, EN) for text in ("#36F", "3366ff", "#3366FF")] == ["#3366ff"] * 3
    assert refusal(make("color"), "red; }") == "must be a colour, such as #3366ff"


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("ean13", "4006381333931", "4006381333932"),
        ("ean8", "73513537", "73513536"),
        ("upc", "036000291452", "036000291453"),
        ("gtin", "10012345678902", "10012345678903"),
    ],
)
def test_the_check_digit_of_a_barcode_must_be_right(format: str, good: str, bad: str) -> None:
    field = make("barcode", format=format)
    assert field.parse(f"{good[:3]} {good[3:]}", EN) == good
    assert refusal(field, bad) == "has a wrong check digit"
    assert refusal(field, good[:5]).startswith("must have ")


def test_a_barcode_without_a_format_is_any_text_of_a_scanner() -> None:
    assert make("barcode").parse("ABC-123/x", EN) == "ABC-123/x"
    assert refusal(make("barcode"), "中文") == "must be letters, digits and signs of a barcode"


def test_json_is_limited_in_size_and_depth() -> None:
    assert refusal(make("json"), "{") == "must be JSON"
    assert refusal(make("json"), "NaN") == "must be JSON"
    assert refusal(make("json"), "[" * 40 + "]" * 40) == "must not be nested deeper than 30"
    assert refusal(make("json"), '"' + "x" * 70_000 + '"') == "must be at most 65536 characters long"
    assert make("json").edit({"a": ["中"]}, EN) == '{\n  "a": [\n    "中"\n  ]\n}'
