"""The stage path of a record: where it stands in its pipeline, for how long, and where it may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customary.engine.access import Access
from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import Pipeline, Stage

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage of the path. `state` is past, current, ahead or ended (a stage with another outcome)."""

    stage: Stage
    state: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps of a record's pipeline, and `next`: the stage that the button offers."""

    pipeline: Pipeline
    steps: tuple[Step, ...]
    current: Stage
    next: Stage | None
    days: int | None
    stale: bool


def path_of(access: Access, entity: Entity, values: Mapping[str, Any], now: datetime) -> Path | None:
    """The path of a record, or None where it stands in no pipeline."""
    name = values.get("stage")
    pipeline = pipeline_of(entity, name)
    if pipeline is None:
        return None
    stages = list(pipeline.stages.values())
    at = stages.index(pipeline.stages[str(name)])
    steps = tuple(
        Step(stage=each, state=_state(each, place, stages[at], at), open=may_move(access, pipeline, stages[at], each))
        for place, each in enumerate(stages)
    )
    return Path(
        pipeline=pipeline,
        steps=steps,
        current=stages[at],
        next=_next(steps, at),
        days=days_in_stage(values, now),
        stale=is_stale(stages[at], values, now),
    )


def pipeline_of(entity: Entity, stage: str | None) -> Pipeline | None:
    """The pipeline that has a stage of this name."""
    return next((each for each in entity.pipelines if stage in each.stages), None)


def may_move(access: Access, pipeline: Pipeline, source: Stage, target: Stage) -> bool:
    """Whether the pipeline and the person's roles let a record go there; its values may still forbid it."""
    if (source.name, target.name) not in pipeline.pairs or not access.may_move(pipeline.name, source.name, target.name):
        return False
    return source.outcome is None or access.may_reopen(pipeline.name)


def days_in_stage(values: Mapping[str, Any], now: datetime) -> int | None:
    since = values.get("stage_entered_at")
    return None if since is None else max(int((now - since).total_seconds() // DAY_SECONDS), 0)


def is_stale(stage: Stage, values: Mapping[str, Any], now: datetime) -> bool:
    """Whether the record stands in its stage for longer than the stage says is good."""
    since = values.get("stage_entered_at")
    if since is None or stage.stale_after_seconds is None:
        return False
    return (now - since).total_seconds() > stage.stale_after_seconds


def _state(stage: Stage, place: int, current: Stage, at: int) -> str:
    if place == at:
        return "current"
    if stage.outcome is not None:
        return "ended" if place < at or current.outcome is not None else "ahead"
    return "past" if place < at else "ahead"


def _next(steps: tuple[Step, ...], at: int) -> Stage | None:
    """The stage after this one; from the last open stage the one that ends well."""
    ahead = [each.stage for each in steps[at + 1 :] if each.open and each.stage.outcome in (None, "won", "done")]
    return ahead[0] if ahead and steps[at].stage.outcome is None else None
