"""The field kind `decimal`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from customary.engine.fields.numeric import Numeric


@dataclass(frozen=True, kw_only=True)
class DecimalNumber(Numeric):
    """An exact number with decimals: a weight, a factor. `scale` says how many decimals are kept (4 unless given)."""

    kind: ClassVar[str] = "decimal"
    settable: ClassVar[bool] = True
