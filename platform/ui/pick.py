"""What pickers offer as one types: records by title, told apart by a second line."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request, Response, get

from customary.engine.fields.field import Field
from customary.engine.model.model import Entity
from customary.engine.records.options import options as records_by_title
from customary.engine.records.record import Hit
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.ui.desk import Desk
from customary.ui.draft import target_of_link
from customary.ui.entity import entity_of

LIMIT = 8
LIMIT_OF_EACH = 4
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A record that may be picked; `value` is what is sent for it."""

    value: str
    hit: Hit
    entity: Entity


@get("/{entity:str}/options/{field:str}")
async def options(desk: Desk, request: Request, entity: str, field: str) -> Response:
    """The records that a link field may point to, found by `text`."""
    found = entity_of(desk, entity)
    if field not in found.fields or field in desk.access.hidden(entity):
        raise Missing(entity)
    text = request.query_params.get("text", "")[:LONGEST]
    return desk.part("part_options.html", options=await desk.read(_offered, found.fields[field], text))


def _offered(work: Work, field: Field, text: str) -> list[Option]:
    targets = _targets(work, field)
    limit = LIMIT if len(targets) == 1 else LIMIT_OF_EACH
    where = getattr(field, "where", None)
    return [
        Option(value=_value(field, hit), hit=hit, entity=entity)
        for entity in targets
        for hit in records_by_title(work, entity.name, text, limit, where)
    ]


def _targets(work: Work, field: Field) -> list[Entity]:
    """The entities a link may lead to; those of an `any_link` are all that stand on their own."""
    if field.control != "any_link":
        names = [target_of_link(work, field)]
    else:
        names = getattr(field, "to", ()) or [each.name for each in work.model.entities.values() if _alone(each)]
    return [work.model.entities[name] for name in names if name and work.access.may(name, "read")]


def _alone(entity: Entity) -> bool:
    return entity.child_of is None and entity.plays not in ("activity", "task", "team")


def _value(field: Field, hit: Hit) -> str:
    return f"{hit.entity}:{hit.id}" if field.control == "any_link" else str(hit.id)


handlers = [options]
