"""Strings that break software, through every door of a workspace: a small `python -m bench.strings`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LISTS = [
    place for name in ("naughty-strings", "payloads") if (place := ROOT.parent / "shared" / "data" / name).exists()
]


def test_no_string_breaks_anything_or_is_obeyed(database_url: str):
    options = ["--most", "4", "--doors", "2", "--seed", "24", "--database", database_url]
    done = subprocess.run(
        [sys.executable, "-m", "bench.strings", *LISTS, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing found" in done.stdout and " 0 strings" not in done.stdout
