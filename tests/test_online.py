"""The structure changes while the real server is busy, and nobody notices: a small `python -m bench.online`."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_no_request_fails_and_no_write_is_lost(database_url: str):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    small = {"records": 500, "seconds": 0, "pause": 0.1, "port": port, "database": database_url}
    options = [f"--{name}={value}" for name, value in small.items()]
    done = subprocess.run(
        [sys.executable, "-m", "bench.online", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a field dropped: applied" in done.stdout
