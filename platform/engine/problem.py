"""A problem in a definition: where it is, what it is, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A spot in a definition file. Lines and columns count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One fact about one place, in the writer's own words, and its remedy."""

    place: Place
    summary: str
    remedy: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        summary = self.summary if self.severity == "error" else f"{self.severity}: {self.summary}"
        return "  ".join(part for part in (str(self.place), summary, self.remedy) if part)


MOST = 1_000
"""After so many problems nobody reads on, and the rest most likely follows from them."""
LONGEST = 300
"""Characters of a text in a problem: what is quoted may be very long."""


class Problems:
    """Collects every problem of a stage, so that all are reported at once, sorted by place."""

    def __init__(self) -> None:
        self._found: set[Problem] = set()
        self.unread: set[str] = set()
        """The files whose text could not be read as it stands: what else seems wrong there may follow from that."""

    def add(self, place: Place, summary: str, remedy: str = "") -> None:
        """Adds a mistake. Raises TooManyProblems when there are more than anybody would read."""
        self._add(place, summary, remedy, "error")

    def warn(self, place: Place, summary: str, remedy: str = "") -> None:
        """Adds what is no mistake, and most likely not meant so. Raises TooManyProblems."""
        self._add(place, summary, remedy, "warning")

    def take_over(self, others: Problems) -> None:
        """Adds what others found. Raises TooManyProblems when there are more than anybody would read."""
        self._found |= others._found
        self.unread |= others.unread
        if len(self._found) >= MOST:
            raise TooManyProblems(self.errors)

    def _add(self, place: Place, summary: str, remedy: str, severity: str) -> None:
        self._found.add(Problem(place, _short(summary), _short(remedy), severity))
        if len(self._found) >= MOST:
            self._found.add(Problem(place, f"there are more than {MOST:,} problems", "Mend those before this first."))
            raise TooManyProblems(self.errors)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """What is no mistake, and most likely not meant so."""
        return [problem for problem in self if problem.severity == "warning"]

    def raise_errors(self) -> None:
        """Raises DefinitionError when anything here is worse than a warning."""
        if self.errors:
            raise DefinitionError(self.errors)


class DefinitionError(Exception):
    """The definitions cannot be compiled; `problems` says all that is wrong with them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


NEAR = 0.7
"""How near a word must be to be suggested, from 0 to 1: less suggests “id” for “kind”."""
FEW = 12
"""So many known words may all be told."""


class TooManyProblems(DefinitionError):
    """There are so many problems that the search for more was given up."""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for a word nobody knows: the nearest known one, or the list when it is short.

    >>> did_you_mean("monney", ["money", "text"])
    'Did you mean “money”?'
    """
    known = sorted(known)
    if near := nearest(word, known):
        return f"Did you mean “{near}”?"
    if 0 < len(known) <= FEW:
        return "Known: " + ", ".join(known) + "."
    return ""


def nearest(word: str, known: list[str]) -> str:
    """The known word that was most likely meant; empty where none is near."""
    turned = [each for each in known if sorted(each) == sorted(word)]
    near = turned or difflib.get_close_matches(word, known, n=1, cutoff=NEAR)
    return near[0] if near else ""
