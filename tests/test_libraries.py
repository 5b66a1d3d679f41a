"""The libraries that are shipped are as new as we promise."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "protection.md").read_text(encoding="utf-8")
LAST = date.fromisoformat(re.search(r"The last time was (\d{4}-\d\d-\d\d)\.", PAGE)[1])
WITHIN = timedelta(days=int(re.search(r"within (\d+) days of the last time", PAGE)[1]))


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="an old checkout still passes its tests")
def test_libraries_were_brought_up_to_date_within_the_promised_time() -> None:
    assert date.today() - LAST <= WITHIN, "run: make lock UPGRADE=--upgrade, and write the day into docs/protection.md"


def test_every_library_is_pinned_to_what_was_looked_at() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = re.split(r"\n(?=\w)", (ROOT / name).read_text(encoding="utf-8").strip())
        assert len(pinned) > 50
        assert [each for each in pinned if "==" not in each or "--hash=sha256:" not in each] == []
