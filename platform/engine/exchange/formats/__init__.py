"""The file formats: one file each, found by scanning this folder.

A format says which `SUFFIXES` its files have and its `MEDIA_TYPE`; `read(data) -> Sheet` takes bytes apart,
`write(columns, rows, texts) -> Iterator[bytes]` puts them together.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType, ModuleType

from customary.engine.exchange.sheet import Sheet, Unreadable

__all__ = ["format_of", "formats", "read"]

LARGEST = 200_000_000
NO_TABLES = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
"""How documents, pictures and packed files begin that people take for tables."""


@lru_cache(maxsize=1)
def formats() -> Mapping[str, ModuleType]:
    """Every format by its name, which is its file's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return MappingProxyType({name: importlib.import_module(f"{__name__}.{name}") for name in names})


def format_of(file_name: str, data: bytes = b"") -> str:
    """The format of a file, by its name, else by how it begins."""
    name = file_name.lower()
    for word, format in formats().items():
        if name.endswith(format.SUFFIXES):
            return word
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "xlsx"
    return "json" if data.lstrip()[:1] in (b"[", b"{") else "csv"


def read(data: bytes, file_name: str = "") -> Sheet:
    """The sheet in a file. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("is larger than {count} MB", count=LARGEST // 1_000_000)
    if data.startswith(NO_TABLES):
        raise Unreadable("is not a table: save it as CSV or as an Excel workbook")
    return formats()[format_of(file_name, data)].read(data)
