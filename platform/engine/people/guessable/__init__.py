"""Passwords that are guessed first: those that leaked elsewhere, and those made of who and where one is."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from customary.engine.words import Reason

SHORTEST = 10
LEFT = 8
"""So many characters must be left of a password without the words that anybody would try here."""
SHORTEST_WORD = 3
_LEAKED = Path(__file__).parent / "leaked.txt.gz"
_LOOKS_LIKE = str.maketrans("@013457$", "aoieasts")


def why_not(password: str, *about: str) -> Reason | None:
    """Why nobody should choose a password, or None. `about` are names that others would try: of the workspace, of the
    person, their address.

    It takes some milliseconds: the list is not kept in memory.
    """
    if len(password) < SHORTEST:
        return Reason("The new password needs at least {min} characters", {"min": SHORTEST})
    folded = password.casefold()
    if _is_leaked(folded):
        return Reason("This password leaked elsewhere, or differs from one that did by little: it is guessed first")
    left = _without(folded, _words(about))
    if left != folded and (len(left) < LEFT or _is_leaked(left)):
        return Reason("The new password is little more than names that others would try")
    return None


def _is_leaked(folded: str) -> bool:
    """Whether a text leaked, or one that it repeats, or that stands in it between digits and marks."""
    if len(_repeated(folded)) <= SHORTEST_WORD:
        return True
    with gzip.open(_LEAKED) as file:
        leaked = file.read()
    return any(f"\n{each}\n".encode("utf-8", "surrogatepass") in leaked for each in _likely(folded))


def _likely(folded: str) -> Iterator[str]:
    """What a text comes from as people make passwords."""
    for each in (folded, _repeated(folded)):
        word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", each)
        yield from (each, word, word.translate(_LOOKS_LIKE))


def _repeated(text: str) -> str:
    """What a text says several times; itself where it says nothing twice."""
    return text[: (text + text).index(text, 1)] if text else text


def _words(about: Iterable[str]) -> set[str]:
    names = " ".join(("Customary", *about)).casefold()
    return {each for each in re.split(r"[\W_]+", names) if len(each) >= SHORTEST_WORD}


def _without(text: str, words: Iterable[str]) -> str:
    for each in sorted(words, key=len, reverse=True):
        text = text.replace(each, "")
    return text
