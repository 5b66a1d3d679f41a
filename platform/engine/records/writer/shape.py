"""What the writer needs to know of an entity, sorted out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customary.engine.expressions import Expression, Template
from customary.engine.fields.consent import Consent
from customary.engine.fields.field import Field
from customary.engine.model.dependence import own_reads
from customary.engine.model.entities.default import in_order
from customary.engine.model.entities.personal import personal
from customary.engine.model.entity import Check, Entity
from customary.engine.model.workflow import Workflow
from customary.engine.records.kept import kept
from customary.engine.records.titles import LINKED
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS

OF_PIPELINE = ("stage", "outcome", "probability", "stage_entered_at")


@dataclass(frozen=True)
class Shape:
    """An entity's fields by what the writer does with them."""

    entity: Entity
    entered: Mapping[str, Field]
    """Fields that a write may set."""
    defaults: tuple[Field, ...]
    """Fields whose defaults are known before a stage is entered."""
    staged: tuple[Field, ...]
    """Fields whose defaults read what entering a stage sets."""
    numbered: tuple[Field, ...]
    links: tuple[Field, ...]
    many: tuple[Field, ...]
    lines: tuple[Field, ...]
    attached: tuple[Field, ...]
    """Fields of files."""
    required: tuple[Field, ...]
    conditional: tuple[tuple[Field, frozenset[str]], ...]
    """Fields required on a condition, with the names it reads."""
    unique: tuple[tuple[str, ...], ...]
    checks: tuple[tuple[Check, frozenset[str]], ...]
    recorded: tuple[Field, ...]
    """Entered fields whose values stand in change rows."""
    derived: tuple[Field, ...]
    """Computed fields that are kept; they stand in change rows too."""
    searched: tuple[Field, ...]
    stored: tuple[str, ...]
    """Fields with columns in the entity's own table."""
    rules: tuple[Workflow, ...]
    """Rules before the save, in their order."""
    consents: tuple[Consent, ...]
    personal: frozenset[str]
    """Fields that say something about a person."""
    watched: bool
    """Whether some workflow may care for its changes."""


def shape(work: Work, entity: str) -> Shape:
    """The shape of `entity` in the work's release."""
    return kept(work, ("shape", entity), lambda: _shape(work, work.model.entities[entity]))


def reads(entity: Entity, expression: Expression | Template) -> frozenset[str]:
    """The names of the record's own fields that an expression reads, through computed fields too."""
    return own_reads(entity.fields, expression)


def _shape(work: Work, entity: Entity) -> Shape:
    fields = tuple(entity.fields.values())
    entered = {each.name: each for each in fields if _may_be_set(each)}
    own = tuple(entered.values())
    table = work.release.tables.entity(entity.name)
    given, staged = [each for each in in_order(entity.fields) if each.name in entered], _staged(entity, own)
    return Shape(
        entity=entity,
        entered=entered,
        defaults=tuple(each for each in given if each.name not in staged),
        staged=tuple(each for each in given if each.name in staged),
        numbered=tuple(each for each in fields if each.kind == "auto_number"),
        links=tuple(each for each in own if each.points in LINKED),
        many=tuple(each for each in own if each.points == "many"),
        lines=tuple(each for each in own if each.points == "inside"),
        attached=tuple(each for each in own if each.attaches),
        required=tuple(each for each in own if each.required is True),
        conditional=tuple((each, reads(entity, each.required)) for each in own if not isinstance(each.required, bool)),
        unique=unique_in(entity),
        checks=tuple((each, reads(entity, each.condition)) for each in entity.checks),
        recorded=tuple(each for each in fields if _is_recorded(each)),
        derived=tuple(each for each in fields if each.kept),
        searched=_searched(entity),
        stored=tuple(dict.fromkeys((*SYSTEM_COLUMNS, *filter(table.has, entity.fields)))),
        rules=tuple(each for each in work.model.workflows.values() if each.before and each.entity == entity.name),
        consents=tuple(each for each in own if isinstance(each, Consent)),
        personal=personal(entity),
        watched=_is_watched(work, entity.name),
    )


def _may_be_set(each: Field) -> bool:
    return each.name == "stage" if each.system else each.entered


def _staged(entity: Entity, fields: Iterable[Field]) -> frozenset[str]:
    """The fields whose defaults follow from the stage, by way of other defaults too, and do not choose a pipeline."""
    if not entity.pipelines:
        return frozenset()
    choosing = frozenset().union(*(reads(entity, each.where) for each in entity.pipelines if each.where is not None))
    made = [each for each in fields if isinstance(each.default, Expression | Template) and each.name not in choosing]
    follows = {each.name: reads(entity, each.default) for each in made}
    found = set(OF_PIPELINE)
    while more := {name for name, read in follows.items() if read & found} - found:
        found |= more
    return frozenset(found.difference(OF_PIPELINE))


def _is_recorded(each: Field) -> bool:
    if each.system:
        return each.name in OF_PIPELINE
    return each.formula is None and each.points != "inside"


def unique_in(entity: Entity) -> tuple[tuple[str, ...], ...]:
    """The fields, or groups of fields, in which no two living records agree."""
    single = [(each.name,) for each in entity.fields.values() if each.unique]
    return (*single, *(tuple(names) for names in entity.unique.values()))


def _searched(entity: Entity) -> tuple[Field, ...]:
    """The fields whose words find a record: those that say so, and what its title shows."""
    in_title = {path[0] for path in getattr(entity.title, "paths", ())}
    return tuple(
        each
        for each in entity.fields.values()
        if (each.search or each.name in in_title) and (each.formula is None or each.kept) and each.points not in LINKED
    )


def _is_watched(work: Work, entity: str) -> bool:
    rules = (workflow for workflow in work.model.workflows.values() if not workflow.before)
    triggers = [trigger for workflow in rules for trigger in workflow.triggers]
    return any(trigger.get("entity", entity) == entity or trigger.get("child") == entity for trigger in triggers)
