"""The first records in an order: the dearest deals, the oldest tickets."""

from __future__ import annotations

from customary.engine import records
from customary.engine.analysis.answer import Answer
from customary.engine.analysis.reckon import condition_of
from customary.engine.model.tile import Tile
from customary.engine.records import Query, Work


def tell(work: Work, tile: Tile) -> Answer:
    hidden = work.access.hidden(tile.entity)
    columns = tuple(name for name in tile.columns if name not in hidden)
    query = Query(where=condition_of(work, tile, tile.condition), sort=tile.sort, limit=tile.most, fields=columns)
    return Answer(tile, page=records.select(work, tile.entity, query), whole=tile.condition)
