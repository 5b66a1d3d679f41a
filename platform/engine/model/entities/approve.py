"""Who must have approved before a record may enter a stage, under which condition, and what that covers."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.model.build import Build, Sketch
from customary.engine.model.dependence import own_reads
from customary.engine.model.entities.system import PIPELINE_FIELDS
from customary.engine.model.names import ModelNames
from customary.engine.model.pipeline import Approval
from customary.engine.model.rules.deciders import compile_by
from customary.engine.text import node as text


def compile_approvals(build: Build, sketch: Sketch, node: text.Node | None, names: ModelNames) -> Iterable[Approval]:
    """The approvals of a stage. Each covers what its condition reads, and what `of` names; else all that is entered."""
    for body in node if isinstance(node, text.Sequence) else ():
        if not isinstance(body, text.Mapping) or (by := compile_by(build, body.get("by"), names)) is None:
            continue
        condition = build.condition(body.get("if"), names)
        covered = set(build.field_names(body.get("of"), sketch))
        if condition is not None:
            covered |= own_reads(sketch.fields, condition)
        elif not covered:
            covered = {each.name for each in sketch.fields.values() if each.entered}
        yield Approval(by=by, condition=condition, covers=frozenset(covered.difference(PIPELINE_FIELDS)))
