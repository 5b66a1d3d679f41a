"""Renamings in what people saved: the views they keep know fields, options and boards by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import ExpressionError, compile, meaning
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.types import Record
from customary.engine.plan.change import SWITCH, Change
from customary.engine.plan.changes.values import work_on
from customary.engine.plan.comparison import Comparison
from customary.engine.tables import Entry, Tables
from customary.engine.tables.joining import paired
from customary.engine.text import Source, plain

if TYPE_CHECKING:
    from customary.engine.records.work import Work

SAVED_VIEW = "saved view"
"""The place, with its id, at which an inverse keeps of which entity a view was."""

NAMED_FIRST = ("sort", "widths", "figures")
"""What a saved view keeps as pairs of a field and something."""

Edit = tuple[int, str, str]


@dataclass(frozen=True)
class Renamed:
    """The new names of what is called otherwise from now on, by the old names of all that it stands in."""

    entities: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    options: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    views: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entities or self.fields or self.options or self.views)

    def with_those_of(self, other: Renamed) -> Renamed:
        """The new names of both."""
        return Renamed(
            {**self.entities, **other.entities},
            {**self.fields, **other.fields},
            {**self.options, **other.options},
            {**self.views, **other.views},
        )

    def state(self, entity: str, state: Mapping[str, Any], tables: Tables, connection: sa.Connection) -> dict[str, Any]:
        """What a saved view keeps, in the new names."""
        kept = dict(state)
        if "where" in kept:
            kept["where"] = self._where(entity, str(kept["where"]), tables, connection)
        if "columns" in kept:
            kept["columns"] = [self._path(entity, name) for name in kept["columns"]]
        if "board" in kept:
            kept["board"] = self.views.get((entity, kept["board"]), kept["board"])
        for key in NAMED_FIRST:
            if key in kept:
                kept[key] = [[self._path(entity, name), *rest] for name, *rest in kept[key]]
        return kept

    def _path(self, entity: str, name: str) -> str:
        """A field, or a part of one: address.city."""
        stem, point, rest = name.partition(".")
        return self.fields.get((entity, stem), stem) + point + rest

    def _where(self, entity: str, text: str, tables: Tables, connection: sa.Connection) -> str:
        """A condition in the new names; one that no longer holds together stays as it is."""
        from customary.engine.records.typed import names_of

        if not text:
            return text
        try:
            node = compile(text, names_of(work_on(connection, tables), entity)).node
        except ExpressionError:
            return text
        for offset, old, new in sorted(set(self._edits(node)), reverse=True):
            text = text[:offset] + re.sub(rf"\b{re.escape(old)}\b", new, text[offset:], count=1)
        return text

    def _edits(self, node: Node) -> Iterator[Edit]:
        for each in all_nodes(node):
            match each:
                case meaning.Field(offset=offset, on=on, name=name) if new := self.fields.get((_entity(on), name)):
                    yield offset, name, new
                case meaning.Every(offset=offset, entity=entity) if entity in self.entities:
                    yield offset, entity, self.entities[entity]
                case meaning.Compare(left=meaning.Field() as choice, right=meaning.Constant() as option):
                    yield from self._option(choice, option)
                case meaning.Compare(left=meaning.Constant() as option, right=meaning.Field() as choice):
                    yield from self._option(choice, option)
                case meaning.Contained(item=meaning.Constant() as option, list=meaning.Field() as choice):
                    yield from self._option(choice, option)
                case meaning.Among(item=meaning.Field() as choice, items=items):
                    for option in items:
                        yield from self._option(choice, option)

    def _option(self, choice: meaning.Field, option: Node) -> Iterator[Edit]:
        if isinstance(option, meaning.Constant):
            path = (_entity(choice.on), choice.name, option.value)
            if new := self.options.get(path):
                yield option.offset, option.value, new


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameInViews(Change):
    """Saved views show what they showed."""

    phase: ClassVar[int] = SWITCH

    renamed: Renamed
    tables: Tables
    """Those of the release in whose names the views were saved."""
    parted: Mapping[UUID, Renamed] = field(default_factory=dict)
    """The new names for the views of an entity that is on its own again, by their ids."""

    def switch(self, work: Work) -> None:
        from customary.engine.records.saved_view import saved_views

        connection, known = work.connection, self.tables.model.entities
        for row in connection.execute(sa.select(saved_views)).all():
            if row.entity in known:
                renamed = self.parted.get(row.id, self.renamed)
                state = renamed.state(row.entity, row.state, self.tables, connection)
                values = {"entity": renamed.entities.get(row.entity, row.entity), "state": state}
                connection.execute(saved_views.update().where(saved_views.c.id == row.id).values(values))


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameSamples(Change):
    """Sample records are loaded once, whatever their entity is called."""

    phase: ClassVar[int] = SWITCH

    names: Mapping[str, str]

    def switch(self, work: Work) -> None:
        from customary.engine.exchange.sample import loaded

        connection = work.connection
        rows = [dict(row) for row in connection.execute(sa.select(loaded)).mappings()]
        if any(row["entity"] in self.names for row in rows):
            # Names may be swapped, and no two rows may have one key even for a moment.
            connection.execute(loaded.delete())
            connection.execute(
                loaded.insert(), [{**row, "entity": self.names.get(row["entity"], row["entity"])} for row in rows]
            )


def compare_saved(comparison: Comparison, source: Source | None) -> Iterator[Change]:
    """What carries new names into what people saved under the old ones."""
    if comparison.current is None:
        return
    renamed, parted = _renamed(comparison, source), dict(_parted(comparison))
    joined = list(_joined(comparison))
    for each in joined:
        _note(comparison, each)
    whole = reduce(Renamed.with_those_of, joined, renamed)
    if whole or parted:
        yield RenameInViews(renamed=whole, tables=comparison.current.tables, parted=parted)
    if renamed.entities:
        yield RenameSamples(names=renamed.entities)


def _renamed(comparison: Comparison, source: Source | None) -> Renamed:
    before = comparison.current.tables.catalogue.entries
    found: dict[str, dict] = {"entity": {}, "field": {}, "option": {}}
    for turn in comparison.turns:
        if turn.before and not turn.before.retired and turn.before.name != turn.after.name:
            path, entry = [], turn.before
            while entry is not None:
                path.insert(0, entry.name)
                entry = before.get(entry.parent)
            found[turn.after.kind][tuple(path)] = turn.after.name
    entities = {name: new for (name,), new in found["entity"].items()}
    fields = dict(_inverses(comparison)) | found["field"]
    return Renamed(entities, fields, found["option"], dict(_views(comparison, source, entities)))


def _joined(comparison: Comparison) -> Iterator[Renamed]:
    """The new names in each entity that becomes one with another."""
    for turn in comparison.turns_below["entity", None]:
        if turn.before and turn.after.into and not turn.before.into:
            whole = comparison.tables.catalogue.entity(comparison.tables.named(turn.after.into))
            yield _between(comparison, turn.before, whole)


def _parted(comparison: Comparison) -> Iterator[tuple[UUID, Renamed]]:
    """The new names for those views that had been of an entity which is on its own again."""
    current = comparison.current.tables
    for turn in comparison.turns_below["entity", None]:
        if turn.before and turn.before.into and not turn.after.into:
            whole = current.catalogue.entity(current.named(turn.before.into))
            renamed = _between(comparison, whole, turn.after)
            for where in comparison.renamings.given_to(SAVED_VIEW, turn.after.name):
                yield UUID(where[1]), renamed


def _note(comparison: Comparison, joined: Renamed) -> None:
    """What takes it back one day needs to know which views were of the entity that goes."""
    from customary.engine.records.saved_view import saved_views

    for before, after in joined.entities.items():
        ids = comparison.connection.execute(sa.select(saved_views.c.id).where(saved_views.c.entity == before))
        comparison.renamings.found |= {(SAVED_VIEW, str(id)): {after: before} for id in ids.scalars()}


def _between(comparison: Comparison, was: Entry, now: Entry) -> Renamed:
    """The new names of what is in one entity of today and will be in another."""
    before, after = comparison.current.tables.catalogue, comparison.tables.catalogue
    fields = paired(before.children("field", was.id), after.children("field", now.id))
    names = {(was.name, before.entries[id].name): entry.name for id, entry in fields.items()}
    options = {
        (was.name, before.entries[id].name, option.name): new.name
        for id, entry in fields.items()
        for option in before.children("option", id)
        if (new := paired([option], after.children("option", entry.id)).get(option.id)) is not None
    }
    changed = {path: new for path, new in {**names, **options}.items() if path[-1] != new}
    by_length = ({path: new for path, new in changed.items() if len(path) == length} for length in (2, 3))
    return Renamed({was.name: now.name}, *by_length)


def _inverses(comparison: Comparison) -> Iterator[tuple[tuple[str, str], str]]:
    """The other sides of links, which have no entries of their own: they are known by the link."""
    before, after = comparison.current.tables.catalogue, comparison.tables.catalogue
    today = {
        after.field(inverse.entity, inverse.field).id: inverse.name
        for entity in comparison.model.entities.values()
        for inverse in entity.inverses.values()
        if inverse.field in comparison.model.entities[inverse.entity].fields
    }
    for entity in comparison.current.model.entities.values():
        for inverse in entity.inverses.values():
            link = before.find("field", before.entity(inverse.entity).id, inverse.field)
            if link is not None and today.get(link.id, inverse.name) != inverse.name:
                yield (entity.name, inverse.name), today[link.id]


def _views(
    comparison: Comparison, source: Source | None, entities: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    applied = comparison.current.source
    if applied is None or source is None:
        return
    for (kind, name), document in applied.documents.items():
        today = source.documents.get((kind, entities.get(name, name)))
        if kind == "entity" and today is not None:
            old, new = (plain(each.body).get("views") or {} for each in (document, today))
            where = ("entity", today.name, "views")
            yield from (((name, word), view) for view, word in comparison.renamings.of(where, old, new).items())


def _entity(node: Node) -> str:
    """The entity whose field is asked for."""
    return node.type.entity if isinstance(node.type, Record) else ""
