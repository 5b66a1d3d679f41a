"""XLSX, and the older XLS. The first sheet that holds anything is read."""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from customary.engine.exchange.sheet import MOST_ROWS, Sheet, Unreadable, sheet_of
from customary.engine.exchange.workbook import sheet_in

SUFFIXES = (".xlsx", ".xlsm", ".xls")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024
LARGEST_INSIDE = 500_000_000
MOST_CELLS = 20_000_000
EXACT = 10**15
"""A spreadsheet's numbers are exact up to here; longer ones are written as text."""


def read(data: bytes) -> Sheet:
    """A sheet from the bytes of a workbook. Raises Unreadable."""
    if data.startswith(b"PK"):
        _check_size(data)
    name, rows = sheet_in(data)
    if not rows:
        return Sheet((), (), {"format": "xlsx"})
    cells = [(line, [_cell(cell) for cell in row]) for line, row in enumerate(rows, 1)]
    return sheet_of(_cut(cells), {"format": "xlsx", "sheet": name})


def write(columns: Sequence[str], rows: Iterable[Sequence[Any]], texts: bool = True) -> Iterator[bytes]:
    """A workbook of one sheet, with its head frozen; written to a file first, never held in memory."""
    import xlsxwriter

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        # Texts are written as texts: no formula, no link is ever made out of what somebody typed.
        book = xlsxwriter.Workbook(file.name, {"constant_memory": True, "strings_to_formulas": False})
        page = book.add_worksheet()
        forms = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for position, name in enumerate(columns):
            page.write_string(0, position, name, forms["head"])
        page.freeze_panes(1, 0)
        for line, row in enumerate(rows, 1):
            if line > MOST_ROWS:
                break
            for position, cell in enumerate(row):
                _write(page, line, position, cell, forms)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _check_size(data: bytes) -> None:
    """Says of what would not fit into memory why: a small file may unfold to a huge one, or two cells lie far apart.

    It believes what the file tells of itself; what is made to deceive it ends the process that reads it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_INSIDE:
                raise Unreadable("is larger than {count} MB when unpacked", count=LARGEST_INSIDE // 1_000_000)
            for name in parts.namelist():
                if name.startswith("xl/worksheets/") and _cells(parts.read(name)) > MOST_CELLS:
                    raise Unreadable("has more than {count} cells", count=MOST_CELLS)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable("is not a spreadsheet that can be read") from error


def _cells(xml: bytes) -> int:
    """How many cells the area from the first to the last one has."""
    rows = [int(row) for row in re.findall(rb'<row[^>]*? r="(\d{1,7})"', xml)]
    cells = set(re.findall(rb'<c[^>]*? r="([A-Z]{1,3})\d', xml)) | {b"A"}
    furthest = max(cells, key=lambda letters: (len(letters), letters))
    width = 0
    for letter in furthest:
        width = width * 26 + letter - 64
    return (max(rows, default=0) - min(rows, default=0) + 1) * width


def _write(page: Any, line: int, position: int, cell: Any, forms: dict[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        page.write_boolean(line, position, cell)
    elif isinstance(cell, int | float | Decimal) and abs(cell) < EXACT:
        page.write_number(line, position, cell)
    elif isinstance(cell, dt.datetime):
        page.write_datetime(line, position, cell.replace(tzinfo=None), forms["moment"])
    elif isinstance(cell, dt.date) and cell.year >= 1900:
        page.write_datetime(line, position, cell, forms["date"])
    else:
        page.write_string(line, position, str(cell)[:32_767])


def _cell(cell: Any) -> Any:
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < EXACT else Decimal(repr(cell))
    if isinstance(cell, dt.time):
        return cell.isoformat("minutes")
    return cell.strip() if isinstance(cell, str) else cell


def _cut(rows: list[tuple[int, list[Any]]]) -> list[tuple[int, list[Any]]]:
    """Without columns at the right that hold nothing."""
    width = max((position for _, cells in rows for position, cell in enumerate(cells, 1) if cell != ""), default=0)
    return [(line, cells[:width]) for line, cells in rows]
