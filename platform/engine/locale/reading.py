"""Numbers, money, dates and moments as people type them. Every function gives None for what it cannot read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from customary.engine.locale.forms import Forms, currencies, currency_sign

LONGEST = 80
"""No number or date is longer; what is, is not looked at."""

DAYS = {
    "today": 0, "tomorrow": 1, "yesterday": -1,
    "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "昨天": -1, "昨日": -1, "前天": -2,
    "σήμερα": 0, "σημερα": 0, "αύριο": 1, "αυριο": 1, "μεθαύριο": 2, "μεθαυριο": 2,
    "χθες": -1, "χτες": -1, "προχθές": -2, "προχτές": -2,
}  # fmt: skip
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW", "元": "CNY", "圆": "CNY", "US$": "USD"}

_OFFSET = re.compile(r"([+-])\s*(\d{1,5})\s*(d|w|m|y|天|日|周|月|年|μ|η|ε|χ)?")
_UNITS = {"天": "d", "日": "d", "周": "w", "月": "m", "年": "y", "η": "d", "ε": "w", "μ": "m", "χ": "y", None: "d"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CHINESE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?")
_SHORT = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|η)?\.?\s+)?([^\W\d]+)\.?\s*(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?,?\s*(\d{4})"
)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2})(?:[.,](\d{1,6}))?)?\s*([^\W\d][\w.]*)?")
_SPACES = re.compile(r"[\s'’_]+")


def plain(text: str) -> str:
    """Text with full-width forms, odd spaces and odd minus signs made usual; "" when it is too long to be read."""
    if len(text) > LONGEST:
        return ""
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").strip()


def read_number(text: str, forms: Forms) -> Decimal | None:
    """A number with local separators, or with the other kind where that cannot be misread."""
    text = plain(text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    if text[:1] in ("-", "+"):
        if negative:
            return None
        text, negative = text[1:].strip(), text[0] == "-"
    digits = _digits(_ungroup_spaces(text), forms.decimal, "." if forms.decimal == "," else ",")
    if digits is None:
        return None
    number = Decimal(digits)
    return -number if negative and number else number


def _ungroup_spaces(text: str) -> str:
    parts = _SPACES.split(text)
    grouped = len(parts) > 1 and all(len(part) == 3 for part in parts[1:-1]) and re.match(r"\d{3}(?!\d)", parts[-1])
    return "".join(parts) if grouped else text


def _digits(text: str, decimal: str, group: str) -> str | None:
    if not re.fullmatch(r"[0-9.,]+", text) or not re.search(r"\d", text):
        return None
    if "." in text and "," in text:
        decimal = max(".,", key=text.rfind)
        group = "," if decimal == "." else "."
    elif (
        text.count(decimal) > 1 or text.count(group) == 1 and not re.fullmatch(rf"[1-9]\d{{0,2}}\{group}\d{{3}}", text)
    ):
        decimal, group = group, decimal
    whole, point, rest = text.partition(decimal)
    if decimal in rest or group in rest or (point and not rest and not whole):
        return None
    if group in whole and not re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+", whole):
        return None
    return f"{whole.replace(group, '') or '0'}.{rest or '0'}" if point else whole.replace(group, "")


def read_money(text: str, forms: Forms, default: str) -> tuple[Decimal, str] | None:
    """An amount with a currency's code or sign before or after it; `default` where there is none."""
    text = plain(text)
    found = re.fullmatch(r"([-+(]?)\s*([^\d\s.,()+-]+)?\s*([-+]?[\d.,\s'’]+)\s*([^\d\s.,()+-]*)\s*(\)?)", text)
    if not found:
        return None
    sign, before, digits, after, closing = found.groups(default="")
    if before and after:
        return None
    currency = _currency(before or after, forms, default)
    number = read_number(f"{sign}{digits.strip()}{closing}", forms)
    return None if number is None or currency is None else (number, currency)


def _currency(word: str, forms: Forms, default: str) -> str | None:
    if not word:
        return default
    if word.upper() in currencies():
        return word.upper()
    if word in (currency_sign(default, forms.language), currency_sign(default, "en")):
        return default
    if word in "¥" and default in ("CNY", "JPY"):
        return default
    by_sign = {**SIGNS, "$": "USD", "¥": "CNY" if forms.language == "zh" else "JPY"}
    return by_sign.get(word)


def read_date(text: str, today: date, forms: Forms) -> date | None:
    """A date in ISO or local form, with the month's name, as a word (`today`) or as a distance (`+2w`)."""
    text = plain(text).lower()
    if not text:
        return None
    if text in DAYS:
        return shifted(today, DAYS[text], "d")
    if found := _OFFSET.fullmatch(text):
        sign, count, unit = found.groups()
        return shifted(today, int(sign + count), _UNITS.get(unit, unit))
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(*map(int, found.groups()))
    if found := _CHINESE.fullmatch(text):
        year, month, day = found.groups()
        return _date(int(year or today.year), int(month), int(day))
    if found := _SHORT.fullmatch(text):
        return _short(found.groups(), "." in text, forms, today)
    if found := _WORDS.fullmatch(text):
        return _worded(found, forms)
    return None


def _short(numbers: tuple[str, ...], dotted: bool, forms: Forms, today: date) -> date | None:
    if len(numbers[0]) == 4:
        return _date(*map(int, numbers))
    order = "dmy" if dotted and forms.date_order != "ymd" else forms.date_order
    by_letter = dict(zip(order, map(int, numbers), strict=True))
    if by_letter["y"] < 100 and len(numbers[order.index("y")]) <= 2:
        by_letter["y"] += 1900 if by_letter["y"] > today.year % 100 + 30 else 2000
    elif len(numbers[order.index("y")]) == 3:
        return None
    return _date(by_letter["y"], by_letter["m"], by_letter["d"])


def _worded(found: re.Match[str], forms: Forms) -> date | None:
    before, name, after, year = found.groups()
    month = forms.months.get(name)
    if month is None or bool(before) == bool(after):
        return None
    return _date(int(year), month, int(before or after))


def read_moment(text: str, now: datetime, forms: Forms) -> datetime | None:
    """A date with a time of day, in the zone of `now` unless the text says otherwise; a date alone is its midnight."""
    text = plain(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _worded_moment(text, now, forms)
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _worded_moment(text: str, now: datetime, forms: Forms) -> datetime | None:
    if text.lower() == "now":
        return now
    if (day := read_date(text, now.date(), forms)) is not None:
        return datetime.combine(day, time())
    for found in re.finditer(r"[\sT,]+", text):
        clock = read_time(text[found.end() :], forms)
        day = read_date(text[: found.start()].rstrip(","), now.date(), forms)
        if clock is not None and day is not None:
            return datetime.combine(day, clock)
    return None


_PERIOD_FIRST = re.compile(r"([上下]午)\s*(.+)")
"""Chinese says the half of the day first."""


def read_time(text: str, forms: Forms) -> time | None:
    """A time of day: `14:30`, `2:30 pm`, `9`."""
    text = plain(text)
    if before := _PERIOD_FIRST.fullmatch(text):
        text = f"{before[2]} {before[1]}"
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, period = found.groups()
    hour = int(hour)
    if period is not None:
        after = forms.periods.get(period.lower().rstrip(".") + ("." if period.endswith(".") else ""))
        if after is None:
            after = forms.periods.get(period.lower().rstrip("."))
        if after is None or not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if after else 0)
    try:
        return time(hour, int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shifted(day: date, count: int, unit: str) -> date | None:
    """A date moved by days, weeks, months or years; the end of a shorter month where the day does not exist."""
    try:
        if unit in "dw":
            return day + timedelta(days=count * (7 if unit == "w" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
        first = date(months // 12, months % 12 + 1, 1)
        last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
        return first.replace(day=min(day.day, last))
    except (ValueError, OverflowError):
        return None
