"""Values in the rows of runs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from customary.engine.automation.typed import read, told


def test_values_come_back_as_they_were_and_what_looks_like_one_stays_what_it_is() -> None:
    value = {
        "number": Decimal("0.10"),
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "on": date(2026, 1, 1),
        "deep": [{"=": ["number", "x"]}, {"=": {"=": 1}, "a": Decimal(1)}, None, True, 7, "text"],
    }
    assert read(json.loads(json.dumps(told(value)))) == value
