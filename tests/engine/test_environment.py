"""Secrets of the installation, out of variables and out of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from customary.engine.environment import secret
from customary.engine.workspace.address import url_for
from customary.engine.workspace.errors import WrongUse

PLATFORM = Path(__file__).parents[2] / "platform"
NO_SECRETS = {"engine/tracing.py", "cli/server.py"}
"""A switch, the proxies that are trusted, and the folder that is served."""


def test_a_secret_stands_in_a_variable_or_in_the_file_that_another_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert secret("CUSTOMARY_X") is None
    (tmp_path / "x").write_text("of the file \n", encoding="utf-8")
    monkeypatch.setenv("CUSTOMARY_X_FILE", str(tmp_path / "x"))
    assert secret("CUSTOMARY_X") == "of the file "
    (tmp_path / "x").write_text("replaced", encoding="utf-8")
    assert secret("CUSTOMARY_X") == "replaced"
    monkeypatch.setenv("CUSTOMARY_X", "of the variable")
    assert secret("CUSTOMARY_X") == "of the variable"
    monkeypatch.setenv("CUSTOMARY_X", "")
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(OSError, match="holds no text"):
        secret("CUSTOMARY_X")


def test_a_database_may_be_named_by_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CUSTOMARY_DATABASE", raising=False)
    monkeypatch.setenv("CUSTOMARY_DATABASE_FILE", str(tmp_path / "url"))
    with pytest.raises(WrongUse, match="cannot be read"):
        url_for(tmp_path)
    (tmp_path / "url").write_text("postgresql://crm:x@db/crm\n", encoding="utf-8")
    assert url_for(tmp_path) == "postgresql://crm:x@db/crm"


def test_no_secret_is_read_by_another_way() -> None:
    reading = {
        path.relative_to(PLATFORM).as_posix()
        for path in PLATFORM.rglob("*.py")
        if "os.environ" in (text := path.read_text(encoding="utf-8")) or "getenv" in text
    }
    assert reading == NO_SECRETS | {"engine/environment.py"}
