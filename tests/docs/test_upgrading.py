"""The page about upgrades: its files are written, its commands run, in order, and what they say is what it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from customary.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "upgrading.md"
BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```", re.M | re.S)


def test_what_the_page_shows_is_what_happens(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CUSTOMARY_DATABASE", raising=False)
    ran = 0
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "yaml":
            head, _, body = text.partition("\n")
            file = tmp_path / head.removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(body, encoding="utf-8")
            continue
        for command, told in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", text, re.M):
            assert re.fullmatch(_expected(told), _run(command)), f"{command}\n{_run(command)}"
            ran += 1
    assert ran == 8


def _run(command: str) -> str:
    name, *arguments = command.split()
    if name == "cp":
        shutil.copytree(arguments[1], Path(arguments[2]) / Path(arguments[1]).name)
        return ""
    if name == "cat":
        return Path(arguments[0]).read_text(encoding="utf-8")
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def _expected(told: str) -> str:
    """The text as a pattern, in which `...` stands for anything."""
    return re.escape(told).replace(re.escape("...\n"), "(?s:.*\n)")
