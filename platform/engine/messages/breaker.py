"""Destinations that fail: after some failures in a row one is left in peace, and then tried with one message."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.columns import Moment
from customary.engine.database import system

destination = sa.Table(
    "customary_destination",
    system,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("resting_until", Moment),
)
"""Those of which the last message failed, with the number of failures in a row."""

MOST_FAILURES = 5
LONGEST_REST = timedelta(hours=1)


def resting_until(connection: sa.Connection, name: str, now: datetime) -> datetime | None:
    """Up to when a destination is left in peace; None when it may be tried."""
    found = sa.select(destination.c.resting_until).where(destination.c.name == name)
    until = connection.execute(found).scalar()
    return until if until is not None and until > now else None


def on_trial(connection: sa.Connection, name: str, until: datetime) -> bool:
    """Whether a destination has rested and is to be tried with one message; the others wait for it until then."""
    rested = destination.update().where(destination.c.name == name, destination.c.failures >= MOST_FAILURES)
    return connection.execute(rested.values(resting_until=until)).rowcount == 1


def failed(connection: sa.Connection, name: str, now: datetime) -> None:
    """Counts a failure, and lets the destination rest the longer the more there were in a row."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    counted = insert(destination).values(name=name, failures=1)
    counted = counted.on_conflict_do_update(
        index_elements=[destination.c.name], set_={"failures": destination.c.failures + 1}
    )
    failures = connection.execute(counted.returning(destination.c.failures)).scalar_one()
    if failures >= MOST_FAILURES:
        rest = min(timedelta(minutes=2 ** min(failures - MOST_FAILURES, 10)), LONGEST_REST)
        resting = destination.update().where(destination.c.name == name)
        connection.execute(resting.values(resting_until=now + rest))


def worked(connection: sa.Connection, name: str) -> None:
    """Forgets the failures of a destination that answers."""
    connection.execute(destination.delete().where(destination.c.name == name))


def forgive(connection: sa.Connection, names: sa.Select) -> None:
    """Lets destinations be tried at once."""
    connection.execute(destination.delete().where(destination.c.name.in_(names)))


def resting(connection: sa.Connection, now: datetime) -> dict[str, datetime]:
    """The destinations that are left in peace, and until when."""
    found = sa.select(destination).where(destination.c.resting_until > now).order_by(destination.c.name).limit(20)
    return {row.name: row.resting_until for row in connection.execute(found)}
