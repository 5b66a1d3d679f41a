"""Renaming in the shipped packs: whatever is renamed, everything fits afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from customary.editor.folder import Folder
from customary.editor.names import Name, Names
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


def found(names: Names, kind: str, name: str, within: str) -> Name:
    """A name as the cursor would find it."""
    entity, _, field = within.partition(".")
    return {
        "field": lambda: names.members(entity),
        "option": lambda: names.choices(entity, field),
        "stage": lambda: names.stages(entity),
        "view": lambda: names.views(entity),
        "result": lambda: names.results(entity),
    }.get(kind, lambda: names.of(kind))()[name]


@pytest.mark.parametrize(
    ("kind", "name", "within", "demo"),
    [
        ("entity", "deal", "", True),
        ("field", "amount", "deal", True),
        ("field", "done_at", "task", True),
        ("option", "manufacturing", "account.industry", True),
        ("option", "urgent", "task.priority", True),
        ("stage", "contacted", "leads", True),
        ("stage", "won", "sales", True),
        ("pipeline", "sales", "", False),
        ("role", "sales_rep", "", False),
        ("message", "deal_thanks", "", False),
        ("workflow", "deal_won", "", False),
        ("view", "mine", "deal", False),
        ("calendar", "office", "", False),
        ("result", "call", "new_lead", False),
    ],
)
def test_everything_fits_after_a_rename(folder: Folder, kind: str, name: str, within: str, demo: bool) -> None:
    meant = found(Names(folder.source()), kind, name, within)
    texts = renamed(folder, meant, "quite_new")
    assert list(folder.problems(texts)) == []
    before = {path: folder.directory.joinpath(path).read_text("utf-8") for path in texts}
    told = sum(text.count("was: ") - before[path].count("was: ") for path, text in texts.items())
    assert told == (kind != "result")
    assert any("quite_new" in text for path, text in texts.items() if "demo" in path) == demo
