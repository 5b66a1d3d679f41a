"""How fast something goes, such as mail to one domain: so many a minute, counted over all processes."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import insert_new, system

pace = sa.Table(
    "customary_pace",
    system,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    # Until when no more may go; nothing while there is room.
    sa.Column("full_until", Moment),
    sa.Index("customary_pace_full", "full_until"),
)

WINDOW = timedelta(minutes=1)
FORGOTTEN = timedelta(hours=1)
"""A name that was not asked for within this time is kept no longer."""


def full(now: datetime) -> sa.Select:
    """The names of those that get nothing more for now."""
    return sa.select(pace.c.name).where(pace.c.full_until > now)


def take(connection: sa.Connection, name: str, most: int, now: datetime, places: int = 1) -> bool:
    """Takes some of the places that there are for a name in this minute; False when none is left."""
    fresh = {"name": name, "since": now, "count": 0, "full_until": None}
    if insert_new(connection, pace, fresh):
        connection.execute(pace.delete().where(pace.c.since <= now - FORGOTTEN))
    mine = pace.c.name == name
    connection.execute(pace.update().where(mine, pace.c.since <= now - WINDOW).values(fresh))
    place = pace.update().where(mine, pace.c.count < most).values(count=pace.c.count + places)
    if connection.execute(place).rowcount:
        return True
    connection.execute(pace.update().where(mine).values(full_until=_ends(connection, name)))
    return False


def _ends(connection: sa.Connection, name: str) -> datetime:
    since = connection.execute(sa.select(pace.c.since).where(pace.c.name == name)).scalar_one()
    return since + WINDOW
