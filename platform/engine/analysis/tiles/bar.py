"""A bar for each value of a field, or of one behind a link (`by: account.industry`), the longest first."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.condition import all_of, counted, equals
from customary.engine.analysis.reckon import reckon, size_of, value_of
from customary.engine.model.tile import Tile
from customary.engine.records import Work


def tell(work: Work, tile: Tile) -> Answer:
    where = counted(tile)
    groups = reckon(work, tile, where, (tile.by,))
    ordered = sorted(groups, key=lambda each: size_of(value_of(tile, each)), reverse=True)
    shown = tuple(
        Figure(value_of(tile, each), all_of(where, equals(tile.by, each.key[tile.by])), each.key[tile.by])
        for each in ordered[: tile.most]
    )
    titles = groups[0].titles if groups else {}
    return Answer(tile, shown, titles, rest=len(ordered) - len(shown), whole=where)
