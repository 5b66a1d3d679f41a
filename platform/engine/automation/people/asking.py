"""Asking people, and what they answer: a decision is open for as long as its run waits at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import Acting
from customary.engine.automation.moment import Moment, moment_of, started_by
from customary.engine.automation.outside.telling import for_readers
from customary.engine.automation.people.approving import approve, seen_now
from customary.engine.automation.people.inputs import fitted
from customary.engine.automation.running.begun import as_begun
from customary.engine.automation.running.waiting import kept, step_at, way
from customary.engine.fields.field import Field
from customary.engine.messages import tell_of_decision
from customary.engine.people.recognise import actor_of_user
from customary.engine.records import storage
from customary.engine.records.deciding import decisions
from customary.engine.records.deciding.decisions import Decision, decision
from customary.engine.records.refusal import FieldProblem, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.write import update
from customary.engine.records.writer.draft import is_empty
from customary.engine.words import Reason

MOST_COUNTED = 100
HERE = "decide"


@dataclass(frozen=True)
class Asked:
    """A decision with what is to be filled in: `fields` of its record, or `inputs`, with what they begin with."""

    decision: Decision
    fields: tuple[str, ...] = ()
    inputs: Mapping[str, Field] | None = None
    moment: Moment | None = None
    workflow: str = ""
    seen: str = ""
    """The digest of what is to be approved, as it is now."""


def ask(acting: Acting, whom: tuple[str, ...], step: Mapping[str, Any], due: datetime | None) -> None:
    """Asks for what a step wants, and tells those who are asked by mail."""
    work, text = acting.work, step["text"] or acting.workflow.label.by_language
    told = for_readers(acting, text)
    by = acting.moment.change.actor
    place = {"run": acting.run, "position": acting.position, "about": acting.told_about}
    id = decisions.put(work, whom, told, due=due, asked_by=by, **place)
    tell_of_decision(work, id, told, decisions.users_of(work, whom), acting.told_about)


def asked_by_step(work: Work, run: UUID, position: str) -> Decision | None:
    """What a step of a run has asked last."""
    found = decisions.decisions(work, decision.c.run == run, decision.c.position == position, limit=1)
    return found[0] if found else None


def to_decide(work: Work, before: UUID | None = None, limit: int = 50) -> list[Decision]:
    """What waits for the actor's decision, newest first."""
    older = (decision.c.id < before,) if before is not None else ()
    return decisions.decisions(work, decisions.is_mine(work), _is_open(), *older, limit=limit)


def decide_count(work: Work) -> int:
    """How much waits for the actor's decision; it counts to a hundred, which says “many”."""
    mine = sa.select(decision.c.id).where(decisions.is_mine(work), _is_open()).limit(MOST_COUNTED)
    return work.connection.execute(sa.select(sa.func.count()).select_from(mine.subquery())).scalar_one()


def find_asked(work: Work, id: UUID) -> Asked:
    """One open decision that is the actor's, or that an admin may give to somebody else. Raises Missing."""
    return _asked(work, _found(work, id, hold=False))


def answer(
    work: Work, id: UUID, approved: bool, values: Mapping[str, Any] | None = None, note: str = "", seen: str = ""
) -> None:
    """Writes the answer down and lets the run go on; fields of the record are written with the actor's rights.

    `seen` is the digest of what is approved as the actor saw it. Raises Missing where nothing (more) is asked of the
    actor, and Refused with all that is wrong.
    """
    asked = _asked(work, _found(work, id, hold=not work.is_sqlite))
    if not _may_answer(work, id):
        raise Missing(HERE, id)
    found = asked.decision
    if found.stage is not None:
        more = {"covers": approve(work, found, _record(work, found), approved, note, seen)}
    else:
        more = {"given": _taken(work, asked, values or {}) if approved else {}}
    if not decisions.settle(work, id, approved, note, **more):
        raise Missing(HERE, id)
    run, waits = tables.run, found
    here = (run.c.id == waits.run, run.c.status == tables.WAITING, run.c.position == waits.position)
    work.connection.execute(run.update().where(*here).values(due=work.now))


def hand_over(work: Work, id: UUID, user: UUID) -> None:
    """Lets somebody else decide. Raises Missing, or Refused when they have no account."""
    found = _found(work, id, hold=not work.is_sqlite)
    if actor_of_user(work.connection, user, work.release) is None:
        raise Refused([FieldProblem(None, Reason("has no account and cannot decide"))])
    decisions.give_to(work, id, user)
    about = (found.entity, found.record) if found.entity and found.record else None
    tell_of_decision(work, id, found.texts, [user], about)


def _found(work: Work, id: UUID, hold: bool) -> Decision:
    mine = sa.true() if work.access.admin else decisions.is_mine(work)
    found = decisions.decisions(work, decision.c.id == id, mine, _is_open(), limit=1, hold=hold)
    if not found:
        raise Missing(HERE, id)
    return found[0]


def _may_answer(work: Work, id: UUID) -> bool:
    mine = sa.select(decision.c.id).where(decision.c.id == id, decisions.is_mine(work))
    return work.connection.execute(mine).first() is not None


def _is_open() -> sa.ColumnElement[bool]:
    """A run that has ended, for whatever reason, asks for nothing any more."""
    run = tables.run
    waits = sa.exists().where(
        run.c.id == decision.c.run, run.c.position == decision.c.position, run.c.status.in_(tables.UNDER_WAY)
    )
    return sa.and_(decision.c.status == decisions.OPEN, sa.or_(decision.c.run.is_(None), waits))


def _asked(work: Work, found: Decision) -> Asked:
    """A decision with the step that asks for it, as that was when the run began."""
    if found.run is None:
        return Asked(found, seen=seen_now(work, found, _record(work, found)))
    run = work.connection.execute(sa.select(tables.run).where(tables.run.c.id == found.run)).mappings().one()
    workflow, change = as_begun(work, run), started_by(work, run)
    if workflow is None or change is None:
        raise Missing(HERE, found.id)
    step = step_at(workflow, way(run)[0])
    moment = moment_of(work, run, change, kept(work, run))
    return Asked(found, step["fields"], step["inputs"], moment, run["workflow"])


def _record(work: Work, found: Decision) -> Mapping[str, Any]:
    """The record that it is about, whoever may read it. Raises Missing."""
    values = storage.load(work, found.entity, found.record) if found.entity and found.record else None
    if values is None:
        raise Missing(HERE, found.id)
    return values


def _taken(work: Work, asked: Asked, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, in JSON forms; the fields of the record are written."""
    found = asked.decision
    if asked.fields:
        return _written(work, asked, values)
    if found.entity:
        _record(work, found)
    known = asked.inputs or {}
    fitting = fitted(known, values, asked.moment.scope() if asked.moment else None)
    return {name: None if value is None else known[name].to_json(value) for name, value in fitting.items()}


def _written(work: Work, asked: Asked, values: Mapping[str, Any]) -> dict[str, Any]:
    entity, id = asked.decision.entity, asked.decision.record
    if entity is None or id is None:
        raise Missing(HERE, asked.decision.id)
    fields = work.model.entities[entity].fields
    known = {name: fields[name] for name in asked.fields if name in fields}
    missing = [
        FieldProblem(name, Reason("is required"), each.label)
        for name, each in known.items()
        if is_empty(values.get(name))
    ]
    if missing:
        raise Refused(missing)
    chosen = {name: values[name] for name in known}
    update(work, entity, id, chosen)
    return {name: each.to_json(each.take(chosen[name])) for name, each in known.items()}
