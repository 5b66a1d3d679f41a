"""Delivers what lies in the outbox: each message is leased, handed over, and its fate written down.

Many processes may do this at once: a message is claimed by moving its due time on before it is handed over. A process
that dies in between leaves it to be tried again, under the same id: who receives it can tell that it is the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any, Protocol

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.messages import breaker, pace
from customary.engine.messages.outbox import DROPPED, FAILED, QUEUED, SENT, Letter, as_letter, letters_where, message
from customary.engine.messages.undelivered import NotNow, NotYet, Undeliverable
from customary.engine.reasons import reason_text
from customary.engine.records.personal.consents import noted, withdrawn
from customary.engine.records.writer.merging import merged_with
from customary.engine.tracing import span
from customary.engine.words import Reason

LEASE = timedelta(minutes=2)
ROUND_SECONDS = 60
"""No delivery begins later than this in a round, so that the lease outlives it."""
AT_ONCE = 20
MOST_ATTEMPTS = 6
TAKEN_BACK = Reason("the receiver has agreed to it no longer")

log = logging.getLogger("customary.messages")

Settled = Callable[[sa.Connection, Letter, datetime], None]
"""Hears, in the transaction that writes it down, of each message that was delivered or given up."""


class Channel(Protocol):
    """The way out for one kind of message."""

    def deliver(self, letter: Letter) -> Any:
        """Hands over one message and gives what came back. Raises Undeliverable, NotNow, NotYet.

        A channel that writes has `keep(connection, letter, answer, now)` beside it: it makes something of what came
        back, in the transaction that notes that the message went out.
        """


def send_due(
    database: Database,
    channels: Mapping[str, Channel],
    now: datetime,
    limit: int = 50,
    settled: Settled = lambda connection, letter, now: None,
) -> int:
    """Delivers the messages that are due, of those kinds that have a channel, and gives how many went out."""
    sent, tried, begun = 0, 0, time.monotonic()
    while tried < limit and (found := _claim(database, channels, now, min(AT_ONCE, limit - tried))):
        tried += len(found)
        for number, letter in enumerate(found):
            if time.monotonic() - begun > ROUND_SECONDS:
                _give_back(database, found[number:], now)
                return sent
            sent += _send(database, channels[letter.kind], letter, now, settled)
    return sent


def _claim(database: Database, channels: Mapping[str, Channel], now: datetime, limit: int) -> list[Letter]:
    """Some due messages to one destination; where it rests they are put off, and others are looked for."""
    due = (message.c.status == QUEUED, message.c.due <= now, message.c.kind.in_(list(channels)), _has_room(now))
    first = sa.select(message.c.destination).where(*due).order_by(message.c.due, message.c.id).limit(1)
    while True:
        with database.look() as connection:
            to = connection.execute(first).scalar()
        if to is None:
            return []
        with database.write() as connection:
            waiting = (*due, message.c.destination == to)
            if until := breaker.resting_until(connection, to, now):
                connection.execute(message.update().where(*waiting).values(due=until))
                continue
            return _lease(connection, waiting, now, 1 if breaker.on_trial(connection, to, now + LEASE) else limit)


def _has_room(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a message goes where more may go now."""
    return sa.or_(message.c.pace.is_(None), message.c.pace.not_in(pace.full(now)))


def _lease(connection: sa.Connection, waiting: tuple[Any, ...], now: datetime, limit: int) -> list[Letter]:
    claim = letters_where(*waiting).order_by(message.c.due, message.c.id).limit(limit)
    found = [as_letter(row) for row in connection.execute(claim.with_for_update(skip_locked=True)).mappings()]
    leased = message.update().where(message.c.id.in_([each.id for each in found]))
    connection.execute(leased.values(due=now + LEASE, attempts=message.c.attempts + 1))
    return found


def _give_back(database: Database, letters: list[Letter], now: datetime) -> None:
    with database.write() as connection:
        again = message.update().where(message.c.id.in_([each.id for each in letters]))
        connection.execute(again.values(due=now, attempts=message.c.attempts - 1))


def _send(database: Database, channel: Channel, letter: Letter, now: datetime, settled: Settled) -> bool:
    done = {"status": SENT, "sent_at": now, "due": None, "error": None}
    if _is_taken_back(database, letter, now):
        _write(database, letter, now, settled, {"status": DROPPED, "due": None, "error": reason_text(TAKEN_BACK)})
        return False
    try:
        with span(f"send {letter.kind}", message=str(letter.id)):
            answer = channel.deliver(letter)
        _write(database, letter, now, settled, done, answer, answered=True, keep=getattr(channel, "keep", None))
    except NotYet:
        _give_back(database, [letter], now)
        return False
    except Undeliverable as error:
        answered = True if error.answer is not None else None
        _write(database, letter, now, settled, _given_up(error.why), error.answer, answered=answered)
        return False
    except NotNow as error:
        _put_off(database, letter, now, settled, error, answered=not error.blames)
        return False
    except Exception as error:
        log.exception("Message %s could not be delivered", letter.id)
        _put_off(database, letter, now, settled, NotNow(f"{type(error).__name__}: {error}"))
        return False
    return True


def _is_taken_back(database: Database, letter: Letter, now: datetime) -> bool:
    """Whether the receiver has taken back what they had agreed to when it was written, by any record of theirs."""
    purpose = (letter.details or {}).get("purpose")
    if purpose is None:
        return False
    with database.look() as connection:
        found = noted(connection, purpose)
        ids = {found.record, *merged_with(connection, found.record)}
        return any(withdrawn(connection, replace(found, record=each), now) for each in ids)


def _put_off(
    database: Database,
    letter: Letter,
    now: datetime,
    settled: Settled,
    error: NotNow,
    answered: bool | None = None,
) -> None:
    attempts = letter.attempts + 1
    log.warning("Message %s was not delivered (attempt %s): %s", letter.id, attempts, error)
    values = _given_up(error.why)
    if attempts < MOST_ATTEMPTS:
        values = {"due": now + max(_pause(attempts), error.after or timedelta()), "error": values["error"]}
    _write(database, letter, now, settled, values, error.answer, answered=answered)


def _pause(attempts: int) -> timedelta:
    """Twice as long after each attempt, and not quite, so that those that failed together do not come together."""
    return timedelta(minutes=2**attempts) * SystemRandom().uniform(0.75, 1.25)


def _given_up(why: Reason | str) -> dict[str, Any]:
    return {"status": FAILED, "due": None, "error": reason_text(why) if isinstance(why, Reason) else why[:1000]}


def _write(
    database: Database,
    letter: Letter,
    now: datetime,
    settled: Settled,
    values: dict[str, Any],
    answer: Any = None,
    answered: bool | None = None,
    keep: Callable[..., Mapping[str, Any]] | None = None,
) -> None:
    """What became of it. Nothing where somebody else has had it meanwhile, for the lease was over.

    `answered` says whether its destination did; None where it was not asked, which says nothing of it.
    """
    mine = message.update().where(message.c.id == letter.id)
    if values.get("status") == SENT and letter.is_private:
        told = {name: each for name, each in letter.details.items() if name != "markdown"}
        values = {**values, "body": "", "details": told}
    with database.write() as connection:
        if answered:
            breaker.worked(connection, letter.destination)
        elif answered is not None:
            breaker.failed(connection, letter.destination, now)
        if not connection.execute(mine.where(message.c.status == QUEUED).values(**values)).rowcount:
            return
        result = keep(connection, letter, answer, now) if keep else answer
        if result is not None:
            connection.execute(mine.values(result=dict(result)))
        if "status" in values:
            settled(connection, letter, now)
