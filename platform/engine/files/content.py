"""What a file is, by its content: names and what a browser says of them may be wrong."""

from __future__ import annotations

import io

MOST_PIXELS = 60_000_000
"""A picture with more is not taken for one: unpacked it would fill the memory of whoever looks at it."""
LOOKED_AT = 8_192
BINARY = "application/octet-stream"
TABLES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json", "md": "text/markdown"}
"""Texts that only their names tell apart. HTML and SVG are never more than text."""


def type_of(data: bytes, name: str) -> str:
    """The media type of a content.

    >>> type_of(b"%PDF-1.7 ...", "picture.png")
    'application/pdf'
    """
    import filetype

    guessed = filetype.guess(data[:LOOKED_AT])
    if guessed is None:
        return TABLES.get(name.rpartition(".")[2].lower(), "text/plain") if _is_text(data) else BINARY
    if guessed.mime.startswith("image/") and not _fits_in_memory(data):
        return BINARY
    return guessed.mime


def _fits_in_memory(data: bytes) -> bool:
    import imagesize

    try:
        width, height = imagesize.get(io.BytesIO(data))
    except (ValueError, OSError):
        return False
    return width > 0 and height > 0 and width * height <= MOST_PIXELS


def _is_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
