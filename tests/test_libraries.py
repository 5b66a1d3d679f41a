"""The libraries that are shipped are those that were looked at."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_library_is_pinned_to_what_was_looked_at() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = re.split(r"\n(?=\w)", (ROOT / name).read_text(encoding="utf-8").strip())
        assert len(pinned) > 50
        assert [each for each in pinned if "==" not in each or "--hash=sha256:" not in each] == []
