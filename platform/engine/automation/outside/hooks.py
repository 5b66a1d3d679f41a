"""Hooks: addresses that other systems call, each call signed and taken once, and the workflows that they start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment, called
from customary.engine.automation.running.begin import begin
from customary.engine.columns import Moment as Time
from customary.engine.database import insert_new, system
from customary.engine.messages.secrets import secrets_of
from customary.engine.messages.signature import WINDOW, Signed, signed_by
from customary.engine.model.model import Model
from customary.engine.model.rules.payload import Unfit, read, take
from customary.engine.model.rules.scheme import Scheme
from customary.engine.model.workflow import Workflow
from customary.engine.records.work import Work
from customary.engine.words import Reason

taken = sa.Table(
    "customary_hook_call",
    system,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Time, nullable=False, index=True),
    sa.Column("until", Time),
)
"""The calls that were taken, so that none is taken twice: for a day, or until `until` where they say no time of
their own by which an old one could be told."""

REMEMBERED = timedelta(days=1)
REMEMBERED_UNTIMED = timedelta(days=90)


class NotTaken(Exception):
    """A call that is not taken: `status` is what HTTP calls it."""

    def __init__(self, status: int, why: Reason) -> None:
        self.status, self.why = status, why
        super().__init__(str(why))


@dataclass(frozen=True)
class Incoming:
    """A call as it came, its headers by their names in small letters. `key` is the sender's own name for it, where it
    gave one."""

    body: bytes
    headers: Mapping[str, str]
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
    signature = _checked(work, name, scheme_of(started, name), incoming)
    if not _is_new(work, name, signature, incoming.key):
        return None
    try:
        said = read(incoming.body)
        return [run for workflow in started for run in _begun(work, workflow, name, said)]
    except Unfit as error:
        raise NotTaken(422, Reason("The body cannot be taken: {why}.", {"why": error.why})) from error


def scheme_of(workflows: Iterable[Workflow], name: str) -> Scheme:
    """How calls of a hook are signed; all workflows that it starts say the same."""
    return next(each["signed"] for workflow in workflows for each in _webhooks(workflow) if each["name"] == name)


def _checked(work: Work, name: str, scheme: Scheme, incoming: Incoming) -> Signed:
    secrets = secrets_of(work.connection, name, work.now)
    if not secrets:
        raise NotTaken(403, Reason("This hook has no secret yet; make one with: customary secret make NAME."))
    found = signed_by(scheme, incoming.headers, incoming.body, secrets)
    if found is None:
        raise NotTaken(401, Reason("The signature does not belong to this body and the secret of this hook."))
    if found.at is not None and abs(work.now - found.at) > WINDOW:
        raise NotTaken(401, Reason("The signature is older than five minutes, or the clocks differ."))
    return found


def _is_new(work: Work, name: str, signature: Signed, key: str) -> bool:
    """Whether the call comes for the first time, by its signature and, where it has one, by the sender's own key: that
    is not signed, and so makes no old call a new one."""
    over = sa.func.coalesce(taken.c.until < work.now, taken.c.at < work.now - REMEMBERED)
    work.connection.execute(taken.delete().where(over))
    until = work.now + (REMEMBERED if signature.at is not None else REMEMBERED_UNTIMED)
    told = [f"signature {signature.mac.hex()}", *([f"key {key}"] if key else [])]
    return all(_note(work, f"{name} {each}", until) for each in told)


def _note(work: Work, what: str, until: datetime) -> bool:
    key = hashlib.sha256(what.encode(errors="replace")).hexdigest()
    return insert_new(work.connection, taken, {"key": key, "at": work.now, "until": until})


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
