"""Definitions that nobody would write, as trees and as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from customary.engine.text.edit import render

NAMES = ["a", "b", "c", "fields", "options", "columns"]
WORDS = ["x", "y", "z"]


def bodies() -> st.SearchStrategy[dict[str, Any]]:
    """The body of a definition."""
    leaf = st.one_of(st.integers(0, 2), st.sampled_from(WORDS), st.booleans(), st.lists(st.sampled_from(WORDS)))
    value = st.recursive(leaf, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=3), max_leaves=6)
    return st.dictionaries(st.sampled_from(NAMES), value, max_size=4)


def changed(body: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The body after a change or two, or another one altogether."""
    return st.one_of(st.just(body), st.builds(_changed, st.just(body), bodies(), st.randoms(use_true_random=False)))


def as_yaml(kind: str, name: str, body: dict[str, Any]) -> str:
    return "\n".join([f"{kind}: {name}", *render.block(body, 2)]) + "\n"


def _changed(body: dict[str, Any], other: dict[str, Any], random: Any) -> dict[str, Any]:
    entries = dict(body)
    for key, value in other.items():
        if random.random() < 0.3:
            entries.pop(key, None)
        elif isinstance(value, dict) and isinstance(entries.get(key), dict):
            entries[key] = _changed(entries[key], value, random)
        else:
            entries[key] = value
    keys = list(entries)
    if random.random() < 0.2:
        random.shuffle(keys)
    return {key: entries[key] for key in keys}


class Packs:
    """A folder of packs, as it comes with Customary or lies in a consultant's checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, pack: str, version: str, text: str, about: str = "") -> None:
        folder = self.root / "schemas" / pack
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(f"pack: {pack}\nversion: {version}\n{about}", "utf-8")
        (folder / f"{pack}.yaml").write_text(text, "utf-8")


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packs:
    """Packs that come with this installation of Customary, to be exchanged for newer ones."""
    root = tmp_path / "installed"
    monkeypatch.setattr("customary.engine.text.packs._shipped", lambda: root)
    return Packs(root)
