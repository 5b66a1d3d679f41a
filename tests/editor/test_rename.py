"""Renaming in the shipped packs: whatever is renamed, everything fits afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from customary.editor.folder import Folder
from customary.editor.names import Names
from customary.editor.rename import renamed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The packs core and sales as a workspace's own."""
    directory = tmp_path_factory.mktemp("own")
    for kind in ("schemas", "workflows"):
        for pack in ("core", "sales"):
            shutil.copytree(ROOT / kind / pack, directory / kind / pack)
    (directory / "customary.yaml").write_text("name: Own\npacks: [sales]\n")
    return Folder(directory)


@pytest.mark.parametrize(
    ("entity", "field"),
    [("deal", ""), ("account", ""), ("deal", "amount"), ("deal", "lines"), ("account", "name"), ("task", "done_at")],
)
def test_everything_fits_after_a_rename(folder: Folder, entity: str, field: str) -> None:
    names = Names(folder.source())
    name = names.members(entity)[field] if field else names.of("entity")[entity]
    texts = renamed(folder, name, "quite_new")
    assert list(folder.problems(texts)) == []
    assert sum("was: " in text for text in texts.values()) >= 1
    assert any("quite_new" in text for path, text in texts.items() if "demo" in path) or field == "done_at"
