"""Collecting mail: each mailbox is looked at by one process at a time, and each mail is taken in once.

How far a mailbox is read is written down in the transaction that takes a mail in. A mail that cannot be taken in is set
aside and listed; the next one is read nevertheless. A server that does not answer is asked again, later and later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.columns import Moment
from customary.engine.database import Database, system
from customary.engine.files import Store
from customary.engine.messages.incoming.imap import Folder, NoPassword, opened, refusals
from customary.engine.messages.incoming.received import file_as_it_is, left_aside, renumber, to_try
from customary.engine.messages.incoming.taking import Heard, NowhereToGo, set_aside, take_in
from customary.engine.people.actor import SYSTEM
from customary.engine.reasons import read_reason, reason_text
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Releases
from customary.engine.words import Reason

mailbox = sa.Table(
    "customary_mailbox",
    system,
    sa.Column("name", sa.Text, primary_key=True),
    # When it is looked at next, or when the lease of who looks at it ends.
    sa.Column("due", Moment, nullable=False),
    # The numbers of its mails hold under this; all up to the last were read.
    sa.Column("validity", sa.BigInteger),
    sa.Column("last", sa.BigInteger),
    sa.Column("looked_at", Moment),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
)

EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 100
LARGEST = 40_000_000
"""Bytes of a mail; a larger one is set aside unread."""
_BACK = timedelta(days=3)

log = logging.getLogger("customary.messages")

Open = Callable[[str, Mapping[str, Any]], AbstractContextManager[Folder]]


@dataclass(frozen=True)
class Mailbox:
    """How it stands with a mailbox. `why` tells what keeps it from being read."""

    name: str
    looked_at: datetime | None
    why: Reason | None


def collect(
    database: Database, releases: Releases, store: Store, heard: Heard, now: datetime | None = None, open: Open = opened
) -> int:
    """Reads what is new in the mailboxes that are due, and gives how many mails were taken in."""
    release, now = releases.current(), now or datetime.now(UTC)
    if release is None:
        return 0
    servers = {name: each for name, each in release.model.settings.mailboxes.items() if name in release.model.mailboxes}
    return sum(
        Round(database, releases, store, heard, now, name).go(server, open)
        for name, server in servers.items()
        if _leased(database, name, now)
    )


def mailboxes(connection: sa.Connection, names: list[str]) -> list[Mailbox]:
    """How it stands with some mailboxes."""
    rows = connection.execute(sa.select(mailbox).where(mailbox.c.name.in_(names)))
    known = {row.name: Mailbox(row.name, row.looked_at, read_reason(row.error)) for row in rows}
    return [known.get(name) or Mailbox(name, None, None) for name in names]


def look_soon(connection: sa.Connection, name: str, now: datetime) -> None:
    """Has a mailbox looked at in the next round."""
    connection.execute(mailbox.update().where(mailbox.c.name == name).values(due=now))


@dataclass
class Round:
    """One look into one mailbox, whose lease is held."""

    database: Database
    releases: Releases
    store: Store
    heard: Heard
    now: datetime
    name: str

    def go(self, server: Mapping[str, Any], open: Open) -> int:
        """Reads what is new; what keeps it from that is written down."""
        try:
            with open(self.name, server) as folder:
                numbers = self._numbers(folder, server)
                taken = sum(self._taken(folder, number) for number in numbers[:AT_ONCE])
        except NoPassword as error:
            self._failed(Reason("The environment does not hold {variable}.", {"variable": str(error)}))
        except refusals() as error:
            self._failed(Reason("The mail server says: {why}", {"why": str(error)[:300] or type(error).__name__}))
        except sa.exc.OperationalError as error:
            self._failed(Reason("the database failed: {why}", {"why": str(error.orig)[:300]}))
        else:
            self._done(self.now if len(numbers) > AT_ONCE else self.now + EVERY)
            return taken
        return 0

    def _numbers(self, folder: Folder, server: Mapping[str, Any]) -> list[int]:
        """The mails that are to be read: those that came since, and those that are to be tried once more."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(mailbox).where(mailbox.c.name == self.name)).one()
            again = to_try(connection, self.name)
        if row.validity == folder.validity:
            return [*again, *folder.after(row.last)]
        begin = date.fromisoformat(str(server["since"])) if server.get("since") else None
        if row.validity is not None:  # The server numbers anew: what was read before is told by its Message-ID.
            self._number_anew(folder)
            begin = ((row.looked_at or self.now) - _BACK).date()
        self._write(validity=folder.validity, last=0 if begin else folder.following - 1)
        return folder.since(begin) if begin else []

    def _number_anew(self, folder: Folder) -> None:
        """Finds what was set aside among the numbers of today, or another mail would be taken for it."""
        with self.database.read() as connection:
            left = left_aside(connection, self.name)
        found = {id: folder.named(message_id) for id, message_id in left.items()}
        with self.database.write() as connection:
            renumber(connection, found)

    def _taken(self, folder: Folder, number: int) -> bool:
        raw = b""
        try:
            if folder.size(number) > LARGEST:
                raise NowhereToGo(Reason("It is larger than {size} MB.", {"size": LARGEST // 1_000_000}))
            raw = folder.read(number)
            return self._in_transaction(number, lambda work: self._take(work, number, raw))
        except (*refusals(), sa.exc.OperationalError):
            raise
        except NowhereToGo as error:
            why = error.why
        except Exception as error:
            log.exception("Mail %s of %s could not be taken in", number, self.name)
            why = Reason("It could not be read: {why}", {"why": f"{type(error).__name__}: {error}"[:300]})
        self._in_transaction(number, lambda work: set_aside(work, self.name, number, raw, why))
        return False

    def _take(self, work: Work, number: int, raw: bytes) -> bool:
        found = work.model.mailboxes.get(self.name) if raw else None
        taken = found is not None and take_in(work, self.store, found, number, raw, self.heard)
        if not taken:
            file_as_it_is(work.connection, self.name, number)
        return taken

    def _in_transaction(self, number: int, act: Callable[[Work], Any]) -> Any:
        """Does something about a mail; up to it the mailbox is read then."""
        with self.database.write() as connection:
            release = self.releases.load(connection)
            done = act(Work(connection, release, SYSTEM, self.now, Cause("mail")))
            read = sa.case((mailbox.c.last < number, number), else_=mailbox.c.last)
            mine = mailbox.update().where(mailbox.c.name == self.name)
            connection.execute(mine.values(last=read, due=datetime.now(UTC) + LEASE))
        return done

    def _done(self, due: datetime) -> None:
        self._write(due=due, looked_at=self.now, failures=0, error=None)

    def _failed(self, why: Reason) -> None:
        log.warning("Mailbox %s: %s", self.name, why)
        with self.database.read() as connection:
            row = connection.execute(sa.select(mailbox).where(mailbox.c.name == self.name)).one()
        pause = min(EVERY * 2 ** min(row.failures + 1, 10), LONGEST_PAUSE)
        self._write(due=self.now + pause, failures=row.failures + 1, error=reason_text(why))

    def _write(self, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(mailbox.update().where(mailbox.c.name == self.name).values(values))


def _leased(database: Database, name: str, now: datetime) -> bool:
    """Whether a mailbox is due and nobody else looks at it; from now on nobody else does."""
    with database.read() as connection:
        due = connection.execute(sa.select(mailbox.c.due).where(mailbox.c.name == name)).scalar()
    if due is not None and due > now:
        return False
    with database.write() as connection:
        insert = (sqlite if database.is_sqlite else postgresql).insert
        connection.execute(insert(mailbox).values(name=name, due=now, failures=0).on_conflict_do_nothing())
        mine = mailbox.update().where(mailbox.c.name == name, mailbox.c.due <= now)
        return connection.execute(mine.values(due=now + LEASE)).rowcount == 1
