"""Addresses that get no more mail: none where mail came back for good, or none of one sort that they took leave of.

A sort of mail is what a message names under `unsubscribe:`. No entity needs a field for it. Of somebody who was erased
only a digest of the address is kept: they still get nothing, and nobody can read who that was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.words import Reason

stop = sa.Table(
    "customary_mail_stop",
    system,
    sa.Column("address", sa.Text, primary_key=True),
    # Of which sort no mail is wanted; empty where no mail can be delivered at all.
    sa.Column("sort", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("why", sa.Text),
)

BOUNCED = ""
DIGEST = "sha256:"


def bounced(connection: sa.Connection, address: str, why: str, now: datetime) -> None:
    """Notes that mail to an address comes back for good."""
    _note(connection, address, BOUNCED, why[:500], now)


def unsubscribe(connection: sa.Connection, address: str, sort: str, now: datetime) -> None:
    """Notes that an address wants no more mail of a sort."""
    _note(connection, address, sort, None, now)


def forgive(connection: sa.Connection, address: str, sort: str = BOUNCED) -> bool:
    """Lets mail go to an address again; False where nothing stopped it."""
    mine = stop.delete().where(stop.c.address.in_(_told(address)), stop.c.sort == sort)
    return connection.execute(mine).rowcount == 1


def why_not(connection: sa.Connection, address: str, sort: str | None) -> Reason | None:
    """Why an address gets no mail of a sort (None: of none in particular), or None when it does."""
    sorts = [BOUNCED, *([sort] if sort else [])]
    asked = sa.select(stop.c.sort).where(stop.c.address.in_(_told(address)), stop.c.sort.in_(sorts))
    found = connection.execute(asked.order_by(stop.c.sort)).scalar()
    if found is None:
        return None
    if found == BOUNCED:
        return Reason("mail to this address comes back")
    return Reason("whoever has this address wants no more mail of this sort")


def stopped(connection: sa.Connection, addresses: Iterable[str]) -> Mapping[tuple[str, str], str]:
    """Of some addresses the sorts of mail that they do not get, with why."""
    named = {told: folded(each) for each in addresses for told in _told(each)}
    asked = sa.select(stop).where(stop.c.address.in_(named))
    return {(named[row.address], row.sort): row.why or "" for row in connection.execute(asked)}


def newest(connection: sa.Connection, limit: int = 100) -> list[sa.Row]:
    """Those that were noted last, and can be read."""
    legible = sa.select(stop).where(stop.c.address.not_like(f"{DIGEST}%"))
    return list(connection.execute(legible.order_by(stop.c.at.desc()).limit(limit)))


def make_illegible(connection: sa.Connection, addresses: Iterable[str]) -> None:
    """Puts a digest in the place of each of these addresses."""
    for address in addresses:
        plain, digest = _told(address)
        rows = connection.execute(sa.select(stop).where(stop.c.address == plain)).all()
        connection.execute(stop.delete().where(stop.c.address == plain))
        for row in rows:
            _write(connection, digest, row.sort, None, row.at)


def folded(address: str) -> str:
    """An address as it is compared: nobody tells two people apart by capital letters."""
    return address.strip().casefold()


def _note(connection: sa.Connection, address: str, sort: str, why: str | None, now: datetime) -> None:
    _write(connection, folded(address), sort, why, now)


def _told(address: str) -> tuple[str, str]:
    """An address as it may stand in the table: legible, or as a digest."""
    plain = folded(address)
    return plain, DIGEST + hashlib.sha256(plain.encode()).hexdigest()


def _write(connection: sa.Connection, address: str, sort: str, why: str | None, now: datetime) -> None:
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    row = {"address": address, "sort": sort, "at": now, "why": why}
    again = (
        insert(stop).values(row).on_conflict_do_update(index_elements=["address", "sort"], set_={"at": now, "why": why})
    )
    connection.execute(again)
