"""Hooks: addresses that other systems call, each call signed and taken once, and the workflows that they start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.automation.begin import begin
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment, called
from customary.engine.columns import Moment as Time
from customary.engine.database import system
from customary.engine.messages.secrets import secrets_of
from customary.engine.messages.signature import WINDOW, signed_at
from customary.engine.model.model import Model, Workflow
from customary.engine.model.payload import Unfit, read, take
from customary.engine.records.work import Work
from customary.engine.words import Reason

taken = sa.Table(
    "customary_hook_call",
    system,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Time, nullable=False, index=True),
)
"""The calls of the last day, so that none is taken twice."""

REMEMBERED = timedelta(days=1)


class NotTaken(Exception):
    """A call that is not taken: `status` is what HTTP calls it."""

    def __init__(self, status: int, why: Reason) -> None:
        self.status, self.why = status, why
        super().__init__(str(why))


@dataclass(frozen=True)
class Incoming:
    """A call as it came. `key` is the sender's own name for it, where it gave one."""

    body: bytes
    signature: str
    key: str = ""


def hooks(model: Model) -> dict[str, list[Workflow]]:
    """The workflows that other systems may start, by the name of their hook."""
    found: dict[str, list[Workflow]] = {}
    for workflow in model.workflows.values():
        for name in dict.fromkeys(trigger["name"] for trigger in _webhooks(workflow)):
            found.setdefault(name, []).append(workflow)
    return dict(sorted(found.items()))


def take_call(work: Work, name: str, incoming: Incoming) -> list[UUID] | None:
    """Begins the runs of a call and gives their ids; None for a call that was taken before. Raises NotTaken."""
    started = hooks(work.model).get(name)
    if started is None:
        raise NotTaken(404, Reason("There is no hook of this name."))
    _check_signature(work, name, incoming)
    if not _is_new(work, name, incoming):
        return None
    try:
        said = read(incoming.body)
        return [run for workflow in started for run in _begun(work, workflow, name, said)]
    except Unfit as error:
        raise NotTaken(422, Reason("The body cannot be taken: {why}.", {"why": error.why})) from error


def _check_signature(work: Work, name: str, incoming: Incoming) -> None:
    secrets = secrets_of(work.connection, name, work.now)
    if not secrets:
        raise NotTaken(403, Reason("This hook has no secret yet; make one with: customary secret make NAME."))
    at = signed_at(incoming.signature, incoming.body, secrets)
    if at is None:
        raise NotTaken(401, Reason("The signature does not belong to this body and the secret of this hook."))
    if abs(work.now - at) > WINDOW:
        raise NotTaken(401, Reason("The signature is older than five minutes, or the clocks differ."))


def _is_new(work: Work, name: str, incoming: Incoming) -> bool:
    """Whether the call comes for the first time, by the sender's own key or by its signature."""
    work.connection.execute(taken.delete().where(taken.c.at < work.now - REMEMBERED))
    told = f"key {incoming.key}" if incoming.key else f"signature {incoming.signature}"
    key = hashlib.sha256(f"{name} {told}".encode(errors="replace")).hexdigest()
    insert = (sqlite if work.is_sqlite else postgresql).insert
    first = insert(taken).values(key=key, at=work.now).on_conflict_do_nothing().returning(taken.c.key)
    return work.connection.execute(first).first() is not None


def _begun(work: Work, workflow: Workflow, name: str, said: Any) -> Iterator[UUID]:
    for trigger in _webhooks(workflow):
        if trigger["name"] == name:
            payload = take(trigger["payload"], said)
            change = called(work, trigger["entity"], _one(work, trigger, payload), payload)
            run = begin(workflow, Moment(work, change))
            yield from (run,) if run is not None else ()


def _one(work: Work, trigger: Mapping[str, Any], payload: Mapping[str, Any]) -> UUID:
    found = trigger_kinds()[trigger["kind"]].found(trigger, work, payload)
    if len(found) != 1:
        text = "{entity}: no record fits." if not found else "{entity}: more than one record fits."
        raise NotTaken(422, Reason(text, {"entity": trigger["entity"]}))
    return found[0]


def _webhooks(workflow: Workflow) -> Iterator[Mapping[str, Any]]:
    return (trigger for trigger in workflow.triggers if trigger["kind"] == "webhook")
