"""Files made to exhaust a reader are refused at once, with place and reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .bombs import BOMBS, SECONDS

MEGABYTES = 200


@pytest.fixture(scope="module")
def taken() -> dict[str, dict[str, Any]]:
    """What checking each of them took, all in one process of its own."""
    script = Path(__file__).with_name("bombs.py")
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return {found["name"]: found for found in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_reason_at_little_cost(taken: dict[str, dict[str, Any]], name: str) -> None:
    found = taken[name]
    assert any(BOMBS[name][1] in told for told in found["told"]), found["told"][:3]
    assert found["seconds"] < SECONDS
    assert found["megabytes"] < MEGABYTES
