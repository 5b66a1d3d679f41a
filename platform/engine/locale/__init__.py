"""How a person reads and types numbers, money, dates and times: their language, zone and currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from customary.engine.locale import reading, spans
from customary.engine.locale.forms import UNITS, Forms, country_of, currencies, currency_digits, currency_sign, forms
from customary.engine.money import Money

__all__ = ["Locale", "country_of", "currencies", "currency_digits", "locale"]

WEEK_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Locale:
    """A language with a zone. Make one with `locale()`, which keeps it: everything slow is done once."""

    language: str
    zone: ZoneInfo
    first_weekday: str = "mon"
    currency: str = "EUR"
    forms: Forms = field(repr=False, compare=False, kw_only=True)

    def number(self, value: Decimal | int, places: int | None = None) -> str:
        """A number with local separators; as many decimals as it needs, or exactly `places`."""
        if places is not None:
            text = f"{value:,.{places}f}"
        else:
            text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
            if "." in text:
                text = text.rstrip("0").rstrip(".")
        separators = self.forms.separators
        return text.translate(separators) if separators else text

    def money(self, value: Money) -> str:
        """An amount with its currency's sign, with the currency's decimals, or more where it has more."""
        amount = value.amount
        places = currency_digits(value.currency)
        text = f"{abs(amount):,.{places}f}"
        if round(amount, places) != amount:
            text = f"{abs(amount.normalize()):,f}"
        if self.forms.separators:
            text = text.translate(self.forms.separators)
        before, after = self.forms.money
        sign = currency_sign(value.currency, self.language)
        if len(sign) > 2 and "¤" in before and sign.isalpha():
            sign += "\xa0"
        text = f"{before.replace('¤', sign)}{text}{after.replace('¤', sign)}"
        return self.forms.minus + text if amount < 0 else text

    def percent(self, value: Decimal | int) -> str:
        """30 is 30 %."""
        before, after = self.forms.percent
        return f"{before}{self.number(value)}{after}"

    def date(self, value: date) -> str:
        return "".join([piece(value) for piece in self.forms.date])  # type: ignore[arg-type]

    def datetime(self, value: datetime) -> str:
        """A moment in the person's zone."""
        local = value.astimezone(self.zone)
        return "".join([piece(local) for piece in self.forms.datetime])

    def time(self, value: datetime) -> str:
        """The time of day of a moment in the person's zone."""
        local = value.astimezone(self.zone)
        return "".join([piece(local) for piece in self.forms.time])

    def clock(self, value: time) -> str:
        """A time of day that belongs to no zone."""
        moment = datetime.combine(date.min, value)
        return "".join([piece(moment) for piece in self.forms.time])

    def span(self, value: timedelta) -> str:
        """A length of time: `1h 30min`."""
        return spans.write_span(value, self.language.partition("_")[0].partition("-")[0])

    def relative(self, value: datetime, now: datetime) -> str:
        """How long ago or ahead (`3 hours ago`); the date where that is more than seven days."""
        seconds = (now - value).total_seconds()
        if abs(seconds) > WEEK_SECONDS:
            return self.date(value.astimezone(self.zone).date())
        if abs(seconds) < 45:
            return self.forms.now
        words = self.forms.ago if seconds > 0 else self.forms.ahead
        unit, size = next(each for each in UNITS if abs(seconds) >= each[1])
        count = int(abs(seconds) // size)
        patterns = words[unit]
        return patterns.get(self.forms.plural(count), patterns["other"]).replace("{0}", str(count))

    def boolean(self, value: bool) -> str:
        return self.forms.yes if value else self.forms.no

    def today(self) -> date:
        """The date it is now where the person is; for words that people type (`today`, `+3d`) alone."""
        return datetime.now(self.zone).date()

    def parse_number(self, text: str) -> Decimal:
        """A number as people here type it: `1.234,50` in Greek, `1,234.50` in English. Raises ValueError."""
        return _read(reading.read_number(text, self.forms), text)

    def parse_money(self, text: str, currency: str | None = None) -> Money:
        """`12.50 EUR`, `€12,50`, or a bare number of `currency`. Raises ValueError."""
        return Money(*_read(reading.read_money(text, self.forms, currency or self.currency), text))

    def parse_date(self, text: str, today: date | None = None) -> date:
        """ISO, the local form, `today`, `tomorrow`, `+3d`, `+2w` (in Chinese and Greek too). Raises ValueError."""
        return _read(reading.read_date(text, today or self.today(), self.forms), text)

    def parse_time(self, text: str) -> time:
        """`14:30`, `2:30 pm`, `9`. Raises ValueError."""
        return _read(reading.read_time(text, self.forms), text)

    def parse_span(self, text: str) -> timedelta:
        """`1h 30min`, `90 min`, `1:30`, in any of our languages. Raises ValueError."""
        return _read(spans.read_span(text), text)

    def parse_datetime(self, text: str, now: datetime | None = None) -> datetime:
        """A moment in UTC from a local date and time. Raises ValueError."""
        now = (now or datetime.now(UTC)).astimezone(self.zone)
        moment = _read(reading.read_moment(text, now, self.forms), text)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error


@lru_cache(maxsize=256)
def locale(
    language: str = "en", zone: ZoneInfo | str = "UTC", first_weekday: str = "mon", currency: str = "EUR"
) -> Locale:
    """The locale of a person. Kept, so asking again costs nothing."""
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    return Locale(language, zone, first_weekday, currency, forms=forms(language))


def _read(found, text: str):  # noqa: ANN001, ANN202 - passes any value through
    if found is None:
        raise ValueError(text[:80])
    return found
