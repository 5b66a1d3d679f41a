"""Renamings: which name of today was which before, of all that has no entry in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.releases.inverse import Names, Where

Documents = Mapping[tuple[str, str], Mapping[str, Any]]


class Renamings:
    """The renamings of one comparison, as each `was:` tells them; an undo has them `given`.

    Those that were asked for are `found`: what takes them back one day needs to know them.
    """

    def __init__(self, given: Mapping[Where, Names] | None = None) -> None:
        self.found: dict[Where, Names] = {}
        self._given = given

    def of(self, where: Where, old: Mapping[str, Any], new: Mapping[str, Any]) -> Names:
        """The name of today to the name before, of what stands under names in one place."""
        names = renames(old, new) if self._given is None else self._given.get(where, {})
        if names:
            self.found[where] = names
        return {name: before for name, before in names.items() if name in new and before in old}

    def given_to(self, kind: str, name: str) -> list[Where]:
        """The places of a kind at which something gets this name, of an undo."""
        return [where for where, names in (self._given or {}).items() if where[0] == kind and name in names]

    def of_documents(self, old: Documents, new: Documents) -> dict[tuple[str, str], str]:
        """Kind and name of today to the name before, of all that has no table."""
        found: dict[tuple[str, str], str] = {}
        for kind in dict.fromkeys(kind for kind, _ in new if kind != "entity"):
            before, after = ({name: body for (of, name), body in each.items() if of == kind} for each in (old, new))
            found |= {(kind, name): word for name, word in self.of((kind,), before, after).items()}
        return found

    def of_rows(self) -> dict[str, Names]:
        """By kind, the names by which rows know documents, and those before. Of what is gone too: rows are not."""
        return {where[0]: names for where, names in self.found.items() if len(where) == 1}


def renames(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """The name of today to the name before. A `was:` not heard before wins over an equal name: so swaps work."""
    found: dict[str, str] = {}
    known = -1
    while known < len(found):
        known = len(found)
        for name, body in new.items():
            # Heard before, it is done with; unless another takes the name away, as when a chain moves on.
            heard = () if name in found.values() else was(old.get(name))
            words = (word for word in was(body) if word in old and word not in (name, *heard, *found.values()))
            if name not in found and (word := next(words, None)):
                found[name] = word
    return found


def was(body: Any) -> tuple[str, ...]:
    """The old names that a definition says it had."""
    written = (body.get("was") if isinstance(body, Mapping) else None) or ()
    return (written,) if isinstance(written, str) else tuple(map(str, written))
