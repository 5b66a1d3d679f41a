"""The field kind `percent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from customary.engine.fields.numeric import Numeric
from customary.engine.locale import Locale


@dataclass(frozen=True, kw_only=True)
class Percent(Numeric):
    """A part of a hundred: 30 is 30 %. `scale` says how many decimals are kept (2 unless given)."""

    kind: ClassVar[str] = "percent"
    keys: ClassVar[Mapping[str, Any]] = Numeric.keys
    control: ClassVar[str] = "percent"
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "percent"

    scale: int = 2

    def parse(self, text: str, locale: Locale) -> Decimal | None:
        return super().parse(text.strip().removesuffix("%").removesuffix("％").rstrip(), locale)

    def format(self, value: Decimal | None, locale: Locale) -> str:
        return "" if value is None else locale.percent(value)
