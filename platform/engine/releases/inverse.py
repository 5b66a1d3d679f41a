"""The inverse of a release: how everything it gave another name or place stood before, kept in its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.releases.catalogue import entry_from_data, entry_to_data
from customary.engine.releases.release import rows
from customary.engine.tables import Catalogue, Entry
from customary.engine.tables.going_back import Stood

Where = tuple[str, ...]
"""Where names stand: a kind of definitions, or a kind, one of them, and a key in it."""
Names = Mapping[str, str]
"""Names after a renaming to those before it."""


@dataclass(frozen=True)
class Inverse:
    """What is needed to take back one release."""

    stood: Stood
    renamed: Mapping[Where, Names]
    """Renamings of what has no entry in the catalogue."""
    to: int
    """The release before it."""
    back: int | None = None
    """The release that it went back to, when it was an undo itself."""

    @classmethod
    def of(
        cls,
        before: Catalogue,
        after: Catalogue,
        renamed: Mapping[Where, Names],
        to: int,
        back: int | None = None,
    ) -> Inverse:
        """The inverse of what leads from one catalogue to another."""
        changed = (id for id, entry in after.entries.items() if before.entries.get(id) != entry)
        return cls({id: before.entries.get(id) for id in changed}, renamed, to, back)

    def to_data(self) -> dict[str, Any]:
        """As JSON; `from_data` reads it back."""
        return {
            "to": self.to,
            "back": self.back,
            "stood": [[str(id), entry_to_data(was) if was else None] for id, was in self.stood.items()],
            "renamed": [[list(where), dict(names)] for where, names in self.renamed.items()],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Inverse | None:
        """None for rows of the first versions, which kept less than it takes."""
        if "stood" not in data:
            return None
        stood = {UUID(id): entry_from_data(was) if was else None for id, was in data["stood"]}
        return cls(stood, {tuple(where): names for where, names in data["renamed"]}, data["to"], data["back"])


def read_inverses(connection: sa.Connection, numbers: Iterable[int]) -> dict[int, Inverse | None]:
    """The inverses of releases by their numbers."""
    found = connection.execute(sa.select(rows.c.number, rows.c.inverse).where(rows.c.number.in_(list(numbers))))
    return {row.number: Inverse.from_data(row.inverse) for row in found}


def stood_before(inverses: Iterable[Inverse]) -> dict[UUID, Entry | None]:
    """How entries stood before the first of some releases that follow each other."""
    stood: dict[UUID, Entry | None] = {}
    for each in inverses:
        stood = {**each.stood, **stood}
    return stood


def renamed_since(inverses: Mapping[int, Inverse], catalogue: Catalogue) -> dict[Where, dict[str, str]]:
    """Names before the first of some releases that follow each other, to those after the last of them.

    `catalogue` is that of today. The place of names is told in the words of then.
    """
    found: dict[Where, dict[str, str]] = {}
    for number in sorted(inverses):
        for where, names in sorted(inverses[number].renamed.items(), key=lambda each: len(each[0])):
            place = _place_then(where, found, catalogue, number, min(inverses) - 1)
            _follow(found.setdefault(place, {}), names)
    return {where: {old: new for old, new in names.items() if old != new} for where, names in found.items()}


def _follow(found: dict[str, str], names: Names) -> None:
    now = {before: after for after, before in names.items()}
    known = set(found.values())
    found.update({old: now.get(name, name) for old, name in found.items()})
    found.update({before: after for before, after in now.items() if before not in known and before not in found})


def _place_then(where: Where, found: Mapping[Where, Names], catalogue: Catalogue, number: int, then: int) -> Where:
    if len(where) == 1:
        return where
    kind, name, *rest = where
    if kind == "entity":
        entries = sorted(catalogue.children("entity", None), key=lambda entry: not entry.retired)
        name = {each.name_in(number): each.name_in(then) for each in entries}.get(name, name)
    else:
        name = {new: old for old, new in found.get((kind,), {}).items()}.get(name, name)
    return (kind, name, *rest)
