"""The newest release, compiled once and kept until a newer one is there."""

from __future__ import annotations

import logging
import threading
import time

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.releases.release import Release, newest_number, read_release

CHECK_SECONDS = 0.5
"""A newer release is noticed within a second, and no request pays for more than one look in this time."""

log = logging.getLogger("customary.releases")


class Releases:
    """A process's view of what is applied. Safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._current: Release | None = None
        self._seen = 0
        self._unusable: int | None = None
        self._checked_at = 0.0
        self._turn = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._stopped = threading.Event()

    def current(self) -> Release | None:
        """The newest release that compiles, or None while nothing has been applied.

        With `watch` on this is only a look at what the watcher found.
        """
        if self._current is None:
            with self._turn:
                self._refresh()
        elif self._is_due() and self._turn.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._turn.release()
        return self._current

    def look(self) -> tuple[Release | None, int | None]:
        """The release in use and the number of a newer one that cannot be. Raises when the database does not answer."""
        with self._database.look() as connection:
            newest_number(connection)
        return self.current(), self._unusable

    def load(self, connection: sa.Connection) -> Release | None:
        """The newest release as this connection sees it: for units of work that must not lag behind."""
        number = newest_number(connection)
        if self._current is None or number != self._current.number:
            self._take(connection, number)
        return self._current

    def keep(self, release: Release) -> None:
        """Takes over a release that this process has just applied."""
        with self._turn:
            self._current, self._seen, self._unusable = release, release.number, None

    def watch(self) -> None:
        """Looks for newer releases in a thread of its own and compiles them there, beside the old one."""
        if self._watcher is None:
            self._stopped.clear()
            self._watcher = threading.Thread(target=self._watch, name="customary-releases", daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Ends the watching."""
        if self._watcher is not None:
            self._stopped.set()
            self._watcher.join(timeout=5)
            self._watcher = None

    def _is_due(self) -> bool:
        return self._watcher is None and time.monotonic() - self._checked_at >= CHECK_SECONDS

    def _watch(self) -> None:
        while not self._stopped.wait(CHECK_SECONDS):
            try:
                with self._turn:
                    self._refresh()
            except Exception:
                # Whatever it was, the next look may succeed; a dead watcher would never see a release again.
                log.exception("Looking for a newer release failed")

    def _refresh(self) -> None:
        self._checked_at = time.monotonic()
        try:
            with self._database.look() as connection:
                self._take(connection, newest_number(connection))
        except sa.exc.DBAPIError as error:
            if self._current is None:
                raise
            log.warning("The database does not answer; release %s stays in use: %s", self._current.number, error.orig)

    def _take(self, connection: sa.Connection, number: int) -> None:
        if number == self._seen:
            return
        try:
            release = read_release(connection, number)
            # Under READ COMMITTED the catalogue may be of a still newer release than the row was.
            if newest_number(connection) != number:
                return
            self._current, self._unusable = release, None
        except Exception as error:
            if self._current is None:
                raise
            self._unusable = number
            log.exception("Release %s cannot be used; %s stays in use: %s", number, self._current.number, error)
        self._seen = number
