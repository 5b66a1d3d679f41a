"""The field kind `barcode`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.field import Refusal
from customary.engine.fields.textual import Textual
from customary.engine.words import Reason

DIGITS: Mapping[str, tuple[int, ...]] = {"ean8": (8,), "upc": (12,), "ean13": (13,), "gtin": (8, 12, 13, 14)}
_CODE128 = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, kw_only=True)
class Barcode(Textual):
    """What a barcode says, typed or read by a scanner that types.

    With `format` ean13, ean8, upc, or gtin (any of them and GTIN-14) the number of digits must be right and the
    check digit with them; code128 takes letters, digits and signs of ASCII, as every other barcode.
    """

    kind: ClassVar[str] = "barcode"
    keys: ClassVar[Mapping[str, Any]] = {"format": {"enum": ["ean13", "ean8", "upc", "gtin", "code128"]}}
    control: ClassVar[str] = "text"
    searchable: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    icon: ClassVar[str] = "barcode"
    longest: ClassVar[int] = 80

    format_: str = "code128"

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {"format_": keys.get("format", "code128")}

    def tidy(self, text: str) -> str:
        """Blanks and hyphens between the digits of a number are for readers."""
        code = re.sub(r"[\s-]", "", text) if self.format_ in DIGITS else text
        if problem := self._problem(code):
            raise Refusal(problem.text, **problem.values)
        return code

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and (problem := self._problem(value)):
            found.append(problem)
        return found

    def json_schema(self) -> Mapping[str, Any]:
        if self.format_ not in DIGITS:
            return super().json_schema()
        lengths = "|".join(f"[0-9]{{{count}}}" for count in DIGITS[self.format_])
        return {"type": "string", "pattern": f"^({lengths})$"}

    def _problem(self, code: str) -> Reason | None:
        if self.format_ not in DIGITS:
            return None if _CODE128.fullmatch(code) else Reason("must be letters, digits and signs of a barcode")
        lengths = DIGITS[self.format_]
        if not (code.isascii() and code.isdigit() and len(code) in lengths):
            return Reason("must have {count} digits", {"count": " / ".join(map(str, lengths))})
        return None if _last_fits(code) else Reason("has a wrong check digit")


def _last_fits(code: str) -> bool:
    """From the right, every second digit counts three times; with the check digit the sum is a multiple of ten."""
    weighed = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return sum(weighed) % 10 == 0
