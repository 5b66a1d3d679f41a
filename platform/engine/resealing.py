"""Sealing anew, with the first key, what an older one sealed: some at a time, while people work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from customary.engine import sealing
from customary.engine.database import Database

BATCH = 200


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many secrets have the first key now, and how many no key that is there opens."""

    done: int = 0
    lost: int = 0


def reseal(database: Database, token: sa.Column, place: Callable[[Any], str]) -> Resealed:
    """Seals what stands in a column; `place` tells by a row's key where its secret belongs. Raises sealing.NoKey."""
    (id,), done, lost = token.table.primary_key.columns, 0, 0
    older = sa.select(id, token).where(token.is_not(None), ~token.startswith(sealing.mark(), autoescape=True))
    last = None
    while True:
        more = older if last is None else older.where(id > last)
        with database.write() as connection:
            rows = connection.execute(more.order_by(id).limit(BATCH)).all()
            anew = [(row[0], row[1], _anew(row[1], place(row[0]))) for row in rows]
            for key, old, new in anew:
                if new is not None:
                    mine = id == key, token == old
                    done += connection.execute(sa.update(token.table).where(*mine).values({token: new})).rowcount
        lost += sum(new is None for _, _, new in anew)
        if len(rows) < BATCH:
            return Resealed(done, lost)
        last = rows[-1][0]


def total(several: Iterable[Resealed]) -> Resealed:
    several = list(several)
    return Resealed(sum(each.done for each in several), sum(each.lost for each in several))


def _anew(old: str, place: str) -> str | None:
    try:
        return sealing.seal(sealing.unseal(old, place), place)
    except sealing.Unopened:
        return None
