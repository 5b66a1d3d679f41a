"""Dashboards as somebody sees them: those that their roles show, and what the tiles tell them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from customary.engine.access import Access
from customary.engine.analysis import tiles
from customary.engine.analysis.answer import Answer
from customary.engine.analysis.reckon import is_closed
from customary.engine.model.model import Model
from customary.engine.model.tile import Dashboard, Tile
from customary.engine.records import Missing, Refused, Work
from customary.engine.records.refusal import reason_of


@cache
def tile_kinds() -> dict[str, ModuleType]:
    """By name: modules with `tell(work, tile) -> Answer`. Each is a file of the folder `tiles`."""
    names = [each.name for each in pkgutil.iter_modules(tiles.__path__)]
    return {name: importlib.import_module(f"{tiles.__name__}.{name}") for name in names}


def looked_at(model: Model, access: Access) -> tuple[Dashboard, ...]:
    """The dashboards that somebody may look at."""
    return tuple(each for each in model.dashboards.values() if access.may_look_at(each.name))


def tell(work: Work, name: str) -> list[Answer]:
    """What each tile of a dashboard tells the reader: a few queries each. Raises Missing where no role shows it."""
    found = work.model.dashboards.get(name)
    if found is None or not work.access.may_look_at(name):
        raise Missing("dashboard")
    return [_tell(work, each) for each in found.tiles.values()]


def _tell(work: Work, tile: Tile) -> Answer:
    if is_closed(work, tile):
        return Answer(tile, closed=True)
    try:
        return tile_kinds()[tile.kind].tell(work, tile)
    except Refused as refused:
        return Answer(tile, refusal=reason_of(refused.problems))
