"""Which computed fields are kept in columns: those that somebody wants quickly, or wants to hear about.

All others are worked out in SQL when they are read: that is always right, costs writers nothing, and is quick
enough for a page of records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from customary.engine.expressions import Expression
from customary.engine.model.build import Build, Sketch, frozen, items
from customary.engine.model.dependence import Entities, computed_on_the_way, nothing_kept, readings
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.text.node import Mapping, Node, Sequence, plain

WISHES = ("index", "search", "unique")
"""The keys of a field that ask for a column of its own."""

Wish = tuple[str, str, str]
"""Entity, field, and why it should be kept."""


def keep(model: Model) -> Model:
    """The model whose fields say why they are kept (`Field.kept`)."""
    reasons: dict[tuple[str, str], str] = {}
    for entity, name, reason in _wishes(model):
        if (entity, name) not in reasons and may_be_kept(model.entities, entity, name):
            reasons[entity, name] = reason
    if not reasons:
        return model
    return replace(model, entities=frozen({each.name: _kept(each, reasons) for each in model.entities.values()}))


def may_be_kept(entities: Entities, entity: str, name: str) -> bool:
    """Whether a field is computed from records alone, so that their changes tell when it changes."""
    each = entities[entity].fields[name]
    if each.formula is None or each.system or each.points:
        return False
    return readings(entities, entity, name, nothing_kept) is not None


def check_wishes(build: Build) -> None:
    """Adds a problem for every field that says it is to be found quickly and cannot be, and warns of views in an
    order that no index can have."""
    for sketch in build.sketches.values():
        for name, body in sketch.nodes.items():
            each = sketch.fields[name]
            said = [key for key in WISHES if getattr(each, key)]
            if said and _is_never_kept(build, sketch, name):
                summary = f"“{name}” cannot be kept, so “{said[0]}” says nothing"
                remedy = "It is a link, or depends on the time or on all records of an entity: remove it."
                build.add(body.place_of(said[0]), summary, remedy)
        _check_rules(build, sketch)
        for view, body in items(sketch.body.get("views")):
            _check_order(build, sketch, view, body.get("sort"))


def _check_rules(build: Build, sketch: Sketch) -> None:
    rules = sketch.body.get("unique")
    for node in rules.entries.values() if isinstance(rules, Mapping) else ():
        for each in node.items if isinstance(node, Sequence) else (node,):
            name = str(plain(each))
            if name in sketch.fields and _is_never_kept(build, sketch, name):
                remedy = "It is a link, or depends on the time or on all records of an entity."
                build.add(each.place, f"“{name}” cannot be kept, so it cannot make records unique", remedy)


def _check_order(build: Build, sketch: Sketch, view: str, sort: Node | None) -> None:
    for node in sort.items if isinstance(sort, Sequence) else ():
        name = str(plain(node)).removeprefix("-").partition(".")[0]
        if name in sketch.fields and _is_never_kept(build, sketch, name):
            summary = f"the view “{view}” sorts by “{name}”, for which there can be no index"
            build.warn(
                node.place, summary, "With many records it will be slow. Sort by a field that is entered or kept."
            )


def _is_never_kept(build: Build, sketch: Sketch, name: str) -> bool:
    computed = sketch.fields[name].formula is not None
    return computed and not sketch.fields[name].system and not may_be_kept(build.sketches, sketch.name, name)


def _kept(entity: Entity, reasons: dict[tuple[str, str], str]) -> Entity:
    fields = {
        name: replace(each, kept=reasons[entity.name, name]) if (entity.name, name) in reasons else each
        for name, each in entity.fields.items()
    }
    return replace(entity, fields=frozen(fields))


def _wishes(model: Model) -> Iterator[Wish]:
    for entity in model.entities.values():
        for name, each in entity.fields.items():
            said = [key for key in WISHES if getattr(each, key)]
            if each.formula is not None and said:
                yield entity.name, name, f"it says {said[0]}: true"
        for rule, names in entity.unique.items():
            yield from ((entity.name, name, f"the rule {rule} keeps it unique") for name in names)
        yield from _of_views(model, entity)
    yield from _of_workflows(model)
    yield from _of_roles(model)
    yield from _of_rollups(model)


def _of_views(model: Model, entity: Entity) -> Iterator[Wish]:
    for view in entity.views.values():
        for path, _ in view.sort:
            name, _, _ = path.partition(".")
            if entity.fields[name].formula is not None:
                yield entity.name, name, f"the view {entity.name}.{view.name} sorts by it"
        if view.sum and entity.fields[view.sum].formula is not None:
            yield entity.name, view.sum, f"the view {entity.name}.{view.name} sums it up"
        yield from _asked(model, entity.name, view.where, f"the view {entity.name}.{view.name} filters by it")


def _of_workflows(model: Model) -> Iterator[Wish]:
    for workflow in model.workflows.values():
        for trigger in workflow.triggers:
            entity, name = trigger.get("entity"), trigger.get("field")
            if entity in model.entities and name in model.entities[entity].fields:
                yield entity, name, f"the workflow {workflow.name} watches it"


def _of_roles(model: Model) -> Iterator[Wish]:
    for role in model.roles.values():
        for entity, grant in role.entities.items():
            for rule in grant.rules:
                if isinstance(rule, Expression) and entity in model.entities:
                    yield from _asked(model, entity, rule, f"the role {role.name} asks for it")


def _of_rollups(model: Model) -> Iterator[Wish]:
    """What is asked of every row of a list: a list counted there would be dear to work out, and what follows from the
    row alone costs nothing to keep, while to work it out anew takes a database longer than to add it up."""
    for entity in model.entities.values():
        for name, each in entity.fields.items():
            if each.formula is None:
                continue
            for here, inner, listed in computed_on_the_way(model.entities, entity.name, each.formula.paths):
                formula = model.entities[here].fields[inner].formula
                if listed and (formula.counts or not formula.reads_others):
                    yield here, inner, f"{entity.name}.{name} counts over it"


def _asked(model: Model, entity: str, condition: Expression | None, reason: str) -> Iterator[Wish]:
    if condition is not None:
        for here, name, _ in computed_on_the_way(model.entities, entity, condition.paths):
            yield here, name, reason
