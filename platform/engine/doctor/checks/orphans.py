"""History, queue, runs and accounts belong to what is there."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.automation.tables import run, step
from customary.engine.doctor.patient import Finding, Patient, counted, some
from customary.engine.files.file import file
from customary.engine.messages.forms.entries import entry
from customary.engine.messages.notifications import notification
from customary.engine.messages.outbox import message
from customary.engine.people.accounts import account
from customary.engine.people.keys import key
from customary.engine.people.second_factor import factor
from customary.engine.people.sessions import session
from customary.engine.records.changes import change, queue
from customary.engine.records.deciding.decisions import decision
from customary.engine.workspace import Workspace

_TOLD = "Nothing is shown of them. If they are not from a database that was copied in part, restore a backup."
_MENDED = "They do nothing any more; --repair takes them away."


def look(patient: Patient) -> Iterator[Finding]:
    yield from _unknown_entities(patient)
    yield from _without(patient, queue.c.change, change.c.id, "change that waits for rules was", "lost", mends=True)
    # What time, a button or somebody outside started had no change.
    changed = run.c.cause["trigger"].as_string().is_(None)
    yield from _without(patient, run.c.change, change.c.id, "run of a rule has", "no change that started it", changed)
    yield from _without(patient, step.c.run, run.c.id, "step of a rule has", "no run")
    yield from _without(patient, session.c.user_id, account.c.user_id, "session has", "no account", mends=True)
    yield from _without(patient, key.c.user_id, account.c.user_id, "key has", "no account")
    yield from _without(patient, factor.c.user_id, account.c.user_id, "second factor has", "no account")
    users = patient.release.model.playing("user")
    if users is not None:
        id = patient.release.tables.entity(users.name).table.c.id
        yield from _without(patient, account.c.user_id, id, "account has", f"no record of {users.name}")


def mend(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        connection.execute(queue.delete().where(_is_alone(queue.c.change, change.c.id)))
        connection.execute(session.delete().where(_is_alone(session.c.user_id, account.c.user_id)))


def _without(
    patient: Patient,
    column: sa.Column,
    target: sa.Column,
    what: str,
    wrong: str,
    *only: sa.ColumnElement,
    mends: bool = False,
) -> Iterator[Finding]:
    alone = sa.select(sa.func.count()).select_from(column.table).where(_is_alone(column, target), *only)
    count = patient.number(alone)
    if count:
        noun, _, verb = what.rpartition(" ")
        verb = {"has": "have", "was": "were"}[verb] if count > 1 else verb
        noun = counted(count, noun) if " " not in noun else _plural(count, noun)
        yield Finding(f"{noun} {verb} {wrong}.", _MENDED if mends else _TOLD, mends)


def _plural(count: int, noun: str) -> str:
    """`2 runs of a rule`."""
    first, _, rest = noun.partition(" ")
    return f"{counted(count, first)} {rest}"


def _is_alone(column: sa.Column, target: sa.Column) -> sa.ColumnElement:
    return ~sa.exists().where(target == column)


def _unknown_entities(patient: Patient) -> Iterator[Finding]:
    """Rows that name an entity by its birth, which no catalogue knows."""
    known = {each.code for each in patient.release.tables.catalogue.children("entity", None)}
    for table in (change, queue, run, message, notification, decision, file, entry):
        found = patient.connection.execute(sa.select(table.c.entity).where(table.c.entity.is_not(None)).distinct())
        # A run may be about no record.
        if unknown := sorted(set(found.scalars()) - known - {""}):
            word = table.name.removeprefix("customary_")
            yield Finding(f"Rows of “{word}” belong to {some(unknown)}, which never was an entity here.", _TOLD)
