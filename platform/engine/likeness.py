"""How alike two texts are: the share of letter pairs they have in common, whatever the alphabet.

Case, marks, width and punctuation do not count. PostgreSQL computes the same from the ranges written here.
"""

from __future__ import annotations

import re
import unicodedata

ENOUGH = 60
"""From how many percent on two texts are called similar where nothing else is said."""
LONGEST = 200
"""So many characters of a text are looked at; the rest would only cost time."""

MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f"
)
BETWEEN = "\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\u2000-\u206f\u2e00-\u2e7f\u3000-\u303f\u30fb"

_MARKS = re.compile(f"[{MARKS}]+")
_BETWEEN = re.compile(f"[{BETWEEN}]+")


def similar(one: str, other: str, percent: int = ENOUGH) -> bool:
    """Whether at least `percent` of the letter pairs are shared (Dice's measure). Texts without letters never are.

    >>> similar("Müller GmbH", "MUELLER gmbh"), similar("Acme Ltd.", "ACME LTD")
    (True, True)
    """
    left, right = bare(one), bare(other)
    if not left or not right:
        return False
    pairs, others = _pairs(left), _pairs(right)
    return 200 * len(pairs & others) >= percent * (len(pairs) + len(others))


def bare(text: str) -> str:
    """The letters and digits alone, small and without marks, one blank between words."""
    letters = _MARKS.sub("", unicodedata.normalize("NFKD", text[:LONGEST])).lower()
    return _BETWEEN.sub(" ", letters.replace("ς", "σ").replace("ß", "ss")).strip(" ")


def _pairs(bare_text: str) -> set[str]:
    padded = f" {bare_text} "
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
