"""The field kind `money`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.columns import Scaled
from customary.engine.expressions.types import MONEY, Type
from customary.engine.fields.field import Field, KeyProblem, Part, Refusal
from customary.engine.fields.numeric import BOUNDS, Numeric, bounds, exact, number, out_of_bounds, rounded
from customary.engine.locale import Locale, currencies, currency_digits
from customary.engine.money import Money as Amount
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """An exact amount in a currency: the field's `currency`, else the workspace's, unless another is typed.

    `scale` says how many decimals are kept (2 unless given); a currency without decimals takes none.
    """

    kind: ClassVar[str] = "money"
    type: ClassVar[Type] = MONEY
    keys: ClassVar[Mapping[str, Any]] = {
        **BOUNDS,
        "scale": {"type": "integer", "minimum": 0, "maximum": 6},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "x-example": "three capitals, such as EUR"},
    }
    control: ClassVar[str] = "money"
    inputs: ClassVar[tuple[str, ...]] = ("", "currency")
    operators: ClassVar[tuple[str, ...]] = Numeric.operators
    computable: ClassVar[bool] = True
    summable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    at_right: ClassVar[bool] = True
    groupable: ClassVar[bool] = False
    icon: ClassVar[str] = "coins"

    min: Decimal | None = None
    max: Decimal | None = None
    scale: int = 2
    currency: str = "EUR"
    base: str = "EUR"
    """The workspace's currency, in which mixed amounts are compared."""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        base = workspace.get("currency", "EUR")
        currency = keys.get("currency", base)
        if currency not in currencies():
            raise KeyProblem("currency", f"“{currency}” is not a currency", "Write its three letters, such as EUR.")
        return {**keys, **bounds(keys), "currency": currency, "base": base}

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return Part("", Scaled(self.scale)), Part("_currency", sa.Text()), Part("_base", Scaled(self.scale))

    def store(self, value: Amount | None) -> Mapping[str, Any]:
        """`_base` is the amount in the workspace's currency; the writer fills it in where a rate is needed."""
        if value is None:
            return {"": None, "_currency": None, "_base": None}
        same = value.currency == self.base
        return {"": value.amount, "_currency": value.currency, "_base": value.amount if same else None}

    def load(self, row: Mapping[str, Any]) -> Amount | None:
        amount = row[""]
        if amount is None:
            return None
        worth = row.get("_base")
        return Amount(amount, row["_currency"] or self.currency, None if worth is None else Amount(worth, self.base))

    def parse(self, text: str, locale: Locale) -> Amount | None:
        if not text.strip():
            return None
        try:
            money = locale.parse_money(text, self.currency)
        except ValueError as error:
            raise Refusal("must be an amount of money") from error
        return self._exact(money.amount, money.currency)

    def from_json(self, data: Any) -> Amount | None:
        """`{"amount": "12.50", "currency": "EUR"}`, `12.50 EUR`, or a bare amount in the field's currency."""
        if data is None:
            return None
        amount, currency = data, self.currency
        if isinstance(data, str) and data[-4:-3] == " ":
            amount, currency = data[:-4], data[-3:]
        if isinstance(data, Mapping):
            if not set(data) <= {"amount", "currency"} or data.get("amount") is None:
                raise Refusal("must be an amount of money")
            amount, currency = data["amount"], data.get("currency") or self.currency
        if not isinstance(currency, str) or currency not in currencies():
            raise Refusal("must be in a known currency")
        return self._exact(number(amount), currency)

    def from_cell(self, cell: Any, locale: Locale, today: date) -> Amount | None:
        known = isinstance(cell, int | Decimal) and not isinstance(cell, bool)
        return self.from_json(cell) if known else super().from_cell(cell, locale, today)

    def cell(self, value: Amount, zone: ZoneInfo | None) -> Any:
        """One currency makes a column of numbers, as every spreadsheet wants it; others name theirs."""
        return value.amount if value.currency == self.currency else f"{value.amount} {value.currency}"

    def take(self, value: Any) -> Amount | None:
        if value is None:
            return None
        money = value if isinstance(value, Amount) else Amount(number(value), self.currency)
        if not money.currency:  # the sum of nothing
            money = Amount(money.amount, self.currency)
        taken = self._exact(rounded(money.amount, self._places(money.currency)), money.currency)
        if money.base is None:
            return taken
        return replace(taken, base=self._worth(money.base))

    def fit(self, value: Any) -> Amount | None:
        found = super().fit(value)
        if found is None or found.base is not None or found.currency != self.base:
            return found
        return replace(found, base=Amount(found.amount, self.base))

    def to_json(self, value: Amount | None) -> Mapping[str, str] | None:
        return None if value is None else {"amount": f"{value.amount:f}", "currency": value.currency}

    def json_schema(self) -> Mapping[str, Any]:
        amount = {"type": ["string", "number"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
        currency = {"type": "string", "pattern": "^[A-Z]{3}$"}
        return {
            "type": "object",
            "properties": {"amount": amount, "currency": currency},
            "required": ["amount"],
            "additionalProperties": False,
        }

    def format(self, value: Amount | None, locale: Locale) -> str:
        return "" if value is None else locale.money(value)

    def edit(self, value: Amount | None, locale: Locale) -> str:
        if value is None:
            return ""
        places = currency_digits(value.currency)
        amount = value.amount
        text = locale.number(amount, places if round(amount, places) == amount else None)
        return text if value.currency == self.currency else f"{text} {value.currency}"

    def texts(self, value: Amount | None, locale: Locale) -> tuple[str, ...]:
        if value is None:
            return ("", "")
        return (self.edit(value, locale).removesuffix(value.currency).strip(), value.currency)

    def read(self, texts: Sequence[str], locale: Locale) -> Amount | None:
        """The currency that was chosen holds unless another was typed, or pasted, with the amount: `12 USD`."""
        text, currency = texts[0].strip(), texts[1]
        own = any(letter.isalpha() or letter in "€$£¥₺₽₹" for letter in text)
        return self.parse(text if own or not text else f"{text} {currency}".strip(), locale)

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, Amount):
            return [Reason("must be an amount of money")]
        if value.currency not in currencies():
            return [Reason("must be in a known currency")]
        try:
            self._exact(value.amount, value.currency)
        except Refusal as refusal:
            return [refusal.reason]
        return out_of_bounds(value.amount, self.min, self.max)

    def _worth(self, base: Amount) -> Amount:
        return Amount(rounded(base.amount, self.scale), self.base)

    def _exact(self, amount: Decimal, currency: str) -> Amount:
        places = self._places(currency)
        found = exact(amount, places)
        return Amount(found if places == self.scale else exact(found, self.scale), currency)

    def _places(self, currency: str) -> int:
        return 0 if currency_digits(currency) == 0 and self.scale <= 2 else self.scale
