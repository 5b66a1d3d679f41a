"""What PostgreSQL knows of the rows in its tables and plans by: how many there are, and how many of each value."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.database import system
from customary.engine.tables.tables import Tables


def learn(connection: sa.Connection, tables: Tables) -> None:
    """Lets PostgreSQL look at its tables, after many rows came at once.

    By itself it looks within a minute. Until then it planned with what it knew of empty tables: reading one deal
    took 2.4 ms in place of 0.6, the home page 68 in place of 5. SQLite plans by the indexes alone.
    """
    if connection.dialect.name == "sqlite":
        return
    quote = connection.dialect.identifier_preparer.quote
    names = (quote(name) for metadata in (tables.metadata, system) for name in metadata.tables)
    connection.exec_driver_sql(f"ANALYZE {', '.join(names)}")
