"""The wheel: what is installed runs without the repository, packs inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installation lays it out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("customary-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> str:
    """`customary ...` as the installed package does it, away from the repository."""
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); from customary.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_packs_pages_and_languages(installed: Path):
    package = installed / "customary"
    for part in ("schemas/core/pack.yaml", "schemas/sales/deal.yaml", "workflows/sales", "ui/static", "ui/templates"):
        assert (package / part).exists(), part
    assert list((package / "ui" / "languages").rglob("*.po"))


def test_the_wheel_brings_nothing_of_development(installed: Path):
    assert {each.name.partition("-")[0] for each in installed.iterdir()} == {"customary"}
    named = {each.name for each in installed.rglob("*")}
    assert not [each for each in named if each.startswith((".git", ".ci", "test_", "conftest"))]
    assert named.isdisjoint({"tests", "bench"})


def test_the_wheel_makes_and_applies_a_workspace_by_itself(installed: Path, tmp_path: Path):
    run(installed, tmp_path, "init", "mycrm", "--packs", "core,sales")
    assert "All is well" in run(installed, tmp_path, "check", "mycrm")
    assert "Applied" in run(installed, tmp_path, "apply", "mycrm", "--yes")
    assert "Nothing to do" in run(installed, tmp_path, "plan", "mycrm")
