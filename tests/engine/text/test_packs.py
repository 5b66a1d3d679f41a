"""Packs: found, put in order of need, and gathered before the workspace's own files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from customary.engine.problem import Problems
from customary.engine.text import find_packs, gather, plain, read_source
from customary.engine.text.lock import pin_of
from customary.engine.text.packs import shipped_packs


def test_the_command_reads_the_packs_of_the_checkout_it_was_installed_from() -> None:
    program = "from customary.engine.text import find_packs; print(find_packs()['core'].schemas)"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True, cwd="/")
    assert Path(done.stdout.strip()) == Path(__file__).resolve().parents[3] / "schemas" / "core"


def test_the_shipped_packs_are_found() -> None:
    assert {"core", "sales"} <= set(find_packs())


def test_the_shipped_packs_say_what_their_version_brings() -> None:
    for pack in shipped_packs().values():
        files = pack.files(Problems())
        described = read_source(files, Problems()).documents["pack", pack.name].body
        assert pack.version == pin_of(pack.name, files).version != "0"
        assert set(plain(described)["changes"][pack.version]) == {"en", "zh", "el"}


def test_a_pack_comes_after_what_it_needs_and_the_workspace_last(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: A\npacks: [sales]\n")
    (tmp_path / "schemas" / "visit.yaml").write_text("entity: visit\n")
    files = gather(tmp_path)
    layers = list(dict.fromkeys(each.layer for each in files[1:]))
    assert (files[0].path, layers) == ("customary.yaml", ["core", "sales", "workspace"])
    assert "workflows/sales/deal_won.yaml" in [each.path for each in files]
    assert files[-1].path == "schemas/visit.yaml"


def test_a_workspace_may_hold_packs_of_its_own(tmp_path: Path) -> None:
    for name in ("mine", "unused"):
        (tmp_path / "schemas" / name).mkdir(parents=True)
        (tmp_path / "schemas" / name / "pack.yaml").write_text(f"pack: {name}\nneeds: [core]\n")
        (tmp_path / "schemas" / name / "visit.yaml").write_text(f"entity: {name}_visit\n")
    (tmp_path / "customary.yaml").write_text("name: A\npacks: [mine]\n")
    problems = Problems()
    source = read_source(gather(tmp_path, problems), problems)
    assert source.packs == ("core", "mine")
    assert ("entity", "mine_visit") in source.documents
    assert ("entity", "unused_visit") not in source.documents
    assert [str(each) for each in problems] == []
