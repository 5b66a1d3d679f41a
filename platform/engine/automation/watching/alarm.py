"""Alarm: admins are told of a rule that is cut off because it starts itself again and again, or that fails often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import Moment
from customary.engine.automation.watching.log import runs_of
from customary.engine.database import Database
from customary.engine.messages import notify
from customary.engine.messages.notifications import notification
from customary.engine.model.workflow import Workflow
from customary.engine.people.accounts import account
from customary.engine.people.actor import SYSTEM
from customary.engine.reasons import reason_text
from customary.engine.records.work import Work
from customary.engine.releases import Release
from customary.engine.words import Reason

AGAIN = timedelta(hours=1)
"""Nobody is told the same of a rule more often."""
MANY, ONE_IN = 5, 5
ENDED = (tables.DONE, tables.STOPPED, tables.FAILED)
OFTEN = Reason("The rule {rule} fails often: within the last hour one of five runs at least. See them under Rules.")


def tell_admins(work: Work, workflow: Workflow, why: Reason, moment: Moment) -> None:
    """Tells every admin that a rule was cut off and why, unless they were told within the hour."""
    reason = Reason("The rule {rule} was cut off: {why}", {"rule": workflow.label, "why": why})
    _tell(work, reason, about=(moment.entity, moment.id) if moment.entity else None)


def watch(database: Database, release: Release, now: datetime) -> None:
    """Tells every admin of the rules of whose runs within the hour one in five failed, and five at least."""
    with database.look() as connection:
        failing = _failing(Work(connection, release, SYSTEM, now))
    if failing:
        with database.write() as connection:
            work = Work(connection, release, SYSTEM, now)
            for each in failing:
                newest = runs_of(work, workflow=each.name, status=tables.FAILED, limit=1)
                _tell(work, Reason(OFTEN.text, {"rule": each.label}), run=newest[0].id if newest else None)


def _failing(work: Work) -> list[Workflow]:
    run, known = tables.run, work.model.workflows
    lately = (run.c.at > work.now - AGAIN, run.c.status.in_(ENDED), run.c.workflow.in_(list(known)))
    failed = sa.func.sum(sa.case((run.c.status == tables.FAILED, 1), else_=0))
    counted = sa.select(run.c.workflow, failed, sa.func.count()).where(*lately).group_by(run.c.workflow)
    found = work.connection.execute(counted).all()
    return [known[name] for name, failures, count in found if failures >= MANY and failures * ONE_IN >= count]


def _tell(work: Work, reason: Reason, **more: Any) -> None:
    for user in _admins(work):
        if not _was_told(work, user, reason_text(reason)):
            notify(work, user, reason, **more)


def _admins(work: Work) -> Iterator[UUID]:
    active = work.connection.execute(sa.select(account.c.user_id, account.c.roles).where(account.c.active))
    return (row.user_id for row in active if "admin" in row.roles)


def _was_told(work: Work, user: UUID, text: str) -> bool:
    lately = (notification.c.user == user, notification.c.at > work.now - AGAIN, notification.c.text == text)
    return work.connection.execute(sa.select(notification.c.id).where(*lately).limit(1)).first() is not None
