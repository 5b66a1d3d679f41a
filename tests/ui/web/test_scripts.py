"""How our scripts are written: what they learn from outside never names a property that is written or looked up."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "platform/ui/static/js").glob("*.js")}
POLLUTING = {
    "a property whose name is computed is written": r"[\w)\]]\[[^\]\"'\d]+\] *(?:=[^=>]|\?\?=|\|\|=|[+-]=)",
    "a literal is looked into by a name that is computed": r"\}\[[^\]\d]",
    "the prototype is named": r"__proto__|\.prototype\b|\bsetPrototypeOf\b|\.constructor\b",
    "objects are merged in place": r"\bObject\.assign\b|\bfor \((?:const|let|var) \w+ in\b",
    "text is made code": r"\beval\(|\bnew Function\b|\bset(?:Timeout|Interval)\([\"'`]",
}


def test_no_prototype_can_be_polluted() -> None:
    assert len(SCRIPTS) > 10
    for name, script in SCRIPTS.items():
        assert [said for said, pattern in POLLUTING.items() if re.search(pattern, script)] == [], name
