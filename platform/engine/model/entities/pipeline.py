"""Pipelines: stages first, so that the entity gets its fields; gates and guards when all names are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.expressions.types import Record
from customary.engine.model.build import Build, Sketch, frozen, items, label, plain, was
from customary.engine.model.duration import from_now, seconds
from customary.engine.model.entities.approve import compile_approvals
from customary.engine.model.entities.system import PIPELINE_FIELDS, pipeline_fields
from customary.engine.model.names import ModelNames
from customary.engine.model.pipeline import Pipeline, Stage, StageTask
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document
from customary.engine.words import words

FREE = ("lost", "done")
"""Outcomes that may be reached from anywhere, whatever the moves say."""


def shape_pipelines(build: Build) -> None:
    """Gives every entity its pipelines with their stages, and the fields they bring."""
    for document in build.definitions.of("pipeline").values():
        entity = document.body.get("entity")
        if entity is not None and (sketch := build.entity_named(entity)) is not None:
            sketch.pipelines.append(_shaped(build, document, sketch))
    for sketch in build.sketches.values():
        if sketch.pipelines:
            _add_fields(build, sketch)


def _shaped(build: Build, document: Document, sketch: Sketch) -> Pipeline:
    stages = {name: _stage(build, name, body) for name, body in items(document.body.get("stages"))}
    if not any(stage.outcome is None for stage in stages.values()):
        place = document.body.place_of("stages")
        build.add(place, f"pipeline {document.name} has no open stage", "Leave outcome out of its first stage.")
    pipeline = Pipeline(
        name=document.name,
        label=label(document.body, document.name),
        entity=sketch.name,
        stages=frozen(stages),
        pairs=_pairs(build, document.body.get("moves"), stages),
    )
    return pipeline


def _stage(build: Build, name: str, body: text.Mapping) -> Stage:
    stale = plain(body, "stale_after")
    guard_message = plain(body, "guard_message")
    outcome = plain(body, "outcome")
    return Stage(
        name=name,
        label=label(body, name),
        probability=plain(body, "probability", {"won": 100, "lost": 0}.get(outcome)),
        outcome=outcome,
        guard_message=words(guard_message) if guard_message else None,
        stale_after_seconds=seconds(stale) if stale else None,
        colour=plain(body, "colour"),
        was=was(body),
    )


def _pairs(build: Build, moves: text.Node | None, stages: dict[str, Stage]) -> frozenset[tuple[str, str]]:
    """Every allowed move. A record that has an outcome may go back to any open stage: the right to reopen decides."""
    if isinstance(moves, text.Sequence):
        return frozenset(_declared_pairs(build, moves, stages))
    how = text.plain(moves) or "any"
    order = list(stages.values())
    pairs = set()
    for at, source in enumerate(order):
        for to, target in enumerate(order):
            ahead = to == at + 1 if how == "next" else to > at
            reopened = source.outcome is not None and target.outcome is None
            if source is not target and (how == "any" or ahead or target.outcome in FREE or reopened):
                pairs.add((source.name, target.name))
    if how == "next":
        pairs |= _last_steps(order)
    return frozenset(pairs)


def _last_steps(order: list[Stage]) -> Iterable[tuple[str, str]]:
    """From the last open stage the next step is any of the outcomes."""
    last = [stage for stage in order if stage.outcome is None][-1:]
    return {(stage.name, target.name) for stage in last for target in order if target.outcome is not None}


def _declared_pairs(build: Build, moves: text.Sequence, stages: dict[str, Stage]) -> Iterable[tuple[str, str]]:
    for pair in moves:
        if isinstance(pair, text.Sequence) and len(pair) == 2:
            source, target = (build.one_of(each, stages, "a stage of this pipeline") for each in pair)
            if source and target and source != target:
                yield source, target


def _add_fields(build: Build, sketch: Sketch) -> None:
    for name in PIPELINE_FIELDS:
        if name in sketch.fields and not sketch.fields[name].system:
            place = sketch.body.get("fields").place_of(name)
            remedy = f"Pipeline {sketch.pipelines[0].name} gives {sketch.name} a field of this name."
            build.add(place, f"“{name}” may not be declared", remedy)
    stages = [stage for pipeline in sketch.pipelines for stage in pipeline.stages.values()]
    for each in pipeline_fields(sketch.name, stages):
        sketch.fields[each.name] = each
        sketch.nodes.pop(each.name, None)


def finish_pipelines(build: Build) -> dict[str, Pipeline]:
    """The pipelines with their conditions, by name."""
    found: dict[str, Pipeline] = {}
    for sketch in build.sketches.values():
        documents = build.definitions.of("pipeline")
        for each in sketch.pipelines:
            _check_renames(build, sketch, each, documents[each.name].body)
        sketch.pipelines = [_finished(build, sketch, each, documents[each.name].body) for each in sketch.pipelines]
        found.update({each.name: each for each in sketch.pipelines})
    return found


def _finished(build: Build, sketch: Sketch, pipeline: Pipeline, body: text.Mapping) -> Pipeline:
    names = build.names(sketch.name)
    stages = {
        name: replace(pipeline.stages[name], **_gates(build, sketch, stage, names))
        for name, stage in items(body.get("stages"))
    }
    return replace(pipeline, stages=frozen(stages), where=build.condition(body.get("where"), names))


def _check_renames(build: Build, sketch: Sketch, pipeline: Pipeline, body: text.Mapping) -> None:
    """A stage is one for all pipelines of its entity: renamed in one of them, its records in another would lose it."""
    for name, stage in items(body.get("stages")):
        for word in was(stage):
            others = (each for each in sketch.pipelines if each is not pipeline and word not in pipeline.stages)
            left = next((each.name for each in others if word in each.stages and not each.stages[word].was), None)
            if left is not None:
                remedy = (
                    f"Pipelines of one entity share their stages: rename it to “{name}” there too, or leave out was."
                )
                build.add(stage.get("was").place, f"“{word}” is still a stage of the pipeline “{left}”", remedy)


def _gates(build: Build, sketch: Sketch, body: text.Mapping, names: ModelNames) -> dict[str, Any]:
    tasks = body.get("tasks")
    if isinstance(tasks, text.Sequence) and not any(each.plays == "task" for each in build.sketches.values()):
        build.add(tasks.place, "there is no entity of tasks", "Add the pack core, or an entity with plays: task.")
    locks = body.get("locks")
    every = isinstance(locks, text.Scalar) and locks.data == "all"
    return {
        "requires": build.field_names(body.get("requires"), sketch),
        "locks": ("all",) if every else build.field_names(locks, sketch),
        "guard": build.condition(body.get("guard"), names),
        "approve": tuple(compile_approvals(build, sketch, body.get("approve"), names)),
        "tasks": tuple(filter(None, (_task(build, each, names) for each in tasks or ()))),
    }


def _task(build: Build, body: text.Node, names: ModelNames) -> StageTask | None:
    if not isinstance(body, text.Mapping) or body.get("title") is None:
        return None
    title = build.template(body.get("title"), names)
    due = _due(build, body.get("due"), names)
    owner = None
    if (node := body.get("owner")) is not None:
        owner = build.expression(node, names, Record(entity=build.user))
    return StageTask(title=title, due=due, owner=owner) if title is not None else None


def _due(build: Build, node: text.Node | None, names: ModelNames) -> Expression | None:
    """How long after entering the stage its task is due, as the tasks' field `due` takes it."""
    if node is None:
        return None
    task = next((each for each in build.sketches.values() if each.plays == "task"), None)
    field = task.fields.get("due") if task else None
    moved = from_now(str(text.plain(node)), day=field is not None and field.kind == "date")
    if moved is None:
        remedy = "For example 30min, 2h, 3d, 1w, 2 business days."
        build.add(node.place, f"“{text.plain(node)}” is not a duration", remedy)
        return None
    return build.spelled_out(node, moved, names)


def stage_of(build: Build, node: text.Node) -> tuple[str, str] | None:
    """A pipeline and a stage of it, written `pipeline.stage`."""
    written = str(text.plain(node))
    pipeline, _, stage = written.partition(".")
    known = {each.name: each for sketch in build.sketches.values() for each in sketch.pipelines}
    if pipeline not in known:
        build.add(node.place, f"“{pipeline}” is not a pipeline", did_you_mean(pipeline, known))
        return None
    stages = known[pipeline].stages
    if stage not in stages:
        remedy = did_you_mean(stage, stages)
        build.add(node.place, f"“{stage}” is not a stage of {pipeline}", remedy)
        return None
    return pipeline, stage
