"""How a figure goes on from day to day, week to week, month to month (`each`), up to the present one."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.condition import all_of, counted, day_of, within
from customary.engine.analysis.period import Period, up_to
from customary.engine.analysis.reckon import added, nothing, reckon, today, value_of
from customary.engine.model.tile import Tile
from customary.engine.records import Work


def tell(work: Work, tile: Tile) -> Answer:
    field = work.model.entities[tile.entity].fields[tile.by]
    where = counted(tile)
    periods = list(up_to(today(work), tile.unit, tile.most, work.model.settings.first_weekday))
    whole = Period(tile.unit, periods[0].first, periods[-1].last)
    by, all_days = day_of(field), all_of(where, within(field, whole))
    groups = reckon(work, tile, all_days, (by,))
    days, empty = [(each.key[by], value_of(tile, each)) for each in groups], nothing(work, tile, groups)
    figures = (
        Figure(added([value for day, value in days if day in each], empty), all_of(where, within(field, each)), each)
        for each in periods
    )
    return Answer(tile, tuple(figures), whole=all_days)
