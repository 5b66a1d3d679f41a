"""What a text tells: the fields and records that were read while it was filled in, and who may know all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.rows import all_rows, among, permission
from customary.engine.records.storage import CHUNK
from customary.engine.records.work import Work

if TYPE_CHECKING:
    from customary.engine.records.scope import RecordScope, RecordView

MOST_RECORDS = 200
"""How many records of one entity a text names; of more only who may read all of them may know."""

DOTS = "•••"
"""What stands in a text for what its reader may not know."""

Pair = tuple[str, UUID]
Texts = Mapping[str, str | Sequence[Any]]
"""A text by language, as it is kept: whole, or in parts of which some are `{"text": …, "tells": …}`, for those who may
know what they tell."""


class Told:
    """What a scope notes of what is read in it: the names of fields by entity, and the records."""

    def __init__(self) -> None:
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.records: dict[Pair, RecordView] = {}

    def note(self, entity: str, record: RecordView, id: UUID | None, name: str = "") -> None:
        """A field of a record was read, or the record itself was listed."""
        self.fields[entity] |= {name} - {"", "id", "entity"}
        if id is not None:
            self.records[entity, id] = record

    def to_json(self, work: Work, about: Pair | None) -> dict[str, Any]:
        """As it is kept with a text `about` a record, which whoever reads the text may read anyway."""
        code, ids = work.release.tables.code, defaultdict(list)
        for entity, id in self.records:
            if (entity, id) != about:
                ids[code(entity)].append(str(id))
        fields = {code(entity): sorted(names) for entity, names in self.fields.items() if names}
        many = {entity for entity, found in ids.items() if len(found) > MOST_RECORDS}
        named = {entity: found for entity, found in ids.items() if entity not in many}
        return {"release": work.release.number, "fields": fields, "records": named, "all": sorted(many)}


def may_know_now(scope: RecordScope, told: Told) -> bool:
    """Whether who acts in the scope may read all that was read."""
    work = scope.work
    if any(work.access.hidden(entity) & names for entity, names in told.fields.items()):
        return False
    return all(
        _is_colleague(work, entity, told.fields[entity])
        or work.access.holds(entity, "read", _seen(scope, entity, each))
        for (entity, _), each in told.records.items()
    )


def _seen(scope: RecordScope, entity: str, record: RecordView) -> RecordScope:
    """A scope over a record that was read, in which nothing that its rules read is noted."""
    return scope.about(scope.view(entity, record.values_by_name))


def may_know(work: Work, kept: Sequence[Mapping[str, Any] | None]) -> list[bool]:
    """Whether the actor may read all that texts tell, as `to_json` gave it; one query for each entity.

    What a text tells of which nothing is kept may be anything: only who sees all fields may know it.
    """
    whole = not any(map(work.access.hidden, work.model.entities))
    readable = _readable(work, kept)
    return [whole if each is None else _may_know(work, each, readable) for each in kept]


def shown(work: Work, kept: Sequence[Texts]) -> list[dict[str, str]]:
    """Texts by language as the actor may read them."""
    parts = [part for texts in kept for text in texts.values() if not isinstance(text, str) for part in text]
    holes = [part for part in parts if not isinstance(part, str)]
    known = may_know(work, [each["tells"] for each in holes])
    open = {id(each) for each, may in zip(holes, known, strict=True) if may}

    def read(part: Any) -> str:
        return part if isinstance(part, str) else part["text"] if id(part) in open else DOTS

    return [{language: "".join(map(read, text)) for language, text in texts.items()} for texts in kept]


def _may_know(work: Work, kept: Mapping[str, Any], readable: set[Pair]) -> bool:
    tables, access = work.release.tables, work.access
    read: dict[str, set[str]] = {}
    for code, names in kept["fields"].items():
        entity = tables.named(code)
        if entity is None:
            return access.admin
        today = tables.past.told(entity, dict.fromkeys(names), kept["release"], code)
        if access.hidden(entity) & today.keys() or (len(today) < len(names) and access.hidden(entity)):
            return False
        read[entity] = set(today)
    if not all(_is_open(work, tables.named(code)) for code in kept["all"]):
        return False
    return all(
        _is_open(work, entity) or _is_colleague(work, entity, read.get(entity, ())) or (entity, id) in readable
        for entity, id in _named(work, kept)
    )


def _named(work: Work, kept: Mapping[str, Any]) -> Iterable[tuple[str | None, UUID]]:
    """The records that a text tells of, by the names of today."""
    return ((work.release.tables.named(code), UUID(id)) for code, ids in kept["records"].items() for id in ids)


def _is_open(work: Work, entity: str | None) -> bool:
    """Whether every record of an entity may be read; of one that is gone none can be asked for."""
    return work.access.admin if entity is None else work.access.unrestricted(entity, "read")


def _is_colleague(work: Work, entity: str | None, names: Iterable[str]) -> bool:
    """Names of people are shown to everyone who works here; what else stands in their records is not."""
    people = work.model.playing("user")
    if people is None or entity != people.name or work.access.portal:
        return False
    return set(names) <= {path[0] for path in people.title.paths}


def _readable(work: Work, kept: Iterable[Mapping[str, Any] | None]) -> set[Pair]:
    """Those of the records that the actor may read."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for entity, id in (pair for each in kept if each for pair in _named(work, each)):
        if entity is not None and not _is_open(work, entity) and work.access.may(entity, "read"):
            wanted[entity].add(id)
    return {(entity, id) for entity, ids in wanted.items() for id in _of(work, entity, list(ids))}


def _of(work: Work, entity: str, ids: list[UUID]) -> Iterable[UUID]:
    rows = all_rows(work, entity)
    mine = sa.select(rows.column("id")).select_from(rows.from_clause)
    mine = mine.where(among(work, rows.column("id"), "ids"), permission(work, rows, "read"))
    for start in range(0, len(ids), CHUNK):
        yield from work.connection.execute(mine, {"ids": ids[start : start + CHUNK]}).scalars()
