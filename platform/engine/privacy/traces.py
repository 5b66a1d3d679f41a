"""Traces: what the platform itself keeps beside records, and what of it tells of a person.

Each of the platform's tables that holds texts is either a trace or among those that say nothing of the people in
records; a test holds every table to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from customary.engine.automation import tables as automation
from customary.engine.messages.forms.confirming import WAITS
from customary.engine.messages.forms.entries import entry
from customary.engine.messages.incoming.received import mail
from customary.engine.messages.notifications import notification
from customary.engine.messages.outbox import DROPPED, FAILED, KEPT, QUEUED, message
from customary.engine.messages.reactions import reaction
from customary.engine.people.tickets import ticket
from customary.engine.privacy.known import Known
from customary.engine.reasons import reason_text
from customary.engine.records.deciding.approvals import LAPSED
from customary.engine.records.deciding.decisions import OPEN, decision
from customary.engine.words import Reason

STOPPED = Reason("The record was erased.")


@dataclass(frozen=True, eq=False)
class Trace:
    """Rows of a table that tell of a person: which they are, and what stands in them once that is erased."""

    name: str
    told: Reason
    table: sa.Table
    of: Callable[[Known], sa.ColumnElement[bool]]
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What is put in the place of what they say; rows that have nothing else to say are deleted."""
    key: str = "id"

    def count(self, connection: sa.Connection, known: Known) -> int:
        found = sa.select(sa.func.count()).select_from(self.table).where(self.of(known))
        return connection.execute(found).scalar_one()

    def rows(self, connection: sa.Connection, known: Known) -> list[Mapping[str, Any]]:
        found = sa.select(self.table).where(self.of(known)).order_by(self.table.c[self.key])
        return [dict(row) for row in connection.execute(found).mappings()]

    def erase(self, connection: sa.Connection, known: Known) -> None:
        statement = self.table.update().values(self.blank) if self.blank else self.table.delete()
        connection.execute(statement.where(self.of(known)))


def is_sent(known: Known) -> sa.ColumnElement[bool]:
    """Whether a message went to the person, or is about their records."""
    to = sa.func.lower(message.c.recipient).in_(known.addresses)
    return sa.or_(message.c.record.in_(known.ids), to)


def is_received(known: Known) -> sa.ColumnElement[bool]:
    """Whether a mail came from the person, or was filed to their records."""
    return sa.or_(mail.c.record.in_(known.ids), sa.func.lower(mail.c.sender).in_(known.addresses))


def is_run(known: Known) -> sa.ColumnElement[bool]:
    """Whether a run was about the person's records, or wrote them."""
    return sa.or_(automation.run.c.record.in_(known.ids), automation.run.c.id.in_(known.runs))


def _steps(known: Known) -> sa.ColumnElement[bool]:
    """The steps of its own runs, and those of others that wrote a message to it."""
    step = automation.step
    runs = sa.select(automation.run.c.id).where(is_run(known))
    wrote = sa.select(message.c.run, message.c.position).where(is_sent(known))
    found = (step.c.run.in_(runs), sa.tuple_(step.c.run, step.c.position).in_(wrote))
    return step.c.id.in_(sa.union_all(*(sa.select(step.c.id).where(each) for each in found)))


def _reactions(known: Known) -> sa.ColumnElement[bool]:
    return reaction.c.message.in_(sa.select(message.c.id).where(is_sent(known)))


def _forms(known: Known) -> sa.ColumnElement[bool]:
    return entry.c.record.in_(known.ids)


def _waiting(known: Known) -> sa.ColumnElement[bool]:
    """What was typed into forms with an address of theirs, and waits for the link in a mail to be followed."""
    said = sa.func.lower(sa.cast(ticket.c.data, sa.Text))
    return sa.and_(
        ticket.c.purpose.startswith(WAITS), sa.or_(sa.false(), *(said.contains(each) for each in known.addresses))
    )


def _else(column: sa.Column, values: tuple[str, ...], then: Any) -> sa.Case:
    return sa.case((column.in_(values), then), else_=column)


_RUN, _NOT_ENDED = automation.run, automation.NOT_ENDED
TRACES = (
    Trace(
        "steps",
        Reason("steps of rules"),
        automation.step,
        _steps,
        {"input": None, "result": None, "error": None},
    ),
    Trace(
        "runs",
        Reason("runs of rules"),
        _RUN,
        is_run,
        {
            "results": {},
            "reason": _else(_RUN.c.status, _NOT_ENDED, reason_text(STOPPED)),
            "status": _else(_RUN.c.status, _NOT_ENDED, automation.STOPPED),
            "ended_at": sa.func.coalesce(_RUN.c.ended_at, _RUN.c.at),
            "due": None,
        },
    ),
    Trace("reactions", Reason("reactions to messages"), reaction, _reactions, {"what": None}, key="message"),
    Trace(
        "messages_sent",
        Reason("messages that went out"),
        message,
        is_sent,
        {
            **dict.fromkeys(("recipient", "subject", "body"), ""),
            **dict.fromkeys(("details", "result", "error", "token", "pace", "due")),
            "status": _else(message.c.status, (QUEUED, FAILED, KEPT), DROPPED),
        },
    ),
    Trace(
        "mails_received",
        Reason("mails that came in"),
        mail,
        is_received,
        {
            **dict.fromkeys(("sender", "sender_name", "subject", "text", "whole"), ""),
            **dict.fromkeys(("recipients", "references", "files"), []),
            "why": None,
        },
    ),
    Trace("forms_sent", Reason("forms that were sent"), entry, _forms, {"left": None, "why": None}),
    Trace("forms_waiting", Reason("forms that wait to be confirmed"), ticket, _waiting, key="hash"),
    Trace(
        "notifications",
        Reason("notifications"),
        notification,
        lambda known: notification.c.record.in_(known.ids),
    ),
    Trace(
        "decisions",
        Reason("decisions"),
        decision,
        lambda known: decision.c.record.in_(known.ids),
        {
            "text": {"": "—"},
            **dict.fromkeys(("note", "given", "covers")),
            "status": _else(decision.c.status, (OPEN,), LAPSED),
        },
    ),
)
"""In the order in which they are erased: steps and reactions are found by the messages that they belong to."""

_SILENT = """
    account apply audit clock consent decision_asked destination erased form_key hook_call identity key mailbox name
    pace passkey pause queue recovery_code release sample second_factor secret sequence session share sign_in_attempt
    turn view
"""
SILENT = frozenset(f"customary_{name}" for name in _SILENT.split())
"""Tables that say nothing of the people in records: ids, definitions, and those who sign in."""
WRITERS = frozenset(f"customary_{name}" for name in ("change", "file", "search"))
"""What the writer of records erases with a record."""
FORGOTTEN = frozenset(f"customary_{name}" for name in ("idempotency", "mail_stop", "upload"))
"""What `forgetting` sees to."""
