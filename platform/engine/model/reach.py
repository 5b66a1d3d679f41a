"""What nobody can reach: stages without a way in or out, fields that nobody can fill in or see. All are warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from customary.engine.fields import Field
from customary.engine.model.build import Build, Sketch
from customary.engine.model.pipeline import Pipeline
from customary.engine.model.role import Grant, Role
from customary.engine.text import node as text


def check_reach(build: Build, roles: Mapping[str, Role]) -> None:
    """Adds the warnings of all pipelines, fields, views and roles."""
    for sketch in build.sketches.values():
        _check_pipelines(build, sketch)
        for name in sketch.nodes:
            _check_filling(build, sketch, sketch.fields[name])
            _check_seeing(build, sketch, sketch.fields[name], roles)
        _check_views(build, sketch, roles)
    for role in roles.values():
        _check_creating(build, role)


# Stages -------------------------------------------------------------------------------------------


def _check_pipelines(build: Build, sketch: Sketch) -> None:
    for number, pipeline in enumerate(sketch.pipelines):
        document = build.definitions.of("pipeline")[pipeline.name]
        first = next((each for each in sketch.pipelines[:number] if each.where is None), None)
        if first is not None:
            remedy = f"Pipeline {first.name} takes them all: say in its where: which it takes."
            build.warn(document.place, f"no record gets into pipeline {pipeline.name}", remedy)
        moves = document.body.get("moves")
        if not isinstance(moves, text.Sequence) or len(moves) == len(pipeline.pairs):
            # Where a pair is wrong itself, what it leaves unreached would only hide that.
            _check_stages(build, pipeline, document.body.get("stages"))


def _check_stages(build: Build, pipeline: Pipeline, stages: text.Node | None) -> None:
    if not isinstance(stages, text.Mapping) or not pipeline.stages:
        return
    reached = _reached(pipeline)
    for name, stage in pipeline.stages.items():
        if name not in reached:
            build.warn(stages.place_of(name), f"no move leads to “{name}”", f"Add a pair to moves: [.., {name}].")
        elif stage.outcome is None and len(pipeline.stages) > 1 and not any(pair[0] == name for pair in pipeline.pairs):
            remedy = f"Add a pair to moves: [{name}, ..]; or give it an outcome."
            build.warn(stages.place_of(name), f"no move leads out of “{name}”", remedy)


def _reached(pipeline: Pipeline) -> set[str]:
    ways: dict[str, set[str]] = {name: set() for name in pipeline.stages}
    for source, target in pipeline.pairs:
        ways[source].add(target)
    reached, waiting = set(), {pipeline.first.name}
    while waiting:
        reached |= waiting
        waiting = set().union(*(ways[name] for name in waiting)) - reached
    return reached


# Fields -------------------------------------------------------------------------------------------


def _check_filling(build: Build, sketch: Sketch, each: Field) -> None:
    """A field that must be filled in, and that no form lets anybody fill in."""
    if each.required is not True or each.default is not None or not each.entered:
        return
    body = sketch.nodes[each.name]
    hidden = each.visible is not None and each.visible.text.strip() == "false"
    for key, holds in (("read_only", each.read_only is True), ("visible", hidden)):
        if holds:
            summary = f"nobody can fill in “{each.name}”, which is required"
            build.warn(body.place_of(key), summary, "Give it a default, or leave out one of the two.")


def _check_seeing(build: Build, sketch: Sketch, each: Field, roles: Mapping[str, Role]) -> None:
    """A field kept for roles of which none may read the record."""
    known = [roles[name] for name in each.only if name in roles]
    if known and not any(_reads(role, sketch.name) for role in known):
        place = sketch.nodes[each.name].place_of("only")
        names = ", ".join(role.name for role in known)
        build.warn(place, f"nobody sees “{each.name}”", f"Let {names} read {sketch.name}, or name another role.")


def _check_views(build: Build, sketch: Sketch, roles: Mapping[str, Role]) -> None:
    """Columns that every role hides whose holders may look at the view."""
    readers = [role for role in roles.values() if not role.admin and _reads(role, sketch.name)]
    hidden = {name for name in sketch.nodes if readers and all(_hides(role, sketch.fields[name]) for role in readers)}
    views = sketch.body.get("views")
    for name, view in views.items() if hidden and isinstance(views, text.Mapping) else ():
        for item in _named(view):
            if text.plain(item) in hidden:
                remedy = "Take it out of the view, or let a role see it."
                build.warn(item.place, f"view {name} shows “{text.plain(item)}”, which every role hides", remedy)


def _named(view: text.Node) -> Iterable[text.Node]:
    for key in ("columns", "card") if isinstance(view, text.Mapping) else ():
        named = view.get(key)
        yield from named.items if isinstance(named, text.Sequence) else ()


# Roles --------------------------------------------------------------------------------------------


def _check_creating(build: Build, role: Role) -> None:
    """A role that may create records, but not fill in what they must have."""
    document = build.definitions.of("role").get(role.name)
    entities = document.body.get("entities") if document is not None else None
    for name, grant in role.entities.items() if isinstance(entities, text.Mapping) else ():
        if name not in build.sketches or grant.create is False or grant.deny or role.admin:
            continue
        for each in build.sketches[name].fields.values():
            if each.required is True and each.entered and each.default is None and _cannot_write(role, grant, each):
                summary = f"{role.name} may create {name}, but not fill in “{each.name}”, which is required"
                build.warn(entities.place_of(name), summary, "Give the field a default, or let the role write it.")


def _cannot_write(role: Role, grant: Grant, each: Field) -> bool:
    return grant.fields.get(each.name) in ("hidden", "read_only") or (bool(each.only) and role.name not in each.only)


def _reads(role: Role, entity: str) -> bool:
    grant = role.entities.get(entity, role.entities.get("*"))
    return role.admin or (grant is not None and not grant.deny and grant.read is not False)


def _hides(role: Role, each: Field) -> bool:
    grant = role.entities.get(each.entity, role.entities.get("*"))
    return (grant is not None and grant.fields.get(each.name) == "hidden") or (
        bool(each.only) and role.name not in each.only
    )
