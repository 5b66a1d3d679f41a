"""Processes that write and work are killed at random: nothing is lost, doubled, stuck or out of order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("seed", [7])
def test_killing_processes_loses_and_doubles_nothing(database_url: str, seed: int) -> None:
    command = [sys.executable, "-m", "bench.kills", "--kills", "8", "--seed", str(seed), "--database", database_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "nothing lost, doubled, stuck or out of order" in done.stdout
