"""The stages of a pipeline in their order, with the records that are in each now."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.condition import all_of, counted, equals
from customary.engine.analysis.reckon import nothing, reckon, value_of
from customary.engine.model.tile import Tile
from customary.engine.records import Work

STAGE = "stage"


def tell(work: Work, tile: Tile) -> Answer:
    pipeline = work.model.pipelines[tile.pipeline]
    where = all_of(counted(tile), pipeline.where.text if pipeline.where else "")
    groups = reckon(work, tile, where, (STAGE,))
    found, empty = {each.key[STAGE]: value_of(tile, each) for each in groups}, nothing(work, tile, groups)
    stages = (Figure(found.get(name, empty), all_of(where, equals(STAGE, name)), name) for name in pipeline.stages)
    return Answer(tile, tuple(stages), whole=where)
