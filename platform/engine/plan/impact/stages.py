"""What stages and pipelines mean for records that are, or were, in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from customary.engine.plan.changes.stages import GIVEN
from customary.engine.plan.impact.counting import Counting, is_empty, living
from customary.engine.plan.line import Impact, Line
from customary.engine.words import Reason


def gone_stage(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records in a stage that goes away."""
    name, _, stage = line.path.partition(".")
    pipeline = counting.pipeline_was(name)
    if pipeline is not None and stage in pipeline.stages:
        where = counting.old_clause(pipeline.entity, f'stage == "{stage}"')
        yield from counting.old_records("leaving", Reason("records in it"), pipeline.entity, where)


def gone_pipeline(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records in stages that no other pipeline of their entity has."""
    pipeline = counting.pipeline_was(line.path)
    if pipeline is None:
        return
    others = (
        each for each in counting.comparison.model.pipelines.values() if counting.was(each.entity) == pipeline.entity
    )
    left = pipeline.stages.keys() - {name for each in others for name in each.stages}
    if left:
        where = counting.old_clause(pipeline.entity, " || ".join(f'stage == "{name}"' for name in sorted(left)))
        yield from counting.old_records("leaving", Reason("records in a stage of it"), pipeline.entity, where)


def changed_stage(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records in a stage that have not what it asks for from now on."""
    name, _, stage = line.path.partition(".")
    pipeline = counting.comparison.model.pipelines.get(name)
    if line.key in GIVEN:
        yield from _restaged(line, counting)
    elif line.key == "requires" and pipeline is not None and stage in pipeline.stages:
        made = counting.comparison.tables.entity(pipeline.entity)
        fields = (made.entity.fields[each] for each in pipeline.stages[stage].requires)
        empty = [each for each in (is_empty(made, field) for field in fields) if each is not None]
        here = counting.clause(pipeline.entity, f'stage == "{stage}"')
        where = None if here is None else sa.and_(living(made), here, sa.or_(sa.false(), *empty))
        told = Reason("records in it without what it asks for (they stay in it)")
        yield from counting.records("refused", told, pipeline.entity, where)


def new_pipeline(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records that had no stage, and enter the first one."""
    pipeline = counting.comparison.model.pipelines.get(line.path)
    was = counting.was(pipeline.entity) if pipeline else None
    if was is not None and not counting.comparison.current.model.entities[was].pipelines:
        yield from counting.rows(pipeline.entity, Reason("records that may enter its first stage"))


def _restaged(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records in a stage that get what it says today."""
    name, _, stage = line.path.partition(".")
    pipeline = counting.comparison.model.pipelines[name]
    here = counting.clause(pipeline.entity, f'stage == "{stage}"')
    for impact in counting.records("rows", Reason("records in it, which get it too"), pipeline.entity, here):
        yield replace(impact, first=())
