"""The examples of the guides are definitions that check clean over the shipped packs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from customary.engine.examples import House, examples, try_out
from customary.engine.model import compile_source
from customary.engine.model.check import check
from customary.engine.problem import Problems
from customary.engine.text import gather, read_source

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^( *)```yaml\n\1# ((?:demo/)?(?:schemas|workflows)/\S+)\n(.*?)^\1```", re.M | re.S)


@pytest.mark.parametrize("page", ["README.md", "docs/language.md"])
def test_every_example_checks_clean(page: str, tmp_path: Path):
    assert written(page, tmp_path)
    problems, _ = check(tmp_path)
    assert list(problems) == []


def test_what_the_examples_say_of_themselves_is_so(tmp_path: Path):
    written("docs/language.md", tmp_path)
    problems = Problems()
    source = read_source(gather(tmp_path, problems), problems)
    model = compile_source(source, problems)
    own = [each for each in examples(source, model) if each.node.place.file.startswith(("schemas/", "workflows/"))]
    assert {"everybody_once", "a_stranger_asks"} <= {each.name for each in own}
    with House(source, model) as house:
        assert [difference for each in own for difference in try_out(house, each)] == []


def written(page: str, folder: Path) -> int:
    """Writes the examples of a page into a workspace, and gives how many they are."""
    settings = "name: Examples\npacks: [core, sales]\nweb_address: https://crm.example.com\n"
    (folder / "customary.yaml").write_text(settings, encoding="utf-8")
    found = EXAMPLE.findall((ROOT / page).read_text(encoding="utf-8"))
    for indent, path, text in found:
        file = folder / path.removeprefix("demo/")
        file.parent.mkdir(exist_ok=True)
        file.write_text(re.sub(f"^{indent}", "", text, flags=re.M), encoding="utf-8")
    return len(found)
