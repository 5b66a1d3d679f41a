"""Text in its normal form: what sorting and searching compare, equal for both databases."""

from __future__ import annotations

import re
import unicodedata

_IDEOGRAPHS = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


def normal(text: str) -> str:
    """Without marks, without case, with single spaces.

    >>> normal("  Ευκαιρία  ÉCLAIR")
    'ευκαιρια eclair'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", bare.casefold()).replace("ς", "σ").split())


def words(text: str) -> str:
    """The normal form with every Chinese or Japanese sign standing alone, for full-text search."""
    return " ".join(_IDEOGRAPHS.sub(r" \1 ", normal(text)).split())
