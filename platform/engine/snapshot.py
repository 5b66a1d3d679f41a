"""A snapshot: the database as it stands at one moment, for as long as it is read, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from customary.engine.database import Database


@contextmanager
def snapshot(database: Database) -> Iterator[sa.Connection]:
    """A connection whose every statement sees the same moment. Nobody waits for it."""
    options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection:
        try:
            without_patience(connection)
            if database.is_sqlite:
                # Its moment is that of the first look.
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            yield connection
        finally:
            connection.rollback()


def without_patience(connection: sa.Connection) -> None:
    """Lets the statements of this transaction take the time they need."""
    if connection.dialect.name == "sqlite":
        connection.connection.dbapi_connection.set_progress_handler(None, 0)
    else:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
