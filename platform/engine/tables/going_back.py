"""Going back: the catalogue as it stood at an earlier release, as a growth from the one of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from customary.engine.tables.catalogue import Catalogue, Entry
from customary.engine.tables.growth import Growth, Turn, grow

if TYPE_CHECKING:
    from customary.engine.model.model import Model

Stood = Mapping[UUID, Entry | None]
"""Entries as they stood at some release; None for those that were not born yet."""


def go_back(today: Catalogue, stood: Stood, model: Model, base: int) -> Growth:
    """The growth from `today` back to how `stood` says it was, which has to hold all of `model`.

    Entries are found by their ids, so that it does not matter what anything is called. `base` is the number of the
    release of today.
    """
    earlier = Catalogue({id: _as_it_stood(entry, stood.get(id, entry)) for id, entry in today.entries.items()})
    # What the database does not hold any more, or what the platform keeps in another form since, is made anew.
    after, turns = grow(earlier, model, base)
    after = after.with_entries(_dated(today, after, base))
    return Growth(today, after, tuple(_turns(today, after, turns)))


def stood_in(today: Catalogue, stood: Stood) -> Catalogue:
    """The catalogue as it was then."""
    there = ((id, stood.get(id, entry)) for id, entry in today.entries.items())
    return Catalogue({id: entry for id, entry in there if entry is not None})


def purged_of(today: Catalogue, stood: Stood) -> list[str]:
    """What lived then, by its names of then, and has had its values destroyed since."""
    then = stood_in(today, stood)
    changed = (then.entries[id] for id, was in stood.items() if was is not None)
    lived = (each for each in changed if lives(then, each.id) and each.own() & set(today.entries[each.id].purged))
    gone = (each for each in lived if each.parent is None or not today.entries[each.parent].purged)
    return sorted(".".join(_path(then, each)) for each in gone)


def _path(catalogue: Catalogue, entry: Entry) -> list[str]:
    owner = catalogue.entries.get(entry.parent)
    return [*(_path(catalogue, owner) if owner else ()), entry.name]


def lives(catalogue: Catalogue, id: UUID | None) -> bool:
    """Whether an entry is there and not retired, and neither is what it stands in."""
    if id is None:
        return True
    entry = catalogue.entries.get(id)
    return entry is not None and not entry.retired and lives(catalogue, entry.parent)


def _as_it_stood(entry: Entry, was: Entry | None) -> Entry:
    if was is None:
        return replace(entry, retired=True)
    back = replace(was, names=entry.names, spent=(), purged=entry.purged)
    if not back.columns() <= entry.columns():
        return replace(entry, name=was.name, former=was.former, retired=was.retired)
    return replace(back, spent=tuple(sorted(entry.columns() - back.columns())))


def _dated(today: Catalogue, after: Catalogue, base: int) -> Iterator[Entry]:
    """With the names that they had before, that of today among them where it is another."""
    for entry in after.entries.values():
        if before := today.entries.get(entry.id):
            names = before.names if before.name == entry.name else (*before.names, (base, before.name))
            yield replace(entry, names=names)


def _turns(today: Catalogue, after: Catalogue, grown: tuple[Turn, ...]) -> Iterator[Turn]:
    """What becomes of each entry, in the order of the model; then what goes."""
    living = dict.fromkeys(turn.after.id for turn in grown if turn.verb != "retired")
    going = (id for id, entry in after.entries.items() if entry.retired and not today.entries[id].retired)
    for id in (*living, *going):
        before, entry = today.entries.get(id), after.entries[id]
        yield Turn(_verb(before, entry), before, entry)


def _verb(before: Entry | None, after: Entry) -> str:
    if before is None:
        return "born"
    if after.retired:
        return "retired"
    if after.physical != before.physical:
        return "restored" if after.columns() == before.columns() else "retyped"
    if before.retired:
        return "revived"
    return "renamed" if before.name != after.name else "kept"
