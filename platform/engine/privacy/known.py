"""Whose data it is: the records that are one person's, and the addresses under which messages know that person.

With a record go those that were merged into it, the rows inside it, and the activities, the tasks and the answers to
surveys about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entities.personal import personal
from customary.engine.model.entity import Entity
from customary.engine.privacy.once import Once
from customary.engine.records import storage
from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.reader.addressed import address_fields, known_by
from customary.engine.records.work import Work
from customary.engine.records.writer.delete import holders_of, pointing_at
from customary.engine.records.writer.merging import MERGED


@dataclass(frozen=True, slots=True)
class Part:
    """A record of a person's. `how` it belongs to the main one: itself, merged, inside, about."""

    entity: str
    id: UUID
    how: str


@dataclass(frozen=True)
class Known:
    """The records of a person, the main one first, the addresses that are theirs alone, and the runs of rules that
    wrote these records, whatever they were about."""

    parts: tuple[Part, ...]
    addresses: frozenset[str]
    runs: frozenset[UUID]

    @property
    def main(self) -> Part:
        return self.parts[0]

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(each.id for each in self.parts)


def known_of(work: Work, entity: str, id: UUID, once: Once | None = None) -> Known:
    """All that is a record's own. Whether it may be known is the caller's matter."""
    once = once or Once((id,))
    found = {id: Part(entity, id, "itself")}
    waiting = [found[id]]
    while waiting:
        for part in _beside(work, waiting.pop(0), once):
            if part.id not in found:
                found[part.id] = part
                waiting.append(part)
    parts, ids = tuple(found.values()), list(found)
    rows = work.connection.execute(sa.select(change).where(change.c.record.in_(ids))).mappings()
    past = [read_change(work, row) for row in rows]
    runs = frozenset(UUID(each.cause["run"]) for each in past if "run" in each.cause)
    return Known(parts, frozenset(_addresses(work, parts, past)), runs)


def pointing(work: Work, known: Known) -> dict[tuple[str, str], int]:
    """How many records link to the main one by each field, without those that are the person's own."""
    main, counts = known.main, dict[tuple[str, str], int]()
    for other, each in pointing_at(work, main.entity):
        holders = set(holders_of(work, other, each, main.id)) - set(known.ids)
        if holders:
            counts[other.name, each.name] = len(holders)
    return counts


def _beside(work: Work, part: Part, once: Once) -> Iterator[Part]:
    """The records that go with one: those that are part of it today, and those that were when it, or they, went."""
    if part.how in ("itself", "merged"):
        yield from _merged_into(work, part)
    for other, link, how in _ways(work, part):
        for id in holders_of(work, other, link, part.id):
            yield Part(other.name, id, how)
        for id in once.led_by(work, other, link, part.id):
            yield Part(other.name, id, how)


def _ways(work: Work, part: Part) -> Iterator[tuple[Entity, Field, str]]:
    """The entities whose records go with one, each with the link that leads to it."""
    entities = work.model.entities
    for each in entities[part.entity].fields.values():
        if each.points == "inside":
            yield entities[each.to], entities[each.to].fields[each.through], "inside"
    for other, each in pointing_at(work, part.entity) if part.how in ("itself", "merged") else ():
        if _is_about(work, other, each):
            yield other, each, "about"


def _is_about(work: Work, other: Entity, link: Field) -> bool:
    """Whether records of an entity say by a link whom they are about."""
    if link.points == "any":
        return other.plays in ("activity", "task")
    survey = work.model.surveys.get(other.name)
    return survey is not None and survey.about == link.name


def _merged_into(work: Work, part: Part) -> Iterator[Part]:
    """The records that were given up for it. Of the two notes of a merge that of the one given up is the earlier."""
    notes = sa.select(change).where(change.c.record == part.id, change.c.kind == MERGED)
    for row in work.connection.execute(notes).mappings():
        other = UUID(row["cause"]["with"][1])
        same = (change.c.record == other, change.c.kind == MERGED, change.c.at == row["at"], change.c.id < row["id"])
        if work.connection.execute(sa.select(change.c.id).where(*same)).first() is not None:
            yield Part(part.entity, other, "merged")


def _addresses(work: Work, parts: Iterable[Part], past: Iterable[Change]) -> Iterator[str]:
    """Those of today and of the past, without those that another record of the same kind has too."""
    own = [each for each in parts if each.how in ("itself", "merged")]
    fields = _address_fields(work, own[0].entity)
    ids = {each.id for each in own}
    values = [*storage.load_many(work, own[0].entity, ids)]
    values += [side for each in past if each.record in ids for side in (each.before, each.after)]
    said = {text for each in values for name in fields if isinstance(text := each.get(name), str)}
    shared = {_small(text) for text in said if _is_shared(work, own[0].entity, fields, ids, text)}
    yield from {_small(text) for text in said} - shared


def _small(address: str) -> str:
    """In small letters, as fields of addresses keep it: folded, a Greek or German one is another."""
    return address.strip().lower()


def _address_fields(work: Work, entity: str) -> list[str]:
    told = personal(work.model.entities[entity])
    return [name for name in address_fields(work.model.entities[entity]) if name in told]


def _is_shared(work: Work, entity: str, fields: Iterable[str], own: Iterable[UUID], address: str) -> bool:
    """Whether somebody else is known by it."""
    table = work.release.tables.entity(entity)
    other = (known_by(table, fields, address), table.column("id").not_in(own))
    return work.connection.execute(sa.select(table.column("id")).where(*other).limit(1)).first() is not None
