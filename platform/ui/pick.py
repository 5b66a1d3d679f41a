"""What pickers offer as one types: records by title, told apart by a second line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.model import Entity
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.ui.controls import target
from customary.ui.desk import Desk
from customary.ui.entity import entity_of

LIMIT = 8
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A record that may be picked: `facts` are the highlights that tell namesakes apart."""

    value: str
    title: str
    entity: Entity
    facts: tuple[tuple[Field, Any], ...] = ()


@get("/{entity:str}/options/{field:str}")
async def options(desk: Desk, request: Request, entity: str, field: str) -> Response:
    """The records that a link field may point to, found by `text`."""
    found = entity_of(desk, entity)
    if field not in found.fields or field in desk.access.hidden(entity):
        raise Missing(entity)
    text = request.query_params.get("text", "")[:LONGEST]
    offered, titles = await desk.read(_offered, found.fields[field], text)
    return desk.part("part_options.html", options=offered, titles=titles, text=text)


def _offered(work: Work, field: Field, text: str) -> tuple[list[Option], Any]:
    found = [
        (entity, record)
        for entity in _targets(work, field)
        for record in records.options(work, entity.name, text, LIMIT, getattr(field, "where", None))
    ]
    offered = [_option(work, field, entity, record) for entity, record in found[: LIMIT * 2]]
    titles: dict[Any, str] = {}
    for _, record in found:
        titles |= record.titles
    return offered, titles


def _targets(work: Work, field: Field) -> list[Entity]:
    """The entities a link may lead to; those of an `any_link` are all that stand on their own."""
    if field.control != "any_link":
        return [work.model.entities[target(work, field)]]
    named = getattr(field, "to", ()) or ()
    entities = [work.model.entities[name] for name in named] or _standing_alone(work)
    return [each for each in entities if work.access.may(each.name, "read")]


def _standing_alone(work: Work) -> list[Entity]:
    return [
        each
        for each in work.model.entities.values()
        if each.child_of is None and each.plays not in ("activity", "task")
    ]


def _option(work: Work, field: Field, entity: Entity, record: Any) -> Option:
    hidden = work.access.hidden(entity.name)
    names = [name for name in entity.highlights if name in entity.fields and name not in hidden]
    facts = [(entity.fields[name], record.values.get(name)) for name in names]
    told = tuple((each, value) for each, value in facts if value not in (None, (), "", False))
    value = f"{entity.name}:{record.id}" if field.control == "any_link" else str(record.id)
    return Option(value=value, title=record.title, entity=entity, facts=told[:3])


handlers = [options]
