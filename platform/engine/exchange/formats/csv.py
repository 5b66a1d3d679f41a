"""CSV: values with a delimiter between them, in the dialect and encoding that the file happens to have."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from customary.engine.exchange.encoding import decode
from customary.engine.exchange.sheet import Sheet, Unreadable, sheet_of

SUFFIXES = (".csv", ".tsv", ".txt", ".tab")
MEDIA_TYPE = "text/csv; charset=utf-8"
DELIMITERS = ",;\t|"
LONGEST_CELL = 10_000_000
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 1000

csv.field_size_limit(LONGEST_CELL)


def read(data: bytes) -> Sheet:
    """A sheet from the bytes of a CSV file; encoding, delimiter and header are guessed. Raises Unreadable."""
    text, encoding = decode(data)
    text = text.removeprefix("\ufeff").replace("\0", "\ufffd")
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    _mend_header(rows)
    return sheet_of(rows, {"format": "csv", "encoding": encoding, "delimiter": delimiter})


def write(columns: Sequence[str], rows: Iterable[Sequence[Any]], texts: bool = True) -> Iterator[bytes]:
    """A CSV file as Excel and all others open it: UTF-8 with its mark, commas, CRLF."""
    buffer = io.StringIO(newline="")
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([guarded(name) for name in columns])
    for count, row in enumerate(rows, 1):
        writer.writerow([guarded(cell) for cell in row])
        if count % CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def guarded(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: such texts get an apostrophe, numbers stay numbers."""
    return "'" + cell if isinstance(cell, str) and _is_tempting(cell) else cell


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe of its guard: what was exported is imported as it was."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(DANGEROUS) else cell


def _is_tempting(text: str) -> bool:
    """A formula, with apostrophes before it or none: so each guard can be told from what was there."""
    return text.lstrip("'").startswith(DANGEROUS) and not NUMBER.fullmatch(text)


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns, equally."""
    sample = text[:100_000]
    if found := re.match(r"sep=([,;|\t])\r?\n", sample, re.IGNORECASE):
        return found[1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> float:
    try:
        rows = [len(cells) for _, cells in _rows(sample, delimiter)[:200] if cells]
    except Unreadable:
        return -1
    if not rows:
        return 0
    width, count = Counter(rows).most_common(1)[0]
    return 0 if width < 2 else count / len(rows) + width / 1000


def _rows(text: str, delimiter: str) -> list[tuple[int, list[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t")
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, [_unguarded(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("cannot be read at line {line}: {why}", line=line, why=str(error)) from error
    if rows and len(rows[0][1]) == 1 and rows[0][1][0].lower().startswith("sep="):
        del rows[0]
    return rows


def _mend_header(rows: list[tuple[int, list[Any]]]) -> None:
    """A header with another delimiter than its rows is cut with its own."""
    if len(rows) < 2 or len(rows[0][1]) != 1 or len(rows[1][1]) < 3:
        return
    for delimiter in DELIMITERS + " ":
        cells = next(csv.reader(rows[0][1], delimiter=delimiter), [])
        if len(cells) == len(rows[1][1]):
            rows[0] = (rows[0][0], cells)
            return
