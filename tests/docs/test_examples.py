"""The examples of the guides are definitions that check clean over the shipped packs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from customary.engine.model.check import check

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^( *)```yaml\n\1# ((?:demo/)?(?:schemas|workflows)/\S+)\n(.*?)^\1```", re.M | re.S)


@pytest.mark.parametrize("page", ["README.md", "docs/language.md"])
def test_every_example_checks_clean(page: str, tmp_path: Path):
    (tmp_path / "customary.yaml").write_text("name: Examples\npacks: [core, sales]\n", encoding="utf-8")
    examples = EXAMPLE.findall((ROOT / page).read_text(encoding="utf-8"))
    for indent, path, text in examples:
        file = tmp_path / path.removeprefix("demo/")
        file.parent.mkdir(exist_ok=True)
        file.write_text(re.sub(f"^{indent}", "", text, flags=re.M), encoding="utf-8")
    problems, _ = check(tmp_path)
    assert examples
    assert list(problems) == []
