"""Mentions: what each part of a model says of entities, fields, options, stages and other definitions, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from customary.engine.expressions import Expression, Template, meaning
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.types import ListOf, Record
from customary.engine.fields.field import Field
from customary.engine.model.model import Entity, Mailbox, Model, Pipeline, Role, Stage, Workflow
from customary.engine.model.rules.form import WebForm
from customary.engine.model.tile import Tile

Thing = tuple[str, ...]
"""A kind and the names that lead there: ("field", "visit", "cost"), ("option", "visit", "kind", "call")."""

Mention = tuple[str, str, Thing]
"""Who says it, by kind and path, and of what."""

STAGE = "stage"
_COMPUTED_BY = ("formula", "required", "read_only", "visible", "default")


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


def said(model: Model, value: Any) -> Iterator[Thing]:
    """What the expressions within a value ask for."""
    for expression in _expressions(value):
        for node in all_nodes(expression.node):
            yield from _of_node(model, node)


WORKFLOW = "workflow"


def _of_entity(model: Model, entity: Entity) -> Iterator[Mention]:
    name = entity.name
    yield from _said(model, "entity", name, entity, (entity.title,), entity.highlights)
    for field in entity.fields.values():
        path = f"{name}.{field.name}"
        yield from _said(model, "field", path, entity, tuple(getattr(field, each) for each in _COMPUTED_BY))
        yield from (("field", path, thing) for thing in _targets(field))
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


def _named(stage: Stage) -> Iterator[str]:
    yield from (*stage.requires, *stage.locks)
    yield from (name for each in stage.approve for name in sorted(each.covers))


def _of_workflow(model: Model, workflow: Workflow) -> Iterator[Thing]:
    yield from said(model, (workflow.where, workflow.triggers, workflow.steps))
    yield from _entities(workflow.entity)
    for each in (*workflow.triggers, *_steps(workflow.steps)):
        yield from _of_step(model, each, str(each.get("entity") or workflow.entity))


def _of_step(model: Model, step: Mapping[str, Any], entity: str) -> Iterator[Thing]:
    """What a trigger or a step names besides its expressions."""
    yield from _entities(entity)
    names = [step["field"]] if isinstance(step.get("field"), str) else []
    values = step.get("values")
    for name in (*names, *(values if isinstance(values, Mapping) else ())):
        yield "field", entity, str(name)
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


_NAMED = (
    ("message", "message"),
    ("message", "of"),
    ("mailbox", "mailbox"),
    ("document", "document"),
    ("web_form", "form"),
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
    yield from (("field", mailbox.entity, name) for name in mailbox.new or ())


def _of_form(model: Model, form: WebForm) -> Iterator[Thing]:
    yield from said(model, (form.values, form.creates))
    for entity, names in ((form.entity, (*form.fields, *form.values)), *form.creates):
        yield "entity", entity
        yield from (("field", entity, name) for name in names)


def _of_role(model: Model, role: Role) -> Iterator[Thing]:
    for entity, grant in role.entities.items():
        yield from said(model, grant)
        if entity in model.entities:
            yield "entity", entity
            yield from (("field", entity, name) for name in grant.fields)
    yield from (("pipeline", name) for name in role.pipelines)
    yield from (("dashboard", name) for name in role.dashboards)


def _said(
    model: Model, kind: str, path: str, entity: Entity, values: Any, names: Iterable[str] = ()
) -> Iterator[Mention]:
    yield from ((kind, path, thing) for thing in said(model, values))
    for name in names:
        stem = name.partition(".")[0]
        if stem in entity.fields:
            yield kind, path, ("field", entity.name, stem)


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


def _expressions(value: Any) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, Template):
        yield from value.holes
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _expressions(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _expressions(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _expressions(getattr(value, each.name))


def _of_node(model: Model, node: Node) -> Iterator[Thing]:
    match node:
        case meaning.Field(on=on, name=name):
            yield from _of_field(model, on, name)
        case meaning.Every(entity=entity):
            yield "entity", entity
        case meaning.Compare(left=meaning.Field() as field, right=meaning.Constant(value=value)):
            yield from _of_option(field, value)
        case meaning.Compare(left=meaning.Constant(value=value), right=meaning.Field() as field):
            yield from _of_option(field, value)
        case meaning.Contained(item=meaning.Constant(value=value), list=meaning.Field() as field):
            yield from _of_option(field, value)
        case meaning.Among(item=meaning.Field() as field, items=items):
            for each in items:
                if isinstance(each, meaning.Constant):
                    yield from _of_option(field, each.value)


def _of_field(model: Model, on: Node, name: str) -> Iterator[Thing]:
    """A field, or the link behind a list that leads back."""
    entity = model.entities.get(_entity(on))
    if entity is None:
        return
    inverse = entity.inverses.get(name)
    yield ("field", inverse.entity, inverse.field) if inverse else ("field", entity.name, name)


def _of_option(field: meaning.Field, value: Any) -> Iterator[Thing]:
    entity = _entity(field.on)
    if entity and isinstance(value, str):
        yield (STAGE, entity, value) if field.name == STAGE else ("option", entity, field.name, value)


def _entity(node: Node) -> str:
    kind = node.type.item if isinstance(node.type, ListOf) else node.type
    return kind.entity if isinstance(kind, Record) else ""
