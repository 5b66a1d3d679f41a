"""The platform's own tables: which rooms declare them, and what newer versions add to them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from customary.engine.database import Database, system

ROOMS_WITH_TABLES = (
    "customary.engine.audit",
    "customary.engine.releases",
    "customary.engine.people",
    "customary.engine.access",
    "customary.engine.files",
    "customary.engine.records",
    "customary.engine.records.idempotency",
    "customary.engine.messages",
    "customary.engine.messages.forms",
    "customary.engine.messages.incoming",
    "customary.engine.messages.reactions",
    "customary.engine.exchange.sample",
    "customary.engine.automation",
    "customary.engine.automation.outside.hooks",
    "customary.engine.plan.applying.journal",
)
"""Importing these declares the platform's own tables."""


def declare_tables() -> None:
    """Makes all of the platform's own tables known, of rooms that nobody has asked for yet too."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)


def add_new_columns(database: Database) -> None:
    """Adds what newer versions of Customary keep in the platform's own tables, and the indexes over them.

    Old rows have a new column's `server_default`, or nothing there.
    """
    with database.read() as connection:
        inspector = sa.inspect(connection)
        columns = _names(inspector.get_multi_columns(filter_names=list(system.tables)))
        unindexed = missing_indexes(connection)
    missing = [each for table in system.sorted_tables for each in table.c if each.name not in columns[table.name]]
    if not missing and not unindexed:
        return
    with database.write() as connection:
        quote = connection.dialect.identifier_preparer.quote
        described = connection.dialect.ddl_compiler(connection.dialect, None).get_column_specification
        for column in missing:
            connection.exec_driver_sql(f"ALTER TABLE {quote(column.table.name)} ADD COLUMN {described(column)}")
        for index in unindexed:
            connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def missing_indexes(connection: sa.Connection) -> list[sa.Index]:
    """The indexes of the platform's own tables that the database has not."""
    there = _indexes_there(connection)
    return [each for table in system.sorted_tables for each in table.indexes if each.name not in there]


def _indexes_there(connection: sa.Connection) -> set[str | None]:
    """SQLAlchemy passes over SQLite's indexes over expressions, and warns of them."""
    if connection.dialect.name == "sqlite":
        return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars())
    found = sa.inspect(connection).get_multi_indexes(filter_names=list(system.tables))
    return {name for names in _names(found).values() for name in names}


def _names(found: Mapping[tuple[str | None, str], list[Any]]) -> Mapping[str, set[str | None]]:
    """The names of what each table has."""
    return {table: {each["name"] for each in its} for (_, table), its in found.items()}
