"""What the forms about a role say, as what is to stand in its YAML where it differs from what does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.definitions.kinds.role import SETTINGS
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.pipeline import Pipeline
from customary.engine.model.role import Grant, Role
from customary.engine.workspace.rights import WORDS, Said, Way

ACTS = ("read", "create", "update", "delete", "export", "import")
MARKS = ("hidden", "read_only", "on_create")
EVERY = "*"
RULE = "rule"
"""Stands for an expression, which is typed beside it."""


@dataclass(frozen=True, slots=True)
class Form:
    """The texts of a form, the last of each name or all of them."""

    lists: Mapping[str, list[str]]

    @classmethod
    def of(cls, data: Any) -> Form:
        lists: dict[str, list[str]] = {}
        for name, value in data.multi_items():
            if isinstance(value, str):
                lists.setdefault(name, []).append(value)
        return cls(lists)

    def get(self, name: str, otherwise: str = "") -> str:
        return self.lists.get(name, [otherwise])[-1]

    def getall(self, name: str) -> list[str]:
        return self.lists.get(name, [])


class NotToBeChosen(ValueError):
    """The form holds what none of its controls offers."""


def act_of(grant: Grant | None, act: str) -> str:
    """A right in the words of the definitions; "" where nothing is said of it."""
    if grant is None or (act == "import" and grant.bring is None):
        return ""
    rule = grant.rule(act)
    if isinstance(rule, bool):
        return "all" if rule else "none"
    return rule if isinstance(rule, str) else f"={rule.text}"


def of_role(model: Model, role: Role, form: Form) -> Said:
    """What the table of a role's rights and the lists below it say anew. Raises NotToBeChosen."""
    found = dict(_acts(model, role, form))
    for each in model.pipelines.values():
        found |= _moves(role, each, form)
    found |= _several(form, "buttons", role.buttons, buttons_of(model))
    found |= _several(form, "dashboards", role.dashboards, tuple(model.dashboards))
    return found | _several(form, "settings", role.settings, SETTINGS)


def of_fields(role: Role, entity: Entity, form: Form) -> Said:
    """What the marks on an entity's fields say anew. Raises NotToBeChosen."""
    marks: Mapping[str, str] = role.entities[entity.name].fields
    found: dict[Way, Any] = {}
    for name in entity.fields:
        before = marks.get(name, "")
        chosen = form.get(name, before)
        if chosen not in ("", *MARKS):
            raise NotToBeChosen
        if chosen != before:
            found["entities", entity.name, "fields", name] = chosen or None
    return found


def buttons_of(model: Model) -> tuple[str, ...]:
    """The workflows that somebody starts by a button."""
    return tuple(name for name, each in model.workflows.items() if each.has_button)


def pairs_of(form: Form, pipeline: Pipeline) -> list[tuple[str, ...]]:
    """The moves that were chosen."""
    return [tuple(each.split(">")) for each in form.getall(f"{pipeline.name}.pair")]


def _acts(model: Model, role: Role, form: Form) -> Iterator[tuple[Way, Any]]:
    for entity in (EVERY, *model.entities):
        for act in ACTS:
            before = act_of(role.entities.get(entity), act)
            chosen = form.get(f"{entity}.{act}", RULE if before.startswith("=") else before)
            if chosen == RULE and entity != EVERY:
                typed = form.get(f"{entity}.{act}.{RULE}", before).strip().removeprefix("=").strip()
                chosen = f"={typed}"
            elif chosen not in ("", *WORDS):
                raise NotToBeChosen
            if chosen and chosen != before:
                yield ("entities", entity, act), chosen


def _moves(role: Role, pipeline: Pipeline, form: Form) -> Said:
    """Whether moves are limited, to which, and whether closed records may be taken out again."""
    if form.get(f"{pipeline.name}.moves") not in ("all", "some"):
        return {}
    before, found = role.pipelines.get(pipeline.name, {}), {}
    pairs = pairs_of(form, pipeline)
    if not set(pairs) <= set(pipeline.pairs):
        raise NotToBeChosen
    wanted = pairs if form.get(f"{pipeline.name}.moves") == "some" else None
    if (wanted and set(wanted)) != ("move" in before and set(before["move"]) or None):
        found["pipelines", pipeline.name, "move"] = None if wanted is None else [list(each) for each in wanted]
    reopens = form.get(f"{pipeline.name}.reopen") == "yes"
    if reopens is not (before.get("reopen") is True):
        found["pipelines", pipeline.name, "reopen"] = reopens
    return found


def _several(form: Form, key: str, before: tuple[str, ...], known: tuple[str, ...]) -> Said:
    """A list of names, where the form asks for it: it says so, since a list of nothing is sent as nothing."""
    if form.get(f"has.{key}") != "yes":
        return {}
    chosen = form.getall(key)
    if not set(chosen) <= {*known, *before}:
        raise NotToBeChosen
    return {} if set(chosen) == set(before) else {(key,): list(chosen) or ([] if before else None)}
