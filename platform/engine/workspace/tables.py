"""The platform's own tables: which rooms declare them, and what newer versions add to them."""

from __future__ import annotations

import importlib

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
    "customary.engine.exchange.sample",
    "customary.engine.automation",
    "customary.engine.automation.hooks",
    "customary.engine.plan.journal",
)
"""Importing these declares the platform's own tables."""


def declare_tables() -> None:
    """Makes all of the platform's own tables known, of rooms that nobody has asked for yet too."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(room)


def add_new_columns(database: Database) -> None:
    """Adds what newer versions of Customary keep in the platform's own tables, and the indexes over it.

    Old rows have a new column's `server_default`, or nothing there.
    """
    with database.read() as connection:
        there = sa.inspect(connection).get_multi_columns(filter_names=list(system.tables))
    known = {table: {column["name"] for column in columns} for (_, table), columns in there.items()}
    missing = [column for table in system.sorted_tables for column in table.c if column.name not in known[table.name]]
    if not missing:
        return
    with database.write() as connection:
        quote = connection.dialect.identifier_preparer.quote
        described = connection.dialect.ddl_compiler(connection.dialect, None).get_column_specification
        for column in missing:
            connection.exec_driver_sql(f"ALTER TABLE {quote(column.table.name)} ADD COLUMN {described(column)}")
        for index in {index for column in missing for index in column.table.indexes if column.name in index.columns}:
            connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
