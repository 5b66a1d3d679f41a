"""What the page about changes shows is what the commands print, and it names every key of a plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from customary.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "changes.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(yaml|csv|text)\n(.*?)^```", re.M | re.S)
KEY = re.compile(r"^\| `([a-z_.\[\]]+)` \|", re.M)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
INSIDE = ("classes.", "seal.", "values.")
"""Keys below these are told with the key above."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_the_example_prints_what_the_page_says_and_every_key_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("CUSTOMARY_DATABASE", raising=False)
    (_, before), (_, table), (_, after), (_, printed) = BLOCK.findall(PAGE)
    monkeypatch.chdir(tmp_path)
    assert run("init", "crm", "--packs", "core").exit_code == 0
    monkeypatch.chdir(tmp_path / "crm")
    Path("schemas/pet.yaml").write_text(before, encoding="utf-8")
    assert run("apply", "--yes").exit_code == 0
    Path("pets.csv").write_text(table, encoding="utf-8")
    assert run("import", "pet", "pets.csv").exit_code == 0
    Path("schemas/pet.yaml").write_text(after, encoding="utf-8")
    planned = run("plan", "--save", "monday.plan")
    assert planned.exit_code == 3
    told = re.sub(r"Digest \w{12}", "Digest DIGEST", ID.sub("ID", planned.stdout))
    assert told.split("Saved.")[0] == printed
    told_keys = set(KEY.findall(PAGE))
    keys = {key for key in keys_of(json.loads(Path("monday.plan").read_text())) if not any(e in key for e in INSIDE)}
    assert keys - told_keys == set()
    assert told_keys - keys - {"lines[].notes[].values", "lines[].impact[].told.values"} == set()
    assert run("apply", "monday.plan").exit_code == 0


def keys_of(data: Any, path: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            inner = f"{path}.{key}" if path else key
            yield inner
            yield from keys_of(value, inner)
    elif isinstance(data, list):
        for each in data:
            yield from keys_of(each, f"{path}[]")
