"""Whatever stands in a definition gives a model or problems, never an exception."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.text import File, read_source

ROOT = Path(__file__).parents[3]
PACKS = [
    path
    for folder in ("schemas", "workflows")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if path.stem != "demo"
]
ODD: list[Any] = [
    None, "", "x", "=", "={{", "=1 +", "= user", "{{", "{{ x }}", "{{ }}", "a.b", ".", "a.", ".b", "-", "-name", "name",
    "deal", "deal.amount", "sales.won", "sales.", 0, -1, 1.5, 10**30, True, False, [], {}, [[]], [None], ["x", "x"],
    {"a": None}, {"en": "x"}, {"x": {"y": "z"}}, "all", "own", "3d", "user", "task", "\u0000", "ά", "a" * 3000,
    "(" * 500, "old.amount", "record", "id", {"type": "lines", "of": "deal.deal"}, {"type": "link"}, {"type": "choice"},
]  # fmt: skip


def paths(node: Any, here: tuple = ()) -> list[tuple]:
    found = [here] if here else []
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        found += paths(value, (*here, key))
    return found


def changed(documents: list[Any], chance: random.Random) -> list[Any]:
    for _ in range(chance.choice((1, 1, 2, 5))):
        path = chance.choice([each for each in paths(documents) if len(each) > 1])
        node: Any = documents
        for step in path[:-1]:
            node = node[step]
        match chance.randrange(4):
            case 0:
                del node[path[-1]]
            case 1 if isinstance(node, dict):
                node[chance.choice(["x", "type", "to", "formula", "name", "where", "when"])] = node.pop(path[-1])
            case _:
                node[path[-1]] = chance.choice(ODD)
    return documents


@pytest.mark.parametrize("seed", range(60))
def test_a_shipped_definition_with_any_part_changed_gives_a_model_or_problems(seed: int) -> None:
    chance = random.Random(seed)
    texts = {path: path.read_text("utf-8") for path in PACKS}
    for path in chance.sample(PACKS, 4):
        documents = list(yaml.safe_load_all(texts[path]))
        texts[path] = yaml.safe_dump_all(changed(documents, chance), allow_unicode=True, sort_keys=False)
    files = [File("customary.yaml", "workspace", "name: T")]
    files += [File(path.name, "workspace", text) for path, text in texts.items()]
    problems = Problems()
    model = compile_source(read_source(files, problems), problems)
    assert (model is None) == bool(problems.errors)
    assert all(str(each) for each in problems)
