"""The gates of pipelines: which moves are allowed, what a stage asks for, what it locks."""

from __future__ import annotations

from decimal import Decimal

from customary.engine.model.pipeline import Pipeline, Stage
from customary.engine.records.deciding import approvals
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.words import Reason


def enter(draft: Draft) -> None:
    """Puts the draft into its stage, or notes everything that keeps it out. Called before other checks."""
    pipeline = _pipeline(draft)
    if pipeline is None:
        return
    before = draft.before.get("stage") if draft.before is not None else None
    after = _target(draft, pipeline)
    if after not in pipeline.stages:
        draft.refuse("stage", "has no stage “{stage}”", stage=str(after))
        return
    draft.after["stage"] = after
    if before == after:
        _check_locks(draft, pipeline.stages[after])
        return
    stage = pipeline.stages[after]
    if before in pipeline.stages:
        _check_move(draft, pipeline, pipeline.stages[before], stage)
    draft.after["outcome"] = stage.outcome
    draft.after["probability"] = None if stage.probability is None else Decimal(stage.probability)
    draft.after["stage_entered_at"] = draft.work.now
    draft.entered = (pipeline, after)


def check_entry(draft: Draft) -> None:
    """What the stage that is entered requires; called when all values are settled."""
    if draft.entered is None:
        return
    pipeline, name = draft.entered
    stage = pipeline.stages[name]
    for required in stage.requires:
        if is_empty(draft.scope.record[required]) and not draft.children.get(required):
            draft.refuse(required, "is needed for stage {stage}", stage=stage.label)
    if stage.guard is not None and not stage.guard.holds(draft.scope):
        draft.refuse_because("stage", _guard_reason(stage))
    if stage.approve:
        approvals.check(draft, stage)


def keep_locks(draft: Draft) -> None:
    """Notes every changed field that the stage the record is in locks."""
    pipeline = _pipeline(draft)
    stage = pipeline.stages.get(draft.after.get("stage")) if pipeline is not None else None
    if stage is not None:
        _check_locks(draft, stage)


def _pipeline(draft: Draft) -> Pipeline | None:
    """The first pipeline that the record fits in."""
    for pipeline in draft.shape.entity.pipelines:
        if pipeline.where is None or pipeline.where.holds(draft.scope):
            return pipeline
    return None


def _target(draft: Draft, pipeline: Pipeline) -> str:
    wanted = draft.after.get("stage")
    if wanted is None or ("stage" not in draft.given and wanted not in pipeline.stages):
        return pipeline.first.name
    return wanted


def _check_move(draft: Draft, pipeline: Pipeline, source: Stage, target: Stage) -> None:
    access = draft.work.access
    if (source.name, target.name) not in pipeline.pairs:
        draft.refuse("stage", "cannot go from {source} to {target}", source=source.label, target=target.label)
    elif not access.may_move(pipeline.name, source.name, target.name):
        draft.refuse(
            "stage", "may not be moved from {source} to {target} by you", source=source.label, target=target.label
        )
    elif source.outcome is not None and not access.may_reopen(pipeline.name):
        draft.refuse("stage", "may not be reopened by you: it is in {source}", source=source.label)


def _check_locks(draft: Draft, stage: Stage) -> None:
    if not stage.locks or draft.before is None:
        return
    every = "all" in stage.locks
    for name in draft.shape.entered:
        if (every or name in stage.locks) and (draft.changed(name) or name in draft.children):
            draft.refuse(name, "is locked in stage {stage}", stage=stage.label)


def _guard_reason(stage: Stage) -> Reason:
    if stage.guard_message is not None:
        return Reason("{message}", {"message": stage.guard_message})
    return Reason("can go to {stage} only when: {condition}", {"stage": stage.label, "condition": stage.guard.text})
