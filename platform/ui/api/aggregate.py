"""Counts and sums of an entity's records by groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records import Group, Missing, Work
from customary.ui.api import asked, shown
from customary.ui.api.caller import read
from customary.ui.api.problem import wrong
from customary.ui.api.record import send

FIGURES = ("sum", "avg", "min", "max")
KNOWN = ("group", *FIGURES, "count", "where", "archived", "text")


@get("/{entity:str}/aggregate")
async def aggregate_records(request: Request, entity: FromPath[str]) -> Response[bytes]:
    """Groups with their figures."""
    return send(await read(request, _aggregate, entity, asked.parameters(request, KNOWN)))


def _aggregate(work: Work, entity: str, wanted: dict[str, list[str]]) -> dict[str, Any]:
    declared = work.model.entities.get(entity)
    if declared is None:
        raise Missing(entity)
    if asked.one(wanted, "count") not in ("", "*"):
        raise wrong("count", "counts records: write count=*.")
    query = asked.query(work, entity, {name: wanted.get(name, []) for name in ("where", "archived", "text")})
    figures = {how: asked.several(wanted, how) for how in FIGURES}
    groups = records.aggregate(
        work,
        entity,
        asked.several(wanted, "group"),
        sums=figures["sum"],
        avgs=figures["avg"],
        mins=figures["min"],
        maxs=figures["max"],
        where=query.where,
        text=query.text,
        archived=query.archived,
    )
    titles = {id: title for (_, id), title in (groups[0].titles if groups else {}).items()}
    return {"groups": [_shown(declared, each, figures, titles) for each in groups]}


def _shown(declared: Entity, group: Group, figures: dict[str, list[str]], titles: Mapping[UUID, str]) -> dict[str, Any]:
    key = {text: _key(declared.fields.get(text), value, titles) for text, value in group.key.items()}
    asked_for = {
        how: {name: shown.plain(value) for name, value in group.values.get(how, {}).items()}
        for how in FIGURES
        if figures[how]
    }
    return {"key": key, **asked_for, "count": group.count}


def _key(field: Field | None, value: Any, titles: Mapping[UUID, str]) -> Any:
    """A key: a record's id comes with its title."""
    if isinstance(value, UUID) and value in titles:
        return {"id": value, "title": titles[value]}
    return shown.plain(value) if field is None or value is None else field.to_json(value)


handlers = [aggregate_records]
