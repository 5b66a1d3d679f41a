"""A workbook, read in a process of its own: one that is made to break its reader breaks that process alone."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from customary.engine.exchange.sheet import Unreadable

BEGIN = (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How XLSX begins, and XLS."""
READER = Path(__file__).with_name("unfold.py")
AT_ONCE = threading.BoundedSemaphore(2)
"""Each may take as much memory as unfold.py allows."""


def sheet_in(data: bytes) -> tuple[str, list[list[Any]]]:
    """The name and the rows of the first sheet that holds anything; "" and none. Raises Unreadable."""
    if not data.startswith(BEGIN):
        raise Unreadable("is not a spreadsheet that can be read")
    with AT_ONCE:
        done = subprocess.run([sys.executable, "-I", str(READER)], input=data, capture_output=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Unreadable("is not a spreadsheet that can be read")
    return pickle.loads(done.stdout)  # noqa: S301 - written by our own process
