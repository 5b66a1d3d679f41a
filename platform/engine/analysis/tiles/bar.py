"""A bar for each value of a field, or of one behind a link (`by: account.industry`), the longest first."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.condition import all_of, counted, equals
from customary.engine.analysis.reckon import reckon, value_of
from customary.engine.model.tile import Tile
from customary.engine.records import Work


def tell(work: Work, tile: Tile) -> Answer:
    where = counted(tile)
    groups = reckon(work, tile, where, (tile.by,), ranked=True, limit=tile.most)
    shown = tuple(
        Figure(value_of(tile, each), all_of(where, equals(tile.by, each.key[tile.by])), each.key[tile.by])
        for each in groups
    )
    titles, all_ = (groups[0].titles, groups[0].of) if groups else ({}, 0)
    return Answer(tile, shown, titles, rest=all_ - len(shown), whole=where)
