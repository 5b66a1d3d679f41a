"""The chain: each line's digest covers the one before it, so that none can be changed or taken out unseen.

Lines are chained a moment after they are written, by one worker at a time: what writes them need not wait for each
other. With a key outside the database (`sealing`) nobody who writes to the database alone can make a digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from customary.engine import sealing
from customary.engine.audit.line import Line, entry, note
from customary.engine.database import Database

BATCH = 500
BEGINNING = "0" * 64
SOON = timedelta(minutes=5)
"""So long a line may wait to be chained."""

_newest = sa.select(entry.c.number, entry.c.digest).where(entry.c.number.is_not(None))
NEWEST = _newest.order_by(entry.c.number.desc()).limit(1)
LOOSE = sa.select(entry).where(entry.c.number.is_(None)).order_by(entry.c.at, entry.c.id).limit(BATCH)


@dataclass(frozen=True)
class Broken:
    """Where the chain is broken. `number` is that of the line, or None for one that was never chained."""

    number: int | None
    why: str


def chain(database: Database) -> int:
    """Chains lines that are not yet; gives how many. Who comes second while another is at it does nothing."""
    with database.read() as connection:
        if connection.execute(LOOSE.with_only_columns(entry.c.id).limit(1)).first() is None:
            return 0
    try:
        with database.write() as connection:
            return _chain(connection)
    except sa.exc.IntegrityError:
        return 0


def verify(connection: sa.Connection, now: datetime) -> Iterator[Broken]:
    """Where the chain does not hold, from its first line to its last."""
    digest, number, signed = None, None, False
    chained = sa.select(entry).where(entry.c.number.is_not(None)).order_by(entry.c.number)
    for row in connection.execute(chained.execution_options(yield_per=BATCH)).mappings():
        line = Line(**row)
        if number is None:
            number, digest = _first(connection, line)
        if line.number != number:
            yield Broken(number, "is missing")
            digest = None
        yield from _wrong(line, digest, signed)
        digest, number, signed = line.digest, line.number + 1, signed or bool(line.key)
    late = sa.select(sa.func.count()).select_from(entry).where(entry.c.number.is_(None), entry.c.at < now - SOON)
    if count := connection.execute(late).scalar_one():
        yield Broken(None, f"{count} were never chained")


def tend(database: Database, keep: timedelta | None, now: datetime) -> None:
    """Chains what is new, and removes what is older than it is to be kept."""
    chain(database)
    if keep is not None:
        forget(database, now - keep, now)


def forget(database: Database, until: datetime, now: datetime) -> int:
    """Removes the chained lines that are older; a line of its own says which, so that the chain still holds."""
    with database.read() as connection:
        if connection.execute(sa.select(entry.c.id).where(entry.c.at < until).limit(1)).first() is None:
            return 0
    with database.write() as connection:
        _chain(connection)
        old = sa.select(entry.c.number, entry.c.digest).where(entry.c.number.is_not(None), entry.c.at < until)
        last = connection.execute(old.order_by(entry.c.number.desc()).limit(1)).first()
        if last is None:
            return 0
        removed = connection.execute(entry.delete().where(entry.c.number <= last.number)).rowcount
        note(connection, "forgotten", now, who="Customary", up_to=last.number, digest=last.digest)
    return removed


def _wrong(line: Line, before: str | None, signed: bool) -> Iterator[Broken]:
    if signed and not line.key:
        yield Broken(line.number, "is not signed, though lines before it are")
    elif line.key and line.key not in sealing.key_names():
        yield Broken(line.number, f"is signed with a key that is not there: {line.key}")
    elif before is not None and line.digest != _digest(line, before, line.key or ""):
        yield Broken(line.number, "was changed, or the one before it was")


def _chain(connection: sa.Connection) -> int:
    newest = connection.execute(NEWEST).first()
    number, digest = (newest.number, newest.digest) if newest else (0, BEGINNING)
    key = sealing.signing_key()
    found = connection.execute(LOOSE.with_for_update(skip_locked=True)).mappings().all()
    for row in found:
        number += 1
        digest = _digest(Line(**{**row, "number": number}), digest, key)
        chained = {"number": number, "key": key, "digest": digest}
        connection.execute(entry.update().where(entry.c.id == row["id"]).values(chained))
    return len(found)


def _first(connection: sa.Connection, line: Line) -> tuple[int, str | None]:
    """Which line comes first, and the digest before it; what went before was removed, and a line says so."""
    if line.number == 1:
        return 1, BEGINNING
    told = sa.select(entry.c.details).where(entry.c.kind == "forgotten").order_by(entry.c.number.desc())
    for details in connection.execute(told).scalars():
        if details.get("up_to") == line.number - 1:
            return line.number, details["digest"]
    return 1, None


def _digest(line: Line, before: str, key: str) -> str:
    """Over all that a line says, in a form that both databases give back alike."""
    said = {
        "number": line.number,
        "id": str(line.id),
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": line.kind,
        "actor": str(line.actor) if line.actor else None,
        "who": line.who,
        "address": line.address,
        "entity": line.entity,
        "record": str(line.record) if line.record else None,
        "details": line.details,
    }
    data = (before + json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))).encode()
    if not key:
        return hashlib.sha256(data).hexdigest()
    return sealing.sign(data, key)
