"""Growth of the catalogue: which entry each name of a new model means, and which are born, renamed or retired."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from customary.engine.tables.catalogue import Catalogue, Entry
from customary.engine.tables.joining import joining
from customary.engine.tables.shape import JOINED, Shape, shape_of

if TYPE_CHECKING:
    from customary.engine.fields.field import Field
    from customary.engine.model.entity import Entity
    from customary.engine.model.model import Model

LONGEST = 40
"""Characters of a name kept in its physical name, so that suffixes and prefixes fit into PostgreSQL's 63."""

KEPT_BY_PLATFORM = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "revision", "archived_at"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one entry: born, kept, renamed, retyped, moved, restored, revived or retired.

    Moved is an entity with another table, because others become one with it. Restored is what has columns (or a table)
    again that it had before, with the values that it had in them.
    """

    verb: str
    before: Entry | None
    after: Entry

    @property
    def has_moved(self) -> bool:
        """Whether an entity has another table from now on."""
        return self.before is not None and self.before.physical != self.after.physical

    @property
    def reshaped(self) -> bool:
        """Whether its values lie in other columns from now on."""
        return self.verb in ("retyped", "restored")


@dataclass(frozen=True, slots=True)
class Growth:
    """A catalogue, the one that follows it, and what became of each entry."""

    before: Catalogue
    after: Catalogue
    turns: tuple[Turn, ...]

    @classmethod
    def of(cls, after: Catalogue, turns: Iterable[Turn]) -> Growth:
        """The growth that these turns led to; what they do not name was kept."""
        changed = {turn.after.id: turn for turn in turns}
        whole = tuple(changed.get(each.id) or Turn("kept", each, each) for each in after.entries.values())
        return cls(Catalogue({turn.before.id: turn.before for turn in whole if turn.before}), after, whole)


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    was: tuple[str, ...] = ()
    shape: Shape | None = None


def grow(catalogue: Catalogue, model: Model, base: int = 0) -> tuple[Catalogue, tuple[Turn, ...]]:
    """The catalogue that holds all of `model`, and how it came from this one. Nothing is ever taken out.

    `base` is the number of the release that the catalogue belongs to.
    """
    turns: list[Turn] = []
    entities = [_Wanted(each.name, each.was) for each in model.entities.values()]
    catalogue = _settle(catalogue, "entity", None, entities, turns)
    tables = {each.name: catalogue.entity(each.name).physical for each in model.entities.values()}
    for entity in model.entities.values():
        owner = catalogue.entity(entity.name)
        moved = any(turn.after.id == owner.id and turn.verb == "moved" for turn in turns)
        catalogue = _settle(catalogue, "field", owner, _wanted_fields(entity, model, tables), turns, moved)
        for each in entity.fields.values():
            if options := _wanted_options(entity, each):
                parent = catalogue.field(entity.name, each.name)
                catalogue = _settle(catalogue, "option", parent, options, turns)
    return _dated(catalogue, turns, base), tuple(turns)


def _dated(catalogue: Catalogue, turns: list[Turn], base: int) -> Catalogue:
    """Notes until which release the renamed ones had their old names."""
    renamed = [turn for turn in turns if turn.before and turn.before.name != turn.after.name]
    return catalogue.with_entries(
        replace(turn.after, names=(*turn.after.names, (base, turn.before.name))) for turn in renamed if turn.before
    )


def _wanted_fields(entity: Entity, model: Model, tables: dict[str, str]) -> list[_Wanted]:
    fields = [each for name, each in entity.fields.items() if name not in KEPT_BY_PLATFORM]
    return [_Wanted(each.name, each.was, shape_of(each, tables.get(target(each, model), ""))) for each in fields]


def target(field: Field, model: Model) -> str:
    """The entity that a link points to, or empty."""
    to = getattr(field, "to", "") if field.points in ("one", "many") else ""
    return to if to in model.entities else ""


def _wanted_options(entity: Entity, field: Field) -> list[_Wanted]:
    if field.system and field.name == "stage":
        found: dict[str, tuple[str, ...]] = {}
        for pipeline in entity.pipelines:
            for stage in pipeline.stages.values():
                found[stage.name] = found.get(stage.name, ()) + tuple(stage.was)
        return [_Wanted(name, was) for name, was in found.items()]
    if field.system:
        return []
    options = getattr(field, "options", None) or {}
    if isinstance(options, dict) or hasattr(options, "items"):
        return [_Wanted(name, tuple(getattr(option, "was", ()))) for name, option in options.items()]
    return [_Wanted(getattr(option, "name", option), tuple(getattr(option, "was", ()))) for option in options]


def _settle(
    catalogue: Catalogue,
    kind: str,
    parent: Entry | None,
    wanted: list[_Wanted],
    turns: list[Turn],
    moved: bool = False,
) -> Catalogue:
    entries = catalogue.children(kind, parent.id if parent else None)
    claims = _claims(wanted, entries)
    joined = joining(claims, {each.name: each.was for each in wanted}, entries) if kind == "entity" else {}
    moving = {entry.id for entry in joined.values()}
    changed = []
    for each in wanted:
        before = claims.get(each.name)
        after = _turned(catalogue, kind, parent, each, before, changed)
        if after.id in moving or (moved and _has_pairs(before) and before.physical == after.physical):
            after = _elsewhere(catalogue, kind, parent, each, after, changed)
        changed.append(after)
        turns.append(Turn(_verb(before, after), before, after))
    claimed = {entry.id for entry in claims.values()}
    for entry in entries:
        if entry.id not in claimed and not entry.retired:
            into = Shape(JOINED, joined[entry.id].code) if entry.id in joined else entry.shape
            changed.append(replace(entry, retired=True, shape=into))
            turns.append(Turn("retired", entry, changed[-1]))
    return catalogue.with_entries(changed)


def _has_pairs(before: Entry | None) -> bool:
    return before is not None and before.shape is not None and before.shape.is_table


def _claims(wanted: list[_Wanted], entries: list[Entry]) -> dict[str, Entry]:
    """The entry each wanted name stands for. A `was:` not heard before wins over an equal name: so swaps work."""
    living = {entry.name: entry for entry in entries if not entry.retired}
    claims: dict[str, Entry] = {}
    taken: set[uuid.UUID] = set()

    def claim(name: str, entry: Entry | None) -> None:
        if entry is not None and name not in claims and entry.id not in taken:
            claims[name] = entry
            taken.add(entry.id)

    def hear(each: _Wanted) -> None:
        own = living.get(each.name)
        if each.name in each.was:
            # It stays what it is, and others may become one with it.
            claim(each.name, own)
        for word in each.was:
            # Heard before, it is done with; unless another takes the name away, as when a chain moves on.
            if word != each.name and (own is None or word not in own.former or own.id in taken):
                claim(each.name, living.get(word))

    known = -1
    while known < len(claims):
        known = len(claims)
        for each in wanted:
            hear(each)
    for each in wanted:
        claim(each.name, living.get(each.name))
    for each in wanted:
        for entry in _asleep(each, entries):
            claim(each.name, entry)
    return claims


def _asleep(wanted: _Wanted, entries: list[Entry]) -> Iterator[Entry]:
    """Retired entries that this name takes back, the last retired first."""
    for entry in reversed(entries):
        if (
            entry.retired
            and not entry.purged
            and entry.name in (wanted.name, *wanted.was)
            and entry.shape == wanted.shape
        ):
            yield entry


def _turned(
    catalogue: Catalogue, kind: str, parent: Entry | None, wanted: _Wanted, before: Entry | None, changed: list[Entry]
) -> Entry:
    former = frozenset(wanted.was)
    if before is None:
        physical = _birth_name(catalogue, kind, parent, wanted, changed)
        return Entry(uuid.uuid4(), kind, parent.id if parent else None, wanted.name, physical, wanted.shape, former)
    if before.name != wanted.name:
        former |= {before.name}
    after = replace(before, name=wanted.name, former=before.former | former, retired=False)
    if before.shape == wanted.shape:
        return after
    physical = _birth_name(catalogue, kind, parent, wanted, changed)
    return replace(after, physical=physical, shape=wanted.shape, spent=tuple(sorted(before.columns())))


def _elsewhere(
    catalogue: Catalogue, kind: str, parent: Entry | None, wanted: _Wanted, after: Entry, changed: list[Entry]
) -> Entry:
    """The entry with another table: one that nobody sees before the release that reads it."""
    named = replace(wanted, name=after.code if kind == "entity" else wanted.name)
    physical = _birth_name(catalogue, kind, parent, named, [*changed, after])
    return replace(after, physical=physical, spent=tuple(sorted(after.columns())))


def _verb(before: Entry | None, after: Entry) -> str:
    if before is None:
        return "born"
    if before.retired:
        return "revived"
    if before.physical != after.physical:
        return "moved" if after.kind == "entity" else "retyped"
    return "renamed" if before.name != after.name else "kept"


def _birth_name(
    catalogue: Catalogue, kind: str, parent: Entry | None, wanted: _Wanted, changed: Iterable[Entry]
) -> str:
    """A physical name that nothing has, or ever had, in the same table."""
    stem, taken = _stem(kind, parent, wanted), set()
    is_table = kind == "entity" or (wanted.shape is not None and wanted.shape.is_table)
    rivals = catalogue.entries.values() if is_table else catalogue.children(kind, parent.id if parent else None)
    for entry in (*rivals, *changed):
        taken |= entry.columns()
    suffixes = (wanted.shape.suffixes if wanted.shape else ()) or ("",)
    name, number = stem, 1
    while any(name + suffix in taken for suffix in suffixes):
        number += 1
        name = f"{stem}_{number}"
    return name


def _stem(kind: str, parent: Entry | None, wanted: _Wanted) -> str:
    if kind == "option":
        return wanted.name
    name = wanted.name[:LONGEST]
    if kind == "entity":
        return f"x_{name}"
    if wanted.shape is not None and wanted.shape.is_table and parent is not None:
        return f"l_{parent.physical[2:][:18]}_{name[:30]}"
    return f"f_{name}"
