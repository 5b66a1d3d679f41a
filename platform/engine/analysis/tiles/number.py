"""One figure. With `compare` it is that of the day, week, month, quarter or year so far (`by` says by which date), and
tells beside it what the one before had come to up to the same day; with `target` how far it has come."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.condition import all_of, counted, within
from customary.engine.analysis.period import Period
from customary.engine.analysis.reckon import nothing, reckon, today, value_of
from customary.engine.model.tile import Tile
from customary.engine.records import Work


def tell(work: Work, tile: Tile) -> Answer:
    if not tile.unit:
        now = _figure(work, tile)
        return Answer(tile, (now,), whole=now.where)
    day = today(work)
    whole = Period.of(day, tile.unit, work.model.settings.first_weekday)
    days = (day - whole.first).days + 1
    now, before = _figure(work, tile, whole.until(days)), _figure(work, tile, whole.moved(-1).until(days))
    return Answer(tile, (now,), before=before, whole=now.where)


def _figure(work: Work, tile: Tile, period: Period | None = None) -> Figure:
    field = work.model.entities[tile.entity].fields.get(tile.by)
    where = all_of(counted(tile), within(field, period) if field and period else "")
    groups = [each for each in reckon(work, tile, where) if each.count]
    return Figure(value_of(tile, groups[0]) if groups else nothing(work, tile), where, period)
