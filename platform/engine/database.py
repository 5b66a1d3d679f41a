"""The database: opening it, one unit of work at a time, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread
import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from customary.engine import sqlite

Result = TypeVar("Result")

system = sa.MetaData()
"""The tables of the platform itself. Each room declares its own here; names begin with `customary_`."""

READERS = 8
PATIENCE_SECONDS = 30
"""How long a statement may take: what people type can ask for more than any machine can do."""
TRUSTED_SECONDS = 1.0
"""A connection that was used within this time is taken to be alive."""
STEPS_BETWEEN_LOOKS = 1_000_000
"""Steps of SQLite's machine between two looks at the clock, some ten milliseconds."""


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
        self._threads = anyio.CapacityLimiter(READERS)
        self._writers = anyio.CapacityLimiter(1) if self.is_sqlite else self._threads

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading; nothing done on it is kept."""
        with self.engine.connect() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection for one transaction: committed at the end, rolled back on an error."""
        with self.engine.connect().execution_options(customary_write=True) as connection, connection.begin():
            yield connection

    async def reading(self, work: Callable[..., Result], *args: Any) -> Result:
        """Runs `work(connection, *args)` in a thread, on a connection that cannot write."""
        return await anyio.to_thread.run_sync(self._read, work, args, limiter=self._threads)

    async def writing(self, work: Callable[..., Result], *args: Any) -> Result:
        """Runs `work(connection, *args)` as one transaction in a thread."""
        return await anyio.to_thread.run_sync(self._write, work, args, limiter=self._writers)

    def prepare(self) -> None:
        """Makes the platform's own tables where they are missing."""
        with self.write() as connection:
            system.create_all(connection)

    def close(self) -> None:
        self.engine.dispose()
        self._reader.dispose()

    def _read(self, work: Callable[..., Result], args: tuple) -> Result:
        with _stopping(), self._reader.connect() as connection:
            return work(connection, *args)

    def _write(self, work: Callable[..., Result], args: tuple) -> Result:
        with _stopping(), self.write() as connection:
            return work(connection, *args)


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
        writes = connection.get_execution_options().get("customary_write")
        if writes:
            connection.connection.dbapi_connection.set_progress_handler(None, 0)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgresql(url: sa.URL, *, reads: bool = False) -> sa.Engine:
    """The writer's connections, or those for `reads` alone: without a transaction they save two of three trips."""
    options = f"-c timezone=UTC -c statement_timeout={PATIENCE_SECONDS}s"
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=READERS,
        pool_use_lifo=True,
        isolation_level="AUTOCOMMIT" if reads else None,
        json_serializer=_dump_json,
        connect_args={
            "cursor_factory": _Cursor,
            "options": f"{options} -c default_transaction_read_only=on" if reads else options,
        },
    )
    _look_after_idle_connections(engine)
    return engine


class _Cursor(psycopg.Cursor):
    """A cursor that describes its columns by name and type alone: psycopg's own way took longer than the query."""

    @property
    def description(self) -> list[tuple] | None:  # type: ignore[override]
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        return [
            (result.fname(place).decode(), result.ftype(place), None, None, None, None, None)
            for place in range(result.nfields)
        ]


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


# Column types -------------------------------------------------------------------------------------


class CodePointText(sa.types.TypeDecorator):
    """Text that compares by code point on both databases."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text())


class Moment(sa.types.TypeDecorator):
    """A moment in UTC. SQLite keeps it as text in ISO form, which sorts as time does."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scaled(sa.types.TypeDecorator):
    """An exact decimal kept as a whole number of `10 ** -scale`, so both databases calculate alike."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self._unit = Decimal(1).scaleb(-scale)

    def process_bind_param(self, value: Decimal | int | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        return int(Decimal(value).quantize(self._unit, ROUND_HALF_EVEN).scaleb(self.scale))

    def process_result_value(self, value: int | Decimal | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


class Code(sa.types.TypeDecorator):
    """A named value (an option, a stage) kept as the code it was given at birth.

    `codes` maps today's name to its code; what has no entry is its own code. So a renamed option keeps its rows.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, codes: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self.codes = codes
        self._code = dict(codes)
        self._name = {code: name for name, code in codes}

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self._code.get(value, value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self._name.get(value, value)


class Names(sa.types.TypeDecorator):
    """A list of texts (options, tags) as a JSON array; empty is NULL. `has(column, text)` asks for one."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, codes: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(none_as_null=True)
        self.codes = codes
        self._code = dict(codes)
        self._name = {code: name for name, code in codes}

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        json_type = postgresql.JSONB if dialect.name == "postgresql" else sa.JSON
        return dialect.type_descriptor(json_type(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> list[str] | None:
        return [self._code.get(item, item) for item in value] if value else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> tuple[str, ...]:
        return tuple(self._name.get(item, item) for item in value or ())


class Json(sa.types.TypeDecorator):
    """Any JSON value; absent is NULL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        json_type = postgresql.JSONB if dialect.name == "postgresql" else sa.JSON
        return dialect.type_descriptor(json_type(none_as_null=True))


class has(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`has(column, text)`: the list in a `Names` column holds the text (given as its code)."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(has, "sqlite")
def _has_sqlite(element: has, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {text})"  # noqa: S608 - made of compiled clauses


@compiles(has, "postgresql")
def _has_postgresql(element: has, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"coalesce(jsonb_exists({column}, {text}), false)"


class _Ids(sa.types.UserDefinedType):
    """Ids gathered in one value: an array on PostgreSQL, JSON on SQLite."""

    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, _coltype: object) -> Callable[[Any], tuple[UUID, ...]]:
        if dialect.name == "postgresql":
            return tuple
        return lambda text: tuple(UUID(each) for each in json.loads(text))


class gathered(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`gathered(query)`: all ids that a scalar subquery of one column `id` finds, in its order, as one tuple."""

    type = _Ids()
    inherit_cache = True


@compiles(gathered, "sqlite")
def _gathered_sqlite(element: gathered, compiler: Any, **kw: Any) -> str:
    query = compiler.process(element.clauses.clauses[0], **kw)
    return f"(SELECT json_group_array(id) FROM {query})"  # noqa: S608 - made of a compiled clause


@compiles(gathered, "postgresql")
def _gathered_postgresql(element: gathered, compiler: Any, **kw: Any) -> str:
    return f"ARRAY{compiler.process(element.clauses.clauses[0], **kw)}"
