"""Requests that must take effect once, however often they are sent: the answer is kept with the write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.records.work import Work

kept = sa.Table(
    "customary_idempotency",
    system,
    sa.Column("actor", sa.Uuid, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", Json, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
)

LONGEST = 255
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What a request was answered: `body` is plain data, or the JSON that was sent the first time."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class OtherRequest(Exception):
    """The key was sent before, with another request."""


class Elsewhere(Exception):
    """The same key is being answered at this very moment; ask again to get that answer."""


def once(work: Work, key: str, fingerprint: str, fn: Callable[..., Answer], *args: Any) -> Answer:
    """`fn(work, *args)` the first time, and its kept answer afterwards, for a day.

    A refused request keeps nothing and may be sent again. Raises OtherRequest, Elsewhere.
    """
    mine = sa.and_(kept.c.actor == work.actor.id, kept.c.key == key)
    found = work.connection.execute(sa.select(kept).where(mine, kept.c.at > work.now - KEPT_FOR)).first()
    if found is not None:
        if found.fingerprint != fingerprint:
            raise OtherRequest
        return Answer(found.status, found.body, found.headers)
    answer = fn(work, *args)
    body = msgspec.json.encode(answer.body)
    work.connection.execute(kept.delete().where(kept.c.at <= work.now - KEPT_FOR))
    row = {"actor": work.actor.id, "key": key, "fingerprint": fingerprint, "status": answer.status}
    try:
        work.connection.execute(kept.insert().values(**row, headers=dict(answer.headers), body=body, at=work.now))
    except sa.exc.IntegrityError:
        raise Elsewhere from None
    return Answer(answer.status, body, answer.headers)
