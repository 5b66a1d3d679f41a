"""The documents of a file as pieces of its text: adding one, taking one out, with all comments in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from customary.engine.problem import Problems
from customary.engine.text import Document, File, read

_MARK = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)


def pieces(file: File) -> Iterator[tuple[int, int, Document]]:
    """Each document of a file, and where its text begins and ends, the mark above it included."""
    starts = sorted({0, *(found.start() for found in _MARK.finditer(file.text))})
    for start, end in zip(starts, [*starts[1:], len(file.text)], strict=True):
        for document in read(replace(file, text=file.text[start:end]), Problems()):
            yield start, end, document


def without(file: File, kind: str, name: str) -> File:
    """The file without one of its documents."""
    for start, end, document in pieces(file):
        if (document.kind, document.name) == (kind, name):
            return replace(file, text=file.text[:start] + file.text[end:])
    return file


def with_piece(file: File, text: str) -> File:
    """The file with one more document at its end; its lines end as those of the file do."""
    ending = "\r\n" if "\r\n" in file.text else "\n"
    piece = _MARK.sub("", text.replace("\r\n", "\n"), count=1).strip("\n").replace("\n", ending)
    mark = f"---{ending}" if any(pieces(file)) else ""
    above = file.text.rstrip("\r\n")
    return replace(file, text=f"{above}{ending if above else ''}{mark}{piece}{ending}")
