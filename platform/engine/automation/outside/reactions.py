"""What becomes of our mails: noted, told to the runs that wait for it, and a reason for others to begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import Moment, reacted
from customary.engine.automation.running.begin import begin
from customary.engine.automation.running.begun import as_begun
from customary.engine.automation.running.waiting import end_waiting, hear, wakes
from customary.engine.messages import Letter, find_letter, stops
from customary.engine.messages.outbox import FAILED
from customary.engine.messages.reactions import BOUNCED, note
from customary.engine.model.workflow import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records import storage
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Releases


def react(work: Work, letter: Letter, kind: str, what: str | None = None) -> bool:
    """Notes what became of a mail, once; wakes the run that wrote it and begins those that care."""
    if not note(work.connection, letter.id, kind, work.now, what):
        return False
    entity = work.release.tables.named(letter.entity) if letter.entity else None
    if entity is None or letter.record is None or storage.load(work, entity, letter.record) is None:
        return True
    payload = {"to": letter.recipient, "subject": letter.subject, "what": what}
    happened = Moment(work, reacted(work, entity, letter.record, kind, letter.name, payload))
    _wake(work, letter, happened)
    for workflow in _caring(work, entity, kind, letter.name):
        begin(workflow, happened)
    return True


def come_back(work: Work, letter: Letter, why: str, hard: bool) -> None:
    """A mail came back; where there is no such address, nothing more is sent to it."""
    if hard:
        stops.bounced(work.connection, letter.recipient, why, work.now)
    react(work, letter, BOUNCED, why)


def settled(releases: Releases, connection: sa.Connection, letter: Letter, now: datetime) -> None:
    """Hears of each message that was delivered or given up."""
    hear(connection, letter, now)
    found = find_letter(connection, letter.id) if letter.kind == "mail" else None
    result = (found.result or {}) if found is not None and found.status == FAILED else {}
    release = releases.load(connection) if result.get("bounced") else None
    if release is not None:
        work = Work(connection, release, SYSTEM, now, Cause("mail"))
        come_back(work, letter, str(result.get("said", "")), bool(result.get("hard")))


def _wake(work: Work, letter: Letter, happened: Moment) -> None:
    """The run that wrote the mail goes on where it waits for this."""
    mine = (tables.run.c.id == letter.run, tables.run.c.status == tables.WAITING)
    for run in work.connection.execute(sa.select(tables.run).where(*mine)).mappings().all() if letter.run else ():
        workflow = as_begun(work, run)
        if workflow is not None and wakes(work, workflow, run, happened.change):
            end_waiting(work, run)


def _caring(work: Work, entity: str, kind: str, message: str | None) -> Iterator[Workflow]:
    for workflow in work.model.workflows.values():
        if workflow.entity == entity and any(_is_meant(each, kind, message) for each in workflow.triggers):
            yield workflow


def _is_meant(trigger: Mapping[str, Any], kind: str, message: str | None) -> bool:
    return trigger["kind"] == "message" and trigger["reaction"] == kind and trigger["of"] in (None, message)
