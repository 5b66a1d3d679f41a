"""Related records: what points at a record, what it holds, as small cards with a count and a way to add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.form.draft import target_of_link
from customary.ui.record.pointers import inside, pointing, pointing_at, way_back

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A related record: its title, and the facts that tell most about it."""

    record: records.Record
    facts: tuple[tuple[Field, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A list of related records. `add` is the address of a form that is already linked; "" where none may be made."""

    name: str
    label: Words
    entity: Entity
    rows: tuple[Row, ...]
    count: int
    titles: Mapping[tuple[str, UUID], str]
    add: str = ""
    all: str = ""
    sheet: bool = False


def cards(work: Work, entity: Entity, record: records.Record) -> Iterable[Card]:
    """The sheets, the lists of links and the inverses of a record, as far as this person may read them."""
    hidden = work.access.hidden(entity.name)
    for each in entity.fields.values():
        if (
            each.name not in hidden
            and each.control in ("lines", "links")
            and _readable(work, target_of_list(work, each))
        ):
            yield _own(work, entity, record, each)
    for inverse in entity.inverses.values():
        other = work.model.entities[inverse.entity]
        if inverse.field in work.access.hidden(other.name) or other.plays in ("activity", "task"):
            continue
        if _readable(work, other.name) and not inside(work, other, inverse.field):
            yield _pointing(work, entity, record, inverse)


def target_of_list(work: Work, each: Field) -> str:
    return each.of.partition(".")[0] if each.control == "lines" else target_of_link(work, each)


def _readable(work: Work, name: str) -> bool:
    return name in work.model.entities and work.access.may(name, "read")


def _own(work: Work, entity: Entity, record: records.Record, each: Field) -> Card:
    other = work.model.entities[target_of_list(work, each)]
    if each.control == "lines":
        page = pointing(work, other, each.of.partition(".")[2], record.id, limit=50)
        found, titles = page.records, page.titles
    else:
        ids = [id for id in record.values.get(each.name) or () if (other.name, id) in record.titles]
        found = tuple(records.Record(other.name, id, {}, record.titles[other.name, id]) for id in ids)
        titles = record.titles
    return Card(
        name=each.name,
        label=each.label,
        entity=other,
        rows=tuple(_row(work, other, each_row, entity.name) for each_row in found),
        count=len(found),
        titles=titles,
        sheet=each.control == "lines",
    )


def _pointing(work: Work, entity: Entity, record: records.Record, inverse: Any) -> Card:
    other = work.model.entities[inverse.entity]
    page = pointing(work, other, inverse.field, record.id, SHOWN, "exact")
    field = other.fields[inverse.field]
    value = f"{entity.name}:{record.id}" if field.control == "any_link" else str(record.id)
    may_add = _may_add(work, other) and record.values.get("archived_at") is None
    back = f"&_back=/{entity.name}/{record.id}"
    return Card(
        name=inverse.name,
        label=inverse.label if inverse.label.by_language else other.plural,
        entity=other,
        rows=tuple(_row(work, other, found, entity.name) for found in page.records),
        count=page.count if page.count is not None else len(page.records),
        titles=page.titles,
        add=f"/{other.name}/new?{inverse.field}={quote(value)}{back}" if may_add else "",
        all=f"/{other.name}?where={quote(pointing_at(field, record.id))}",
    )


def _may_add(work: Work, other: Entity) -> bool:
    """Whether one is made by a form of its own: rows of a sheet are made in the record they stand in."""
    return other.child_of is None and work.access.may(other.name, "create")


def _row(work: Work, other: Entity, record: records.Record, without: str) -> Row:
    """Up to three highlights, but not the way back to the record whose page this is."""
    hidden = work.access.hidden(other.name)
    names = [
        name
        for name in _telling(work, other)
        if name not in hidden and getattr(other.fields[name], "to", "") != without
    ]
    facts = [(other.fields[name], record.values.get(name)) for name in names]
    return Row(
        record=record, facts=tuple((each, value) for each, value in facts if value not in (None, (), "", False))[:3]
    )


def _telling(work: Work, other: Entity) -> list[str]:
    """The fields that tell most: of a row of a sheet where it stands, what was chosen, how much and what it comes to,
    else stage and highlights."""
    if other.child_of is None:
        names = [*(["stage"] if other.pipelines else []), *other.highlights]
        return [name for name in dict.fromkeys(names) if name in other.fields]
    own = [each for each in other.fields.values() if not each.system]
    chosen = [each.name for each in own if each.control == "choice" and each.formula is None]
    amounts = [each.name for each in own if each.control in ("number", "integer")]
    money = sorted((each for each in own if each.control == "money"), key=lambda each: each.formula is None)
    return [way_back(work, other), *chosen[:1], *amounts[:1], *(each.name for each in money[:1])]
