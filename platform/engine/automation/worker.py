"""The worker: does what is due, in a thread of its own or as a process's main loop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from customary.engine import audit
from customary.engine.automation import relay
from customary.engine.automation.clock import tick
from customary.engine.automation.outside.mails import heard
from customary.engine.automation.outside.reactions import settled
from customary.engine.automation.running.leasing import lease_due
from customary.engine.automation.running.runs import advance_all
from customary.engine.automation.watching.alarm import watch
from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.messages import Lines, channels, send_due
from customary.engine.messages.incoming.collect import collect
from customary.engine.releases import Releases

IDLE_SECONDS = 0.25
TROUBLE_SECONDS = 5.0
OUTSIDE_SECONDS = 1.0
SENDERS = 3
HANDS = 2
CLOCK_SECONDS = 15.0
MAIL_SECONDS = 10.0

Chore = tuple[str, Callable[[], int], float]
"""What is done in a thread of its own: its name, one round of it, and the seconds to rest when there was nothing."""

log = logging.getLogger("customary.automation")


def work_once(database: Database, releases: Releases, now: datetime | None = None) -> int:
    """Does one round: takes changes off the queue and runs what is due. Gives how much there was to do."""
    return sum(_round(database, releases, now or datetime.now(UTC)))


def hurry_once(database: Database, releases: Releases) -> int:
    """Does one round, and gives how much of it calls for another at once.

    Changes that began nothing do not, unless more of them wait: while many people write, others gather meanwhile,
    and a round of many costs little more than a round of one.
    """
    taken, ran = _round(database, releases, datetime.now(UTC))
    return ran + taken // relay.BATCH


def _round(database: Database, releases: Releases, now: datetime) -> tuple[int, int]:
    """Changes taken off the queue, and runs that went on."""
    taken = relay.run_once(database, releases, now)
    leased = lease_due(database, now)
    advance_all(database, releases, leased, now)
    return taken, len(leased)


def send_once(
    database: Database,
    releases: Releases,
    now: datetime | None = None,
    lines: Lines | None = None,
    store: Store | None = None,
) -> int:
    """Delivers what is due in the outbox, and lets runs go on that wait for it. Gives how much went out."""
    release = releases.current()
    if release is None:
        return 0
    ways = channels(database, release, lines, store)
    return send_due(database, ways, now or datetime.now(UTC), settled=partial(settled, releases))


def collect_once(database: Database, releases: Releases, store: Store, now: datetime | None = None) -> int:
    """Reads the mailboxes that are due, and gives how many mails were taken in."""
    return collect(database, releases, store, heard, now)


def work_until_idle(database: Database, releases: Releases, now: datetime | None = None, rounds: int = 1000) -> None:
    """Works until nothing is due any more: for tests, imports and scripts."""
    for _ in range(rounds):
        if not work_once(database, releases, now):
            return


class Worker:
    """Works in the background of a serving process; any number may work on one database.

    What goes outside has threads of its own, because slow servers must not hold up rules, nor each other.
    """

    def __init__(
        self, database: Database, releases: Releases, store: Store | None = None, also: Sequence[Chore] = ()
    ) -> None:
        """Without a `store` for what mails bring and what is printed, no mailbox is read and no document made.

        `also` is what other rooms have to be done now and then.
        """
        self._database, self._releases, self._store, self._also = database, releases, store, tuple(also)
        # While one waits for PostgreSQL the other works; SQLite has one writer.
        self._hands = 1 if database.is_sqlite else HANDS
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lines = Lines()

    def start(self) -> None:
        """Begins to work; does nothing when it works already."""
        if self._threads:
            return
        self._stopping.clear()
        for name, round_of_work, pause in self._rounds():
            thread = threading.Thread(
                target=self._work, args=(round_of_work, pause), name=f"customary-{name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ends after the step in hand."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self._threads = []
        self._lines.close()

    def _work(self, round_of_work: Callable[[], int], pause: float) -> None:
        while not self._stopping.is_set():
            try:
                worked = round_of_work()
            except Exception:
                log.exception("A round of work failed; the next is in %s seconds", TROUBLE_SECONDS)
                self._stopping.wait(TROUBLE_SECONDS)
                continue
            if not worked:
                self._stopping.wait(pause)

    def _rounds(self) -> tuple[Chore, ...]:
        """What is done in a thread of its own, and how long it rests when there was nothing to do."""
        return (
            *((f"rules-{number}", self._rules, IDLE_SECONDS) for number in range(1, self._hands + 1)),
            *((f"outside-{number}", self._outside, OUTSIDE_SECONDS) for number in range(1, SENDERS + 1)),
            ("clock", self._clock, CLOCK_SECONDS),
            ("mail", self._mail, MAIL_SECONDS),
            *self._also,
        )

    def _clock(self) -> int:
        now, release = datetime.now(UTC), self._releases.current()
        audit.tend(self._database, release.model.settings.forget_audit_after if release else None, now)
        if release:
            watch(self._database, release, now)
        return tick(self._database, self._releases, now)

    def _mail(self) -> int:
        return collect_once(self._database, self._releases, self._store) if self._store is not None else 0

    def _rules(self) -> int:
        return hurry_once(self._database, self._releases)

    def _outside(self) -> int:
        return send_once(self._database, self._releases, lines=self._lines, store=self._store)
