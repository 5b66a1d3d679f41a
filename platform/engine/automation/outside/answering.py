"""Mails that rules write because a mail came in: they go on with its thread, and never answer a program."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from customary.engine.automation.acting import Acting
from customary.engine.messages.incoming.received import Received, newest_from
from customary.engine.messages.outbox import message
from customary.engine.words import Reason

MOST_ANSWERS = 5
WITHIN = timedelta(hours=1)
"""Two programs that answer each other end after so many answers to one address in this time."""


def answered(acting: Acting, to: str) -> Received | None:
    """The mail that a mail to this address would answer, where a mail started the run or made its record."""
    if acting.moment.change.cause.get("origin") != "mail" or not acting.told_about:
        return None
    return newest_from(acting.work.connection, acting.about[1], to)


def why_not(acting: Acting, to: str) -> Reason | None:
    """Why a mail that came in is not answered by a rule, or None when it may be."""
    found = answered(acting, to)
    if found is None:
        return None
    if found.automatic:
        return Reason("a program wrote the mail, and is not answered by another")
    if _sent_lately(acting, to) >= MOST_ANSWERS:
        return Reason("this address was answered often enough for now: two programs may be writing to each other")
    return None


def _sent_lately(acting: Acting, to: str) -> int:
    recent = (message.c.pace == to.rpartition("@")[2].casefold(), message.c.at > acting.work.now - WITHIN)
    same = sa.func.lower(message.c.recipient) == to.lower()
    count = sa.select(sa.func.count()).select_from(message).where(*recent, same)
    return acting.work.connection.execute(count).scalar_one()
