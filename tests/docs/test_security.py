"""What SECURITY.md and the checklist of ASVS name as proof is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CHECKLIST = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([\d., ]+) \| ([12]) \| [^|]+ \| (met|not applicable|unproven|not met): ([^|]+) \|$", re.M)
ROWS = [(id, int(level), state, why) for ids, level, state, why in ROW.findall(CHECKLIST) for id in ids.split(", ")]
ASKED = {1: 70, 2: 183}
"""How many requirements of each level the standard has."""


def test_every_proof_that_is_named_is_there():
    for page, fewest in (("SECURITY.md", 10), ("docs/protection.md", 10)):
        named = set(re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", (ROOT / page).read_text(encoding="utf-8")))
        assert len(named) > fewest
        assert [each for each in named if not _has(*each)] == []


def test_the_checklist_has_every_requirement_once():
    assert Counter(level for _, level, _, _ in ROWS) == ASKED
    assert len({id for id, _, _, _ in ROWS}) == len(ROWS)
    assert CHECKLIST.count("\n| ") - CHECKLIST.count("\n| id ") == len(ROW.findall(CHECKLIST)), "no line is passed over"


@pytest.mark.parametrize(("state", "said"), [("met", "meets {}"), ("not applicable", "{} do not apply"),
    ("unproven", "{} are **unproven**"), ("not met", "{} are **not met**")])  # fmt: skip
def test_the_checklist_counts_right(state: str, said: str):
    assert said.format(sum(each == state for _, _, each, _ in ROWS)) in CHECKLIST


def test_what_is_met_is_shown_by_a_test_or_a_page():
    bare = [id for id, _, state, why in ROWS if state == "met" and not re.search(r"`tests/[\w/.]+::\w+`|\]\(", why)]
    assert bare == []


def test_every_test_that_the_checklist_names_is_there():
    named = set(re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", CHECKLIST))
    assert [each for each in named if not _has(*each)] == []


def test_every_page_that_the_checklist_names_is_there():
    led = set(re.findall(r"\]\(((?:\.\./)?[\w.]+)(?:#([\w-]+))?\)", CHECKLIST))
    assert [each for each in led if not _tells(*each)] == []


def _has(path: str, test: str) -> bool:
    return f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8") if test else (ROOT / path).exists()


def _tells(page: str, heading: str) -> bool:
    file = ROOT / "docs" / page
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M) if file.exists() else []
    return heading in map(_anchor, headings) if heading else file.exists()


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
