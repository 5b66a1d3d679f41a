"""Words that are chosen from names and are no fields: options, stages, calendars, roles after `role`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from customary.editor.names import Name
from customary.editor.shapes import ITEM, sets_values, shapes_at

if TYPE_CHECKING:
    from customary.editor.spot import Spot

_COMPARED = re.compile(r"([\w.]+)\s*(?:==|!=)\s*\Z|([\w.]+)\s+in\s*\[(?:[^\]]*,)?\s*\Z")
_COMPARED_AFTER = re.compile(r"\w*[\"']\s*(?:==|!=|\bin\b)\s*([\w.]+)")
_BY_CALENDAR = re.compile(r"\b(?:business_days|working_time)\([^()]*,\s*\Z")
_OPTIONS = (("options",), ("options", ITEM), ("options", "add"), ("options", "add", ITEM), ("options", "remove", ITEM))
_NOTHING: Mapping[str, Name] = {}


def choices_at(spot: Spot) -> Mapping[str, Name]:
    """What the word at a spot may be; nothing where it is chosen from no names, or names a field."""
    if spot.in_expression:
        start = literal_start(spot.cursor.value)
        return _compared(spot, start) if start is not None else _NOTHING
    kind = spot.cursor.kind
    return {"entity": _in_entity, "pipeline": _in_pipeline, "workflow": _in_workflow, "role": _in_role}.get(
        kind, _in_values
    )(spot)


def literal_start(value: str) -> int | None:
    """Where the text in quotes begins that is open at the end of an expression, or of the last hole of a text."""
    quote, start = "", None
    for at, here in enumerate(value):
        if value.startswith("{{", at):
            quote, start = "", None
        if here == quote:
            quote, start = "", None
        elif not quote and here in "\"'":
            quote, start = here, at
    return start


def _compared(spot: Spot, start: int) -> Mapping[str, Name]:
    before = spot.cursor.value[:start]
    if _BY_CALENDAR.search(before):
        return spot.names.of("calendar")
    found = _COMPARED.search(before) or _COMPARED_AFTER.match(spot.text, spot.offset)
    chain = next(filter(None, found.groups()), "") if found else ""
    *links, field = chain.split(".")
    return spot.names.choices(spot.entity_before([*links, field]) if links else spot.own_entity, field)


def _in_entity(spot: Spot) -> Mapping[str, Name]:
    """A field's options where they are declared, and where one is its default."""
    path = spot.cursor.path
    if path[:1] == ("fields",) and (path[2:] in _OPTIONS or path[2:3] == ("default",)):
        return spot.names.choices(spot.cursor.name, path[1])
    return _in_values(spot)


def _in_pipeline(spot: Spot) -> Mapping[str, Name]:
    if spot.cursor.path[:1] in (("stages",), ("moves",)) and len(spot.cursor.path) in (1, 3):
        return spot.names.stages(spot.cursor.name)
    return _in_values(spot)


def _in_workflow(spot: Spot) -> Mapping[str, Name]:
    path = spot.cursor.path
    if path[-1:] == ("as",):
        return spot.names.results(spot.cursor.name)
    if path[-2:] == ("assign", "among") and spot.cursor.value.startswith("role "):
        return spot.names.of("role")
    if path[:1] == ("when",) and path[-1] in ("from", "to"):
        entity, _, field = spot.names.watched(spot.cursor.name).partition(".")
        return spot.names.choices(entity, field)
    return _in_values(spot)


def _in_role(spot: Spot) -> Mapping[str, Name]:
    path = spot.cursor.path
    if path == ("pipelines",):
        return spot.names.of("pipeline")
    return spot.names.stages(path[1]) if path[:1] == ("pipelines",) and path[2:3] == ("move",) else _NOTHING


def _in_values(spot: Spot) -> Mapping[str, Name]:
    """Where values stand by field: what the field may be."""
    cursor = spot.cursor
    path = cursor.path[:-1] if cursor.path[-1:] == (ITEM,) else cursor.path
    if len(path) < 2 or not (sets_values(shapes_at(cursor.kind, path[:-1])) or path[-2] in ("given", "gives")):
        return _NOTHING
    return spot.names.choices(spot.entity, path[-1])
