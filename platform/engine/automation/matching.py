"""Matching: which rules begin for a batch of changes. Conditions are asked of all its records at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from types import ModuleType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.batch import Batch, Seen
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.expressions import ExpressionError
from customary.engine.model.workflow import Workflow
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, among
from customary.engine.records.work import Work

log = logging.getLogger("customary.automation")

Look = tuple[Workflow, Seen]
"""A rule, and a moment at which it looks."""


@dataclass(frozen=True, eq=False)
class Watch:
    """A rule with what it waits for, sorted out once a release."""

    rule: Workflow
    entities: frozenset[str]
    """Those whose changes it could care for."""
    own: tuple[tuple[ModuleType, Mapping[str, Any]], ...]
    """Triggers that a change of the record itself may fit, each with its kind."""
    others: tuple[tuple[ModuleType, Mapping[str, Any]], ...]
    """Triggers that lead from the changed record to those that the rule is about."""

    def concerned(self, moments: Iterable[Seen]) -> Iterator[Look]:
        """Those of some moments that the rule waits for, each with the record that it is about."""
        for seen in moments:
            found = seen.change
            if found.entity == self.rule.entity:
                for kind, trigger in self.own:
                    if kind.matches(trigger, found, seen):
                        yield self.rule, seen
                        break
            if self.others:
                led = (id for kind, trigger in self.others for id in kind.subjects(trigger, found, seen))
                yield from ((self.rule, seen.of(self.rule.entity, id)) for id in dict.fromkeys(led))


def begins(batch: Batch, failed: Callable[[Workflow, Seen, Exception], Any]) -> list[Look]:
    """The rules that have something to do, each with its moment, in the order of the changes.

    What breaks is told to `failed`, alone: it must not take the other rules and records with it.
    """
    watches = kept(batch.work, "watches", lambda: tuple(_watches(batch.work)))
    looks = [(watch, seen) for watch in watches for seen in batch.moments if seen.change.entity in watch.entities]
    return sorted(_looked(batch.work, looks, failed), key=lambda look: look[1].number)


def _looked(work: Work, looks: list[tuple[Watch, Seen]], failed: Callable[..., Any]) -> list[Look]:
    """All at once; where something breaks, one half and then the other, down to what it is."""
    if not looks:
        return []
    try:
        with work.connection.begin_nested():
            by_watch = groupby(looks, itemgetter(0))
            return holding(work, [each for watch, its in by_watch for each in watch.concerned(map(itemgetter(1), its))])
    except Exception as error:
        if len(looks) == 1:
            watch, seen = looks[0]
            log.exception("Workflow %s could not look at %s %s", watch.rule.name, seen.entity, seen.id)
            failed(watch.rule, seen, error)
            return []
    middle = len(looks) // 2
    return _looked(work, looks[:middle], failed) + _looked(work, looks[middle:], failed)


def holding(work: Work, looks: list[Look]) -> list[Look]:
    """Those at which the rule's condition holds: asked in SQL where that can tell, else one by one."""
    fitting: dict[str, set[UUID]] = {}
    for rules, ids in _questions(work, looks):
        fitting |= _fitting(work, rules, ids)
    over = _over([seen for _, seen in looks]) if fitting else set()
    by_rule = groupby(looks, itemgetter(0))
    return [each for rule, its in by_rule for each in _holding(rule, its, fitting.get(rule.name), over)]


def _holding(rule: Workflow, looks: Iterable[Look], fitting: set[UUID] | None, over: set[int]) -> Iterable[Look]:
    """Those of a rule: what SQL found is true of the records that are still as the change left them."""
    if rule.where is None:
        return looks
    if fitting is None:
        return [look for look in looks if rule.where.holds(look[1].scope())]
    if not over:
        return [look for look in looks if look[1].id in fitting]
    return [
        look for look in looks if (rule.where.holds(look[1].scope()) if id(look[1]) in over else look[1].id in fitting)
    ]


def _over(seens: list[Seen]) -> set[int]:
    """Those of whose records SQL tells something else, for it knows them as they are now."""
    seens[0].batch.read_later({seen.id for seen in seens})
    # A change is looked at by many rules.
    return {key for key, seen in {id(seen): seen for seen in seens}.items() if seen.is_over()}


def _questions(work: Work, looks: list[Look]) -> Iterator[tuple[tuple[Workflow, ...], set[UUID]]]:
    """Rules to be asked together of some records: those of an entity, but for who reads other records, which may
    take long and is asked alone, of its own records."""
    together: dict[str, list[Workflow]] = defaultdict(list)
    for rule, its in groupby(looks, itemgetter(0)):
        if _is_for_sql(work, rule) and not rule.where.reads_others:
            together[rule.entity].append(rule)
        elif _is_for_sql(work, rule):
            yield (rule,), {seen.id for _, seen in its}
    # A change is looked at by many rules.
    seens = {id(seen): seen for _, seen in looks}.values() if together else ()
    for entity, rules in together.items():
        yield tuple(rules), {seen.id for seen in seens if seen.entity == entity}


def _fitting(work: Work, rules: tuple[Workflow, ...], ids: set[UUID]) -> dict[str, set[UUID]]:
    """The records that fit each of some rules of one entity."""
    names = tuple(rule.name for rule in rules)
    question = kept(work, ("rules' question", names), lambda: _question(work, rules))
    found: dict[str, set[UUID]] = {name: set() for name in names}
    for id, *fits in work.connection.execute(question, {"ids": sorted(ids)}) if ids else ():
        for name, fit in zip(names, fits, strict=True):
            if fit:
                found[name].add(id)
    return found


def _question(work: Work, rules: tuple[Workflow, ...]) -> sa.Select:
    rows = all_rows(work, rules[0].entity)
    fits = (sa.case((rule.where.clause(rows, rows.values), 1), else_=0) for rule in rules)
    return sa.select(rows.column("id"), *fits).where(among(work, rows.column("id"), "ids"))


def _is_for_sql(work: Work, rule: Workflow) -> bool:
    return kept(work, ("asked in SQL", rule.name), lambda: (_can_be_asked(work, rule),))[0]


def _can_be_asked(work: Work, rule: Workflow) -> bool:
    """SQL knows nothing of who acted nor of what was before, and a question that is kept has no time of its own."""
    where = rule.where
    if where is None or where.reads_old or where.reads_user or where.reads_now:
        return False
    rows = all_rows(work, rule.entity)
    try:
        where.clause(rows, rows.values)
    except (ExpressionError, LookupError):
        return False
    return True


def _watches(work: Work) -> Iterator[Watch]:
    kinds = trigger_kinds()
    for rule in work.model.workflows.values():
        if not rule.before:
            told = [(kinds[trigger["kind"]], trigger) for trigger in rule.triggers]
            entities = {rule.entity, *(trigger.get("child", rule.entity) for trigger in rule.triggers)}
            own = tuple(each for each in told if hasattr(each[0], "matches"))
            others = tuple(each for each in told if hasattr(each[0], "subjects"))
            yield Watch(rule, frozenset(entities), own, others)
