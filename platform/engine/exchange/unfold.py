"""The process that unfolds a workbook. It knows nothing of the rest, so that it begins in no time.

Run as a program: a workbook comes by standard input, and the first sheet that holds anything goes, pickled, to
standard output.
"""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any

MOST_MEMORY_BYTES = 4_000_000_000
MOST_SECONDS = 120
"""Of the processor's time."""
UNREADABLE = 3


def unfold(data: bytes) -> tuple[str, list[list[Any]]]:
    """The name and the rows of the first sheet that holds anything."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if any(cell != "" for row in rows for cell in row):
            return name, rows
    return "", []


def main() -> int:
    _bound()
    try:
        pickle.dump(unfold(sys.stdin.buffer.read()), sys.stdout.buffer)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is the workbook
        return UNREADABLE
    return 0


def _bound() -> None:
    """What lies far apart in a small file would otherwise take all memory there is."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such bounds; there the process dies alone of what it asked for
    for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY_BYTES), (resource.RLIMIT_CPU, MOST_SECONDS)):
        _, highest = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if highest == resource.RLIM_INFINITY else min(most, highest), highest))


if __name__ == "__main__":
    sys.exit(main())
