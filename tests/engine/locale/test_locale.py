"""Numbers, money, dates and moments in three languages, written and read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customary.engine.locale import Locale, locale
from customary.engine.money import Money

EN, ZH, EL = locale("en", "America/New_York"), locale("zh", "Asia/Shanghai"), locale("el", "Europe/Athens")
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_each_language_writes_in_its_own_way() -> None:
    number, money, yen = Decimal("-1234567.50"), Money(Decimal("1234.50"), "EUR"), Money(Decimal(-1234), "JPY")

    def all_of(where: Locale) -> list[str]:
        return [
            where.number(number),
            where.number(number, 2),
            where.money(money),
            where.money(yen),
            where.percent(Decimal("30.50")),
            where.date(TODAY),
            where.datetime(NOON),
            where.boolean(True),
        ]

    assert all_of(EN) == [
        "-1,234,567.5",
        "-1,234,567.50",
        "€1,234.50",
        "-¥1,234",
        "30.5%",
        "Nov 23, 2026",
        "Nov 23, 2026, 7:00 AM",
        "Yes",
    ]
    assert all_of(ZH) == [
        "-1,234,567.5",
        "-1,234,567.50",
        "€1,234.50",
        "-JP¥1,234",
        "30.5%",
        "2026年11月23日",
        "2026年11月23日 20:00",
        "是",
    ]
    assert all_of(EL) == [
        "-1.234.567,5",
        "-1.234.567,50",
        "1.234,50\xa0€",
        "-1.234\xa0JP¥",
        "30,5%",
        "23 Νοε 2026",
        "23 Νοε 2026, 2:00 μ.μ.",
        "Ναι",
    ]


def test_an_amount_with_more_decimals_than_its_currency_shows_them() -> None:
    assert EN.money(Money(Decimal("1.2345"), "USD")) == "$1.2345"
    assert EN.money(Money(Decimal("1.50000"), "USD")) == "$1.50"
    assert EN.money(Money(Decimal("12.00"), "CHF")) == "CHF\xa012.00"


@pytest.mark.parametrize(
    ("distance", "texts"),
    [
        (timedelta(seconds=-5), ("just now", "刚刚", "τώρα")),
        (timedelta(minutes=-1), ("1 minute ago", "1分钟前", "πριν από 1 λεπτό")),
        (timedelta(hours=-3), ("3 hours ago", "3小时前", "πριν από 3 ώρες")),
        (timedelta(days=2), ("in 2 days", "2天后", "σε 2 ημέρες")),
        (timedelta(days=-8), ("Nov 15, 2026", "2026年11月15日", "15 Νοε 2026")),
    ],
)
def test_a_moment_near_by_is_told_by_its_distance(distance: timedelta, texts: tuple[str, ...]) -> None:
    assert tuple(where.relative(NOON + distance, NOON) for where in (EN, ZH, EL)) == texts


@pytest.mark.parametrize(
    ("text", "english", "greek"),
    [
        ("1234", "1234", "1234"),
        ("1,234.50", "1234.50", "1234.50"),
        ("1.234,50", "1234.50", "1234.50"),
        ("1,234", "1234", "1.234"),
        ("1.234", "1.234", "1234"),
        ("12,5", "12.5", "12.5"),
        ("12.5", "12.5", "12.5"),
        ("1.234.567", "1234567", "1234567"),
        ("1 234 567,5", "1234567.5", "1234567.5"),
        ("1'234.50", "1234.50", "1234.50"),
        ("(12.50)", "-12.50", "-12.50"),
        ("−7", "-7", "-7"),
        ("+7", "7", "7"),
        ("１２３", "123", "123"),
        (".5", "0.5", "0.5"),
        ("12,34,56", None, None),
        ("1.2.3", None, None),
        ("1e5", None, None),
        ("12 34", None, None),
        ("", None, None),
        ("٣", None, None),
        ("9" * 200, None, None),
    ],
)
def test_numbers_are_read_with_local_separators(text: str, english: str | None, greek: str | None) -> None:
    assert read(EN.parse_number, text) == (None if english is None else Decimal(english))
    assert read(EL.parse_number, text) == (None if greek is None else Decimal(greek))


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50", "12.50", "EUR"),
        ("12.50 EUR", "12.50", "EUR"),
        ("USD 1,234.50", "1234.50", "USD"),
        ("€12,50", "12.50", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("-$3", "-3", "USD"),
        ("$-3", "-3", "USD"),
        ("(£4)", "-4", "GBP"),
        ("5 元", "5", "CNY"),
        ("100 jpy", "100", "JPY"),
        ("€", None, None),
        ("12 XYZ", None, None),
        ("€12 USD", None, None),
    ],
)
def test_money_is_read_with_its_currency(text: str, amount: str | None, currency: str | None) -> None:
    expected = None if amount is None else Money(Decimal(amount), currency or "")
    assert read(EN.parse_money, text) == expected
    assert read(EL.parse_money, text) == expected


def test_the_sign_of_yen_and_yuan_is_that_of_the_place() -> None:
    assert ZH.parse_money("¥5").currency == "CNY"
    assert EN.parse_money("¥5").currency == "JPY"
    assert EN.parse_money("¥5", "CNY").currency == "CNY"
    assert locale("en", "UTC", "mon", "AUD").parse_money("A$5").currency == "AUD"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026-1-5", date(2026, 1, 5)),
        ("20260105", date(2026, 1, 5)),
        ("2026/1/5", date(2026, 1, 5)),
        ("5.1.2026", date(2026, 1, 5)),
        ("5 Jan 2026", date(2026, 1, 5)),
        ("5th January 2026", date(2026, 1, 5)),
        ("January 5, 2026", date(2026, 1, 5)),
        ("2026年1月5日", date(2026, 1, 5)),
        ("today", TODAY),
        ("Tomorrow", date(2026, 11, 24)),
        ("yesterday", date(2026, 11, 22)),
        ("明天", date(2026, 11, 24)),
        ("αύριο", date(2026, 11, 24)),
        ("ΧΘΕΣ", date(2026, 11, 22)),
        ("+3d", date(2026, 11, 26)),
        ("+2w", date(2026, 12, 7)),
        ("-1m", date(2026, 10, 23)),
        ("+1y", date(2027, 11, 23)),
        ("2026-02-30", None),
        ("+99999y", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_read_in_many_forms(text: str, day: date | None) -> None:
    for where in (EN, EL):
        assert read(lambda given, where=where: where.parse_date(given, TODAY), text) == day


def test_a_short_date_is_read_in_the_order_of_the_place() -> None:
    assert EN.parse_date("1/2/2026", TODAY) == date(2026, 1, 2)
    assert EL.parse_date("1/2/2026", TODAY) == date(2026, 2, 1)
    assert EL.parse_date("1/2/26", TODAY) == date(2026, 2, 1)
    assert EL.parse_date("23 Νοεμβρίου 2026", TODAY) == TODAY
    assert EL.parse_date("23 Νοε 2026", TODAY) == TODAY
    with pytest.raises(ValueError, match="31/1/2026"):
        EN.parse_date("31/1/2026", TODAY)


def test_the_end_of_a_month_stays_inside_a_shorter_one() -> None:
    assert EN.parse_date("+1m", date(2026, 1, 31)) == date(2026, 2, 28)
    assert EN.parse_date("+1y", date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T14:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23 14:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23T14:00:00Z", datetime(2026, 11, 23, 14, tzinfo=UTC)),
        ("23/11/2026 2:00 μ.μ.", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("23/11/2026 2:00 pm", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("αύριο 9:30", datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
        ("now", NOON),
        ("2026-11-23", datetime(2026, 11, 22, 22, tzinfo=UTC)),
        ("14:00", None),
        ("2026-11-23 25:00", None),
        ("2026-11-23 13:00 pm", None),
    ],
)
def test_moments_are_read_in_the_persons_zone(text: str, moment: datetime | None) -> None:
    assert read(lambda given: EL.parse_datetime(given, NOON), text) == moment


@settings(max_examples=150, deadline=None)
@given(number=st.decimals(min_value=-(10**12), max_value=10**12, places=4), where=st.sampled_from([EN, ZH, EL]))
def test_a_number_that_was_written_reads_back(number: Decimal, where: Locale) -> None:
    assert where.parse_number(where.number(number)) == number
    assert where.parse_number(where.number(number, 4)) == number


@settings(max_examples=150, deadline=None)
@given(day=st.dates(min_value=date(1000, 1, 1)), where=st.sampled_from([EN, ZH, EL]))
def test_a_date_that_was_written_reads_back(day: date, where: Locale) -> None:
    assert where.parse_date(where.date(day)) == day


@settings(max_examples=100, deadline=None)
@given(
    amount=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    currency=st.sampled_from(["EUR", "USD", "GBP"]),
    where=st.sampled_from([EN, EL]),
)
def test_money_that_was_written_reads_back(amount: Decimal, currency: str, where: Locale) -> None:
    money = Money(amount, currency)
    assert where.parse_money(where.money(money)) == money


def test_an_unknown_language_is_written_as_english() -> None:
    assert locale("xx").date(TODAY) == "Nov 23, 2026"


def read(parse: object, text: str) -> object:
    try:
        return parse(text)  # type: ignore[operator]
    except ValueError:
        return None
