"""Matching: which rules begin for a batch of changes. Conditions are asked of all its records at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from customary.engine.automation.batch import Batch, Seen
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.expressions import ExpressionError
from customary.engine.model.model import Workflow
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, among
from customary.engine.records.work import Work

log = logging.getLogger("customary.automation")

Look = tuple[Workflow, Seen]
"""A rule, and a moment at which it looks."""


def begins(batch: Batch, failed: Callable[[Workflow, Seen, Exception], None]) -> list[Look]:
    """The rules that have something to do, each with its moment, in the order of the changes.

    What breaks is told to `failed`, alone: it must not take the other rules and records with it.
    """
    looks = [(rule, seen) for rule in _rules(batch.work) for seen in batch.moments if _watches(rule, seen)]
    found = _looked(batch.work, looks, failed)
    return sorted(found, key=lambda look: look[1].number)


def _looked(work: Work, looks: list[Look], failed: Callable[[Workflow, Seen, Exception], None]) -> list[Look]:
    """All at once; where something breaks, one half and then the other, down to what it is."""
    if not looks:
        return []
    try:
        with work.connection.begin_nested():
            return [look for rule, each in groupby(looks, lambda look: look[0]) for look in _holding(rule, each)]
    except Exception as error:
        if len(looks) == 1:
            log.exception("Workflow %s could not look at %s %s", looks[0][0].name, looks[0][1].entity, looks[0][1].id)
            failed(*looks[0], error)
            return []
    middle = len(looks) // 2
    return _looked(work, looks[:middle], failed) + _looked(work, looks[middle:], failed)


def _holding(rule: Workflow, looks: Iterable[Look]) -> list[Look]:
    concerned = [each for _, seen in looks for each in _concerned(rule, seen)]
    return [(rule, each) for each in holding(rule, concerned)]


def holding(rule: Workflow, moments: list[Seen]) -> list[Seen]:
    """Those at which the condition holds: asked in SQL where it reads other records, else of what was read."""
    if rule.where is None or not moments:
        return moments
    question = _question(moments[0].work, rule)
    if question is None:
        return [each for each in moments if rule.where.holds(each.scope())]
    ids = {each.id for each in moments if each.change.kind != "deleted"}
    fitting = set(moments[0].work.connection.execute(question, {"ids": sorted(ids)}).scalars())
    gone = (each for each in moments if each.change.kind == "deleted" and rule.where.holds(each.scope()))
    fitting |= {each.id for each in gone}
    return [each for each in moments if each.id in fitting]


def _question(work: Work, rule: Workflow) -> sa.Select | None:
    """What asks the database which of some records fit; None where Python tells as well without it, or alone."""
    return kept(work, ("rule's question", rule.name), lambda: (_asked(work, rule),))[0]


def _asked(work: Work, rule: Workflow) -> sa.Select | None:
    where = rule.where
    # SQL knows nothing of who acted nor of what was before, and a kept question has no time of its own.
    if not where.reads_others or where.reads_old or where.reads_user or where.reads_now:
        return None
    rows = all_rows(work, rule.entity)
    try:
        clause = where.clause(rows, rows.values)
    except (ExpressionError, LookupError):
        return None
    return sa.select(rows.column("id")).where(among(work, rows.column("id"), "ids"), clause)


def _rules(work: Work) -> tuple[Workflow, ...]:
    return kept(work, "rules after the save", lambda: tuple(_after_the_save(work)))


def _after_the_save(work: Work) -> Iterator[Workflow]:
    return (each for each in work.model.workflows.values() if not each.before)


def _watches(rule: Workflow, seen: Seen) -> bool:
    """Whether a rule could care for changes of this entity at all."""
    entity = seen.change.entity
    return rule.entity == entity or any(trigger.get("child") == entity for trigger in rule.triggers)


def _concerned(rule: Workflow, own: Seen) -> Iterator[Seen]:
    """The moments that the rule waits for, each with the record that it is about."""
    if rule.entity == own.change.entity and any(_matches(trigger, own) for trigger in rule.triggers):
        yield own
    for id in dict.fromkeys(id for trigger in rule.triggers for id in _subjects(trigger, own)):
        yield own.of(rule.entity, id)


def _matches(trigger: Mapping[str, Any], moment: Seen) -> bool:
    matches = getattr(trigger_kinds()[trigger["kind"]], "matches", None)
    return matches is not None and matches(trigger, moment.change, moment)


def _subjects(trigger: Mapping[str, Any], moment: Seen) -> Iterable[Any]:
    subjects = getattr(trigger_kinds()[trigger["kind"]], "subjects", None)
    return subjects(trigger, moment.change, moment) if subjects is not None else ()
