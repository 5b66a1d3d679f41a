"""The database: opening it, one unit of work at a time, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect

from customary.engine import sqlite, sqlite_lock
from customary.engine.compilations import Compilations
from customary.engine.postgresql import NOTICES, Cursor, notices
from customary.engine.threads import Threads, Turns
from customary.engine.wired import NotAsUsual, Wired
from customary.engine.wires import Wires

Result = TypeVar("Result")

system = sa.MetaData()
"""The tables of the platform itself. Each room declares its own here; names begin with `customary_`."""

READERS = 8
PATIENCE_SECONDS = 30
"""How long a statement may take: what people type can ask for more than any machine can do."""
DEADLOCK = "40P01"
TRIES = 4
"""How often a unit of work that lost a race for locks is done, all in all."""
TRUSTED_SECONDS = 1.0
"""A connection that was used within this time is taken to be alive."""
STEPS_BETWEEN_LOOKS = 1_000_000
"""Steps of SQLite's machine between two looks at the clock, some ten milliseconds."""


def insert_new(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Writes a row unless its key is there already, also where another process writes the same; says whether it did."""
    insert = (sqlite_dialect if connection.dialect.name == "sqlite" else postgresql_dialect).insert
    statement = insert(table).values(row).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


class TooSlow(Exception):
    """A statement took longer than PATIENCE_SECONDS and was stopped; nothing was written."""


class Database:
    """One workspace's database.

    Reads run side by side; on SQLite writes take turns, because it has one writer. A unit of work is
    synchronous; `reading` and `writing` give one its thread for the asynchronous web process.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _open_sqlite(self.url) if self.is_sqlite else _open_postgresql(self.url)
        self._reader = self.engine if self.is_sqlite else _open_postgresql(self.url, reads=True)
        self._readers = Threads(READERS)
        self._writers = Threads(1) if self.is_sqlite else self._readers
        self._turns = Turns()
        self.wires = None if self.is_sqlite else Wires(self._reader, self._readers.run)
        self._wired = self.wires and Wired(self.wires, self._reader.dialect)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading; nothing done on it is kept. What takes its time is read from a `snapshot`."""
        with self.engine.connect() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def look(self) -> Iterator[sa.Connection]:
        """A connection for a brief look, on PostgreSQL without a transaction and its two trips. And psycopg forgets
        all prepared statements of a connection with a ROLLBACK, which is what `read` ends with."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self, lock_seconds: float = 0, idle_seconds: float = 0) -> Iterator[sa.Connection]:
        """A connection for one transaction: committed at the end, rolled back on an error.

        On PostgreSQL a statement that would wait longer than `lock_seconds` for what somebody else holds is stopped;
        and when nothing is heard of this process for `idle_seconds`, what it holds goes to others.
        """
        turn = self._turns.turn(PATIENCE_SECONDS) if self.is_sqlite else nullcontext()
        with turn, self.engine.connect().execution_options(customary_write=True) as connection, connection.begin():
            if (lock_seconds or idle_seconds) and not self.is_sqlite:
                connection.execute(_LIMITS, {"lock": f"{lock_seconds}s", "idle": f"{idle_seconds}s"})
            yield connection

    @contextmanager
    def trial(self, brief: bool = False) -> Iterator[sa.Connection]:
        """A connection for what is taken back at the end.

        While SQLite is written to, nobody else can write: what is not `brief` is therefore tried on a copy of it,
        where there is room for one.
        """
        copied = not brief and self._has_room()
        with (
            _copy(self.engine) if copied else nullcontext(self) as database,
            database.engine.connect().execution_options(customary_write=True) as connection,
        ):
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def copy(self) -> Iterator[Database]:
        """A copy of the SQLite file as it stands, for as long as it is needed; others may write meanwhile."""
        with _copy(self.engine) as copied:
            yield copied

    async def reading(self, work: Callable[..., Result], *args: Any) -> Result:
        """Runs `work(connection, *args)` in a thread, on a connection that cannot write."""
        return await self._readers.run(self._read, work, args)

    async def at_once(self, work: Callable[..., Result], *args: Any) -> Result:
        """The same over wires, without a thread where that can be: for what asks little and reckons little."""
        if self._wired is not None:
            with suppress(NotAsUsual):
                return await self._wired.run(work, *args)
        return await self.reading(work, *args)

    async def writing(self, work: Callable[..., Result], *args: Any) -> Result:
        """Runs `work(connection, *args)` as one transaction in a thread; again when it lost a race for locks."""
        return await self._writers.run(self._write, work, args)

    async def trying(self, work: Callable[..., Result], *args: Any, brief: bool = False) -> Result:
        """Runs `work(connection, *args)` in a thread, and keeps nothing of it; see `trial`."""
        brief = brief or not await self._readers.run(self._has_room)
        return await (self._writers if brief else self._readers).run(self._try, brief, work, args)

    def prepare(self) -> None:
        """Makes the platform's own tables where they are missing."""
        with self.write() as connection:
            system.create_all(connection)

    def close(self) -> None:
        self._readers.close()
        self._writers.close()
        if self.wires is not None:
            self.wires.close()
        self.engine.dispose()
        self._reader.dispose()

    def _read(self, work: Callable[..., Result], args: tuple) -> Result:
        with _stopping(), self._reader.connect() as connection:
            return work(connection, *args)

    def _try(self, brief: bool, work: Callable[..., Result], args: tuple) -> Result:
        with _stopping(), self.trial(brief) as connection:
            return work(connection, *args)

    def _has_room(self) -> bool:
        """Whether a copy of the SQLite file finds its place, and may grow by as much again."""
        if not self.is_sqlite:
            return False
        with self.read() as connection:
            size = connection.exec_driver_sql("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            return shutil.disk_usage(tempfile.gettempdir()).free > 2 * size.scalar_one()

    def _write(self, work: Callable[..., Result], args: tuple) -> Result:
        for tries_left in reversed(range(TRIES)):
            try:
                with _stopping(), self.write() as connection:
                    return work(connection, *args)
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != DEADLOCK or not tries_left:
                    raise
        raise AssertionError("unreachable")


_LIMITS = sa.select(
    sa.func.set_config("lock_timeout", sa.bindparam("lock"), True),
    sa.func.set_config("idle_in_transaction_session_timeout", sa.bindparam("idle"), True),
)


@contextmanager
def _copy(engine: sa.Engine) -> Iterator[Database]:
    """A copy of the SQLite file as it stands, for as long as it is needed; others may write meanwhile."""
    with tempfile.TemporaryDirectory(prefix="customary-") as folder:
        file = Path(folder) / "copy.db"
        with engine.connect() as connection, closing(sqlite3.connect(file)) as target:
            connection.connection.dbapi_connection.backup(target)
        copy = Database(f"sqlite:///{file}")
        try:
            yield copy
        finally:
            copy.close()


@contextmanager
def _stopping() -> Iterator[None]:
    """Raises TooSlow for a statement that its database stopped."""
    try:
        yield
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled) or str(error.orig) == "interrupted":
            raise TooSlow from error
        raise


def _open_sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=READERS,
        hide_parameters=True,  # what people typed, and what opens something, belongs in no log
        execution_options={"compiled_cache": Compilations()},
        connect_args={"timeout": 30, "check_same_thread": False},
        json_serializer=_dump_json,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
        sqlite.teach(connection)

    @sa.event.listens_for(engine, "checkout")
    def _be_patient(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("customary_write"):
            connection.connection.dbapi_connection.set_progress_handler(None, 0)
            sqlite_lock.take(connection, PATIENCE_SECONDS)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _open_postgresql(url: sa.URL, *, reads: bool = False) -> sa.Engine:
    """The writer's connections, or those for `reads` alone: without a transaction they save two of three trips."""
    options = f"-c timezone=UTC -c statement_timeout={PATIENCE_SECONDS}s {notices()}"
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=READERS,
        pool_use_lifo=True,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT" if reads else None,
        json_serializer=_dump_json,
        execution_options={"compiled_cache": Compilations()},
        connect_args={
            "cursor_factory": Cursor,
            "options": f"{options} -c default_transaction_read_only=on" if reads else options,
            **NOTICES,
        },
    )
    # Rows that are taken by parts come over a cursor of the server, of which there is none without a transaction.
    engine.dialect.supports_server_side_cursors = not reads
    _look_after_idle_connections(engine)
    return engine


def _look_after_idle_connections(engine: sa.Engine) -> None:
    """Asks a connection that was idle whether it is still there. `pool_pre_ping` would ask before every use."""

    @sa.event.listens_for(engine, "checkin")
    def _note(_connection: psycopg.Connection, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def _look(connection: psycopg.Connection, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("idle_since", math.inf) > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise sa.exc.DisconnectionError from error


def _dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
