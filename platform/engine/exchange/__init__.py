"""Exchange: files in and out, one file a format; and sample data."""

from __future__ import annotations

from customary.engine.exchange.columns import Column, WrongMap, apply_maps, guess, importable
from customary.engine.exchange.formats import format_of, formats, read
from customary.engine.exchange.sheet import Row, Sheet, Unreadable
from customary.engine.exchange.uploads import Upload

__all__ = [
    "Column",
    "Row",
    "Sheet",
    "Unreadable",
    "Upload",
    "WrongMap",
    "apply_maps",
    "format_of",
    "formats",
    "guess",
    "importable",
    "read",
]
