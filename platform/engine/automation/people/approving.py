"""Asking for the approvals that a stage wants before a record may enter it, and telling what came of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from customary.engine.messages import notify, tell_of_decision
from customary.engine.model.pipeline import Stage
from customary.engine.people.recognise import actor_of_user
from customary.engine.people.tokens import token_hash
from customary.engine.records import storage
from customary.engine.records.deciding import approvals, decisions
from customary.engine.records.deciding.decisions import Decision, decision
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.scope import RecordScope
from customary.engine.records.told import Told, shown
from customary.engine.records.work import Work
from customary.engine.records.writer.update import claim, update_draft
from customary.engine.words import Reason, Words

CHANGED = Reason("has changed since this was asked: look at it again, then decide")


def ask_approval(work: Work, entity: str, id: UUID, stage: str) -> int:
    """Asks all whose approval is missing for a record as it is, and gives how many were not asked yet.

    Raises Refused where the record could not go there anyway, Missing, Forbidden.
    """
    known, before = claim(work, entity, id, "update", None)
    draft = update_draft(work, known, before, {"stage": stage})
    if draft.problems:
        raise Refused(draft.problems)
    if draft.entered is None:
        return 0
    pipeline, name = draft.entered
    wanted = [each for each in approvals.missing(draft, pipeline.stages[name]) if each.whom and not each.asked]
    for each in wanted:
        _ask(work, (entity, id), pipeline.stages[name], each)
    return len(wanted)


def seen_now(work: Work, found: Decision, values: Mapping[str, Any]) -> str:
    """A mark of what is to be approved as it is now, so that an answer can say what it was given for. It tells nothing
    of the values. Empty where there can be none."""
    return _mark(found, _covered_now(work, found, values))


def approve(work: Work, found: Decision, values: Mapping[str, Any], approved: bool, note: str, seen: str) -> str:
    """Writes down in the history who approved, tells whoever asked, and gives what the approval covers.

    Raises Refused where the record is another than what was `seen`, or asked about.
    """
    entity, id, covers = str(found.entity), found.record, _covered_now(work, found, values)
    is_same = seen == _mark(found, covers) if seen else covers == found.covers
    if approved and not is_same:
        raise Refused([FieldProblem(None, CHANGED, work.model.entities[entity].label)])
    approvals.note(work, entity, id, str(found.stage), approved, note)
    if found.asked_by is not None and found.asked_by != work.actor.id:
        told = Words(_read_by(work, found.asked_by, found)).in_language(work.model.settings.languages[0])
        said = f"{'✓' if approved else '✗'} {told} · {work.actor.name}"
        notify(work, found.asked_by, f"{said}: {note}" if note else said, about=(entity, id))
    return covers


def _covered_now(work: Work, found: Decision, values: Mapping[str, Any]) -> str:
    return approvals.covered_again(work, str(found.entity), values, found.covers or "")


def _mark(found: Decision, covers: str) -> str:
    return token_hash(f"{found.salt}:{covers}") if found.salt else ""


def _ask(work: Work, about: tuple[str, UUID], stage: Stage, wanted: approvals.Missing) -> None:
    """What was asked of the same people for other values is asked no more."""
    same = (decision.c.record == about[1], decision.c.key == wanted.key, decision.c.status == decisions.OPEN)
    work.connection.execute(decision.update().where(*same).values(status=approvals.LAPSED))
    title = _title(work, *about)
    text = {name: [title, f" → {stage.label.in_language(name)}"] for name in work.model.settings.languages}
    more = {"stage": stage.name, "key": wanted.key, "covers": wanted.covers, "asked_by": work.actor.id}
    id = decisions.put(work, wanted.whom, text, about=about, **more)
    tell_of_decision(work, id, text, decisions.users_of(work, wanted.whom), about)


def _title(work: Work, entity: str, id: UUID) -> dict[str, Any]:
    """The record's title, for those who may know what it is made of."""
    scope = RecordScope(work, entity, storage.load(work, entity, id))
    scope.told = Told()
    text = work.model.entities[entity].title.render(scope)
    return {"text": text, "tells": scope.told.to_json(work, None)}


def _read_by(work: Work, user: UUID, found: Decision) -> Mapping[str, str]:
    """What is decided, as somebody else may read it."""
    actor = actor_of_user(work.connection, user, work.release)
    return found.text if actor is None else shown(replace(work, actor=actor), [found.texts])[0]
