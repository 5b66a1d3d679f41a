"""What other CRMs can say is said here too: their modules, written down from an inventory, compile and apply."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from customary.engine import sealing
from customary.engine.model.check import check
from customary.engine.workspace import Workspace

PACKS = Path(__file__).parent / "packs"
SAID = {"corteza_crm": (32, 504), "corteza_service": (11, 161), "espocrm": (28, 490)}
"""How many entities the inventory of each has, and at least how many fields."""


@pytest.mark.parametrize("pack", SAID)
def test_the_modules_of_other_crms_compile(pack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(bytes(32)).decode())
    problems, counts = check(PACKS / pack)
    assert [str(each) for each in problems] == []
    entities, fields = SAID[pack]
    assert counts.entities >= entities
    assert counts.fields >= fields


@pytest.mark.parametrize("pack", SAID)
def test_they_become_tables(pack: str, tmp_path: Path, database_url: str) -> None:
    for file in (PACKS / pack).rglob("*.yaml"):
        copy = tmp_path / file.relative_to(PACKS / pack)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    workspace = Workspace.open(tmp_path, database_url)
    workspace.apply()
    assert set(workspace.release.model.entities) >= {"account", "contact", "case"}
    workspace.close()
