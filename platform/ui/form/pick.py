"""What pickers offer as one types: records by title, told apart by a second line."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.field import Field, Refusal
from customary.engine.fields.linked import identifier
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.records.reader.options import options as records_by_title
from customary.engine.records.record import Hit
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk
from customary.ui.entity import entity_of
from customary.ui.form.draft import is_typed, target_of_link
from customary.ui.form.page import typed_in

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
async def options(desk: AtDesk, request: Request, entity: FromPath[str], field: FromPath[str]) -> Response:
    """The records that a link field may point to, found by `text`; of a tree none that is, or stands, `below` one."""
    found = entity_of(desk, entity)
    if field not in found.fields or field in desk.access.hidden(entity):
        raise Missing(entity)
    text = request.query_params.get("text", "")[:LONGEST].strip()
    top = _top(found, request.query_params.get("below", "")) if field == found.tree else None
    offered, new = await desk.read(_offered, found.fields[field], text, top)
    return desk.part("part_options.html", options=offered, new=new, text=text)


@post("/{entity:str}/options/{field:str}", status_code=200)
async def create(desk: AtDesk, request: Request, entity: FromPath[str], field: FromPath[str]) -> Response:
    """Makes a record of which only the title is known, and offers it as the one that was picked."""
    found, text = entity_of(desk, entity), (await typed_in(desk, request)).one("text")[:LONGEST].strip()
    if field not in found.fields or field in desk.access.hidden(entity):
        raise Missing(entity)
    offered = await desk.write(_created, found.fields[field], text, desk.locale)
    return desk.part("part_options.html", options=[offered], new=None, text=text)


def _top(entity: Entity, text: str) -> UUID | None:
    """The record at the top of the branch that is left out."""
    try:
        return identifier(text) if text else None
    except Refusal as error:
        raise Missing(entity.name) from error


def _offered(work: Work, field: Field, text: str, top: UUID | None) -> tuple[list[Option], Entity | None]:
    """What is found, and the entity of which one could be made with this title alone."""
    targets = _targets(work, field)
    limit = LIMIT if len(targets) == 1 else LIMIT_OF_EACH
    where = getattr(field, "where", None)
    found = [
        Option(value=_value(field, hit), hit=hit, entity=entity)
        for entity in targets
        for hit in records_by_title(work, entity.name, text, limit, where, top)
    ]
    known = any(option.hit.title.casefold() == text.casefold() for option in found)
    return found, None if known or not text else _makeable(work, field)


def _makeable(work: Work, field: Field) -> Entity | None:
    """The one entity that a link leads to, if this person may make records of it and a title is all it needs."""
    targets = _targets(work, field)
    if len(targets) != 1 or not work.access.may(targets[0].name, "create") or targets[0].plays == "user":
        return None
    needed = [each for each in targets[0].fields.values() if is_typed(each) and each.required is True]
    missing = [each for each in needed if each.default is None]
    return targets[0] if len(missing) == 1 and missing[0].kind == "text" else None


def _created(work: Work, field: Field, text: str, locale: Locale) -> Option:
    entity = _makeable(work, field)
    if entity is None:
        raise Missing(field.entity)
    named = next(each for each in entity.fields.values() if each.required is True and each.default is None)
    id = records.create(work, entity.name, {named.name: named.parse(text, locale)})
    hit = Hit(entity.name, id, records.get(work, entity.name, id).title)
    return Option(value=_value(field, hit), hit=hit, entity=entity)


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


handlers = [options, create]
