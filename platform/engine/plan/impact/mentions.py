"""Mentions: what each part of a model says of entities, fields, options, stages and other definitions, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customary.engine.access.hidden import target_of
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.model.message import Mailbox
from customary.engine.model.model import Model
from customary.engine.model.pipeline import Pipeline, Stage
from customary.engine.model.role import Role
from customary.engine.model.rules.form import WebForm
from customary.engine.model.tile import Tile
from customary.engine.model.workflow import Workflow
from customary.engine.plan.impact.asked import STAGE, Thing, chosen, said

Mention = tuple[str, str, Thing]
"""Who says it, by kind and path, and of what."""

WORKFLOW = "workflow"
_COMPUTED_BY = ("formula", "required", "read_only", "visible", "default", "where", "template")


def mentions(model: Model) -> Iterator[Mention]:
    """All that the definitions of a model say of each other, one for each time that it is said."""
    for entity in model.entities.values():
        yield from _of_entity(model, entity)
    for pipeline in model.pipelines.values():
        yield from _of_pipeline(model, pipeline)
    for workflow in model.workflows.values():
        yield from ((WORKFLOW, workflow.name, thing) for thing in _of_workflow(model, workflow))
    for role in model.roles.values():
        yield from (("role", role.name, thing) for thing in _of_role(model, role))
    for message in model.messages.values():
        texts = (message.subject, message.body, message.attachments)
        things = (*said(model, texts), *_entities(message.about), *_enclosed(message.attachments, message.about or ""))
        yield from (("message", message.name, thing) for thing in things)
        yield from (("message", message.name, thing) for thing in _along(model, message.about, message.purpose))
    for document in model.documents.values():
        texts = (document.title, document.body, document.footer)
        yield from (("document", document.name, thing) for thing in said(model, texts))
        yield from (("document", document.name, thing) for thing in _entities(document.about))
    for dashboard in model.dashboards.values():
        for tile in dashboard.tiles.values():
            yield from _of_tile(model, dashboard.name, tile)
    for mailbox in model.mailboxes.values():
        yield from (("mailbox", mailbox.name, thing) for thing in _of_mailbox(model, mailbox))
    for form in model.web_forms.values():
        yield from (("web_form", form.name, thing) for thing in _of_form(model, form))
    for group in model.navigation:
        yield from (("navigation", group.name, ("entity", each)) for each in group.entities)


def _of_entity(model: Model, entity: Entity) -> Iterator[Mention]:
    name = entity.name
    yield from _said(model, "entity", name, entity, (entity.title,), entity.highlights)
    for field in entity.fields.values():
        path = f"{name}.{field.name}"
        yield from _said(model, "field", path, entity, tuple(getattr(field, each, None) for each in _COMPUTED_BY))
        yield from (("field", path, thing) for thing in (*_targets(field), *chosen(name, field, field.default)))
        yield from (("field", path, ("role", each)) for each in field.only)
    if entity.retention is not None:
        yield from _said(model, "entity", name, entity, (entity.retention.where,), (entity.retention.since,))
    for check in entity.checks:
        yield from _said(model, "check", f"{name}.{check.name}", entity, (check.condition,), (check.field or "",))
    for rule, names in entity.unique.items():
        yield from _said(model, "unique", f"{name}.{rule}", entity, (), names)
    for limit in entity.limits:
        yield from _said(model, limit.kind, f"{name}.{limit.name}", entity, limit.expressions, limit.fields)
    for view in entity.views.values():
        names = (*view.columns, *view.card, *(each for each, _ in view.sort), view.sum or "", view.group or "")
        yield from _said(model, "view", f"{name}.{view.name}", entity, (view.where,), names)
        if view.pipeline:
            yield "view", f"{name}.{view.name}", ("pipeline", view.pipeline)
    for section in entity.layout:
        yield from _said(
            model, "section", f"{name}.{section.name}", entity, (), (n for row in section.rows for n in row)
        )


def _of_pipeline(model: Model, pipeline: Pipeline) -> Iterator[Mention]:
    entity = model.entities[pipeline.entity]
    yield "pipeline", pipeline.name, ("entity", entity.name)
    yield from _said(model, "pipeline", pipeline.name, entity, (pipeline.where,))
    for stage in pipeline.stages.values():
        path = f"{pipeline.name}.{stage.name}"
        yield from _said(model, STAGE, path, entity, (stage.guard, stage.tasks, stage.approve), _named(stage))
        yield from ((STAGE, path, thing) for each in stage.approve for thing in _roles(each.by))


def _named(stage: Stage) -> Iterator[str]:
    yield from (*stage.requires, *stage.locks)
    yield from (name for each in stage.approve for name in sorted(each.covers))


def _of_workflow(model: Model, workflow: Workflow) -> Iterator[Thing]:
    yield from said(model, (workflow.where, workflow.triggers, workflow.steps))
    yield from _entities(workflow.entity)
    for each in (*workflow.triggers, *_steps(workflow.steps)):
        yield from _of_step(model, each, str(each.get("entity") or workflow.entity))
        yield from (thing for key in _ASKED if key in each for thing in _roles(each[key]))


def _roles(people: Any) -> Iterator[Thing]:
    """The roles among those who are named."""
    for each in people if isinstance(people, tuple) else (people,):
        kind, _, name = each.partition(" ") if isinstance(each, str) else ("", "", "")
        if kind == "role":
            yield "role", name.strip()


def _of_step(model: Model, step: Mapping[str, Any], entity: str) -> Iterator[Thing]:
    """What a trigger or a step names besides its expressions."""
    yield from _entities(entity)
    if isinstance(step.get("field"), str):
        yield from _of_values(model, entity, {step["field"]: (step.get("from"), step.get("to"))})
    if isinstance(step.get("values"), Mapping):
        yield from _of_values(model, entity, step["values"])
    if isinstance(step.get("pipeline"), str):
        yield "pipeline", step["pipeline"]
        if isinstance(step.get(STAGE), str):
            yield STAGE, entity, step[STAGE]
    if isinstance(step.get("into"), str) and "document" in step:
        yield "field", entity, step["into"]
    attached = step.get("attach") or ()
    yield from _enclosed(attached if isinstance(attached, tuple) else (attached,), entity)
    for kind, key in _NAMED:
        named = step.get(key)
        for each in named if isinstance(named, tuple) else (named,):
            if isinstance(each, str):
                yield kind, each


def _enclosed(attached: Iterable[Any], entity: str) -> Iterator[Thing]:
    """Fields and documents that go with a mail."""
    for each in attached:
        if isinstance(each, str):
            yield "field", entity, each
        if isinstance(each, Mapping):
            yield "document", each["document"]


def _of_values(model: Model, entity: str, values: Mapping[str, Any]) -> Iterator[Thing]:
    """Fields that are given values, and which of their options these are."""
    known = model.entities[entity].fields if entity in model.entities else {}
    for name, value in values.items():
        yield "field", entity, str(name)
        yield from chosen(entity, known.get(name), value)


_ASKED = ("among", "by", "user")
"""Keys of a step under which a role may be named."""

_NAMED = (
    ("message", "message"),
    ("message", "of"),
    ("mailbox", "mailbox"),
    ("document", "document"),
    ("web_form", "form"),
    ("survey", "survey"),
    (WORKFLOW, "workflow"),
)
"""Kinds of definition, and the keys under which triggers and steps name one."""


def _of_tile(model: Model, dashboard: str, tile: Tile) -> Iterator[Mention]:
    path = f"{dashboard}.{tile.name}"
    yield "tile", path, ("entity", tile.entity)
    yield from _said(model, "tile", path, model.entities[tile.entity], (tile.where,), (*tile.names, *tile.columns))
    if tile.pipeline:
        yield "tile", path, ("pipeline", tile.pipeline)


def _of_mailbox(model: Model, mailbox: Mailbox) -> Iterator[Thing]:
    yield from _entities(mailbox.entity)
    yield from said(model, tuple((mailbox.new or {}).values()))
    yield from _of_values(model, mailbox.entity, mailbox.new or {})


def _of_form(model: Model, form: WebForm) -> Iterator[Thing]:
    yield from said(model, (form.values, form.creates))
    yield from (("field", form.entity, name) for name in form.fields)
    for entity, values in ((form.entity, form.values), *form.creates):
        yield "entity", entity
        yield from _of_values(model, entity, values)


def _of_role(model: Model, role: Role) -> Iterator[Thing]:
    for entity, grant in role.entities.items():
        yield from said(model, grant)
        if entity in model.entities:
            yield "entity", entity
            yield from (("field", entity, name) for name in grant.fields)
    for name, rights in role.pipelines.items():
        yield "pipeline", name
        entity = model.pipelines[name].entity if name in model.pipelines else ""
        yield from ((STAGE, entity, str(stage)) for pair in rights.get("move") or () for stage in pair)
    yield from (("dashboard", name) for name in role.dashboards)
    yield from ((WORKFLOW, name) for name in role.buttons)
    yield from said(model, role.portal)


def _said(
    model: Model, kind: str, path: str, entity: Entity, values: Any, names: Iterable[str] = ()
) -> Iterator[Mention]:
    yield from ((kind, path, thing) for thing in said(model, values))
    for name in names:
        stem = name.partition(".")[0]
        if stem in entity.fields:
            yield kind, path, ("field", entity.name, stem)


def _along(model: Model, entity: str | None, path: Iterable[str]) -> Iterator[Thing]:
    """The fields on the way over links to another."""
    for name in path:
        yield "field", str(entity), name
        entity = target_of(model, entity, name)


def _targets(field: Field) -> Iterator[Thing]:
    """The entities that a link points to."""
    to = getattr(field, "to", ()) if field.points in ("one", "many", "any") else ()
    yield from (("entity", each) for each in ((to,) if isinstance(to, str) else to or ()))
    of = getattr(field, "of", "") if field.points == "inside" else ""
    yield from _entities(of.partition(".")[0])


def _entities(name: str | None) -> Iterator[Thing]:
    if name:
        yield "entity", name


def _steps(steps: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """All steps, those inside others too."""
    for each in steps:
        if isinstance(each, Mapping):
            yield each
            yield from _steps(value for value in each.values() if isinstance(value, (Mapping, tuple)))
        elif isinstance(each, tuple):
            yield from _steps(each)
