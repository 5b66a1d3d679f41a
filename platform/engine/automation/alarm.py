"""Alarm: the admins are told of a rule that is cut off because it starts itself again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.moment import Moment
from customary.engine.messages import notify
from customary.engine.messages.notifications import notification
from customary.engine.model.model import Workflow
from customary.engine.people.accounts import account
from customary.engine.reasons import reason_text
from customary.engine.records.work import Work
from customary.engine.words import Reason

AGAIN = timedelta(hours=1)
"""Nobody is told the same of a rule more often."""


def tell_admins(work: Work, workflow: Workflow, why: Reason, moment: Moment) -> None:
    """Tells every admin that a rule was cut off and why, unless they were told within the hour."""
    reason = Reason("The rule {rule} was cut off: {why}", {"rule": workflow.label, "why": why})
    text, about = reason_text(reason), (moment.entity, moment.id) if moment.entity else None
    for user in _admins(work):
        if not _was_told(work, user, text):
            notify(work, user, text, about=about)


def _admins(work: Work) -> Iterator[UUID]:
    active = work.connection.execute(sa.select(account.c.user_id, account.c.roles).where(account.c.active))
    return (row.user_id for row in active if "admin" in row.roles)


def _was_told(work: Work, user: UUID, text: str) -> bool:
    lately = (notification.c.user == user, notification.c.at > work.now - AGAIN, notification.c.text == text[:2000])
    return work.connection.execute(sa.select(notification.c.id).where(*lately).limit(1)).first() is not None
