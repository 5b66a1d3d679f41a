"""Commands run as a person runs them, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from customary.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`run("plan", "mycrm")` in an empty folder; no command may end in a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CUSTOMARY_DATABASE", raising=False)

    def run(*arguments: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def mycrm(run: Callable[..., Result], tmp_path: Path) -> Path:
    """A workspace of two small entities, nothing applied yet."""
    assert run("init", "mycrm", "--packs", "core").exit_code == 0
    (tmp_path / "mycrm" / "schemas" / "pet.yaml").write_text("entity: pet\nfields:\n  name: {type: text}\n")
    return tmp_path / "mycrm"
