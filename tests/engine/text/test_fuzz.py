"""A fuzzer that sees which lines run finds no bytes that the reader cannot take. Skipped where atheris is not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECONDS = 10


def test_no_bytes_make_the_reader_crash_or_hang(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    for number, path in enumerate(sorted((ROOT / "tests" / "fixtures" / "bad").glob("*.yaml"))):
        shutil.copy(path, tmp_path / str(number))
    script = Path(__file__).with_name("fuzz.py")
    command = [sys.executable, str(script), str(tmp_path), f"-max_total_time={SECONDS}", "-timeout=10", "-max_len=4000"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
