"""Where the platform writes down what it does: to standard error in one form, and into the audit log."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLATFORM = ROOT / "platform"
CODE = {path.relative_to(PLATFORM).as_posix(): path.read_text(encoding="utf-8") for path in PLATFORM.rglob("*.py")}
SPEAKS = ("cli/", "editor/")
"""Commands answer whoever typed them, on standard output; the editor's server is one of them."""
PIPED = {"engine/exchange/unfold.py"}
"""A process of its own, which answers the one that started it."""
ELSEWHERE = (
    r"\b(FileHandler|logging\.handlers|addHandler|dictConfig|fileConfig|import syslog|sys\.stdout|sys\.stderr)\b"
)


def test_what_runs_writes_to_standard_error_alone() -> None:
    assert _having(r"\bStreamHandler\b") == {"cli/log.py"} == _having(r"\bbasicConfig\b")
    assert {file for file in _having(ELSEWHERE) | _having(r"^\s*print\(") if not file.startswith(SPEAKS)} == PIPED


def test_every_logger_is_one_that_is_told_of() -> None:
    named = {name for text in CODE.values() for name in re.findall(r'getLogger\("([^"]*)"\)', text)}
    told = set(re.findall(r"`(customary\.\w+)`", (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")))
    assert named == told - {"customary.yaml", "customary.lock"}
    assert sum(text.count("getLogger(") for text in CODE.values()) == sum(
        text.count('getLogger("customary.') for text in CODE.values()
    )


def _having(pattern: str) -> set[str]:
    return {file for file, text in CODE.items() if re.search(pattern, text, re.M)}
