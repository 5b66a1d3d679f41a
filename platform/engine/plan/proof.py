"""Proof: that a database holds the very tables, keys and indexes that a release calls for, and nothing unknown."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from customary.engine.tables import Tables

OURS = ("ix_x_", "ux_x_", "lx_")
"""How the names of indexes begin that follow from declarations."""
LASTING = "lx_"
"""Those of links, which outlive their fields."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing that is not as it should be. `sign` is - missing, ~ other than called for, + unknown."""

    sign: str
    kind: str
    name: str
    reason: str = ""

    def __str__(self) -> str:
        word = {"-": "is missing", "~": "is not as it should be", "+": "belongs to nothing"}[self.sign]
        return f"{self.kind} {self.name} {word}{f': {self.reason}' if self.reason else ''}"


def prove(connection: sa.Connection, tables: Tables) -> list[Difference]:
    """All differences between the database and a release's tables. What is retired is known, and none."""
    found = {*_differing(connection, tables), *_keys(connection, tables), *_unknown(connection, tables)}
    return sorted(found | set(_broken(connection)))


def _differing(connection: sa.Connection, tables: Tables) -> Iterator[Difference]:
    """What Alembic would still change, leaving aside what is retired."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    metadata = tables.metadata
    known = {name: {column.name for column in table.c} for name, table in metadata.tables.items()}

    def include(name: str, kind: str, parents: dict[str, Any]) -> bool:
        if kind in ("table", "column"):
            return name in known if kind == "table" else name in known[parents["table_name"]]
        return kind == "schema"

    context = MigrationContext.configure(connection, opts={"include_name": include, "compare_type": True})
    with warnings.catch_warnings():
        # Of tables that point at each other: their order does not matter here.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        found = compare_metadata(context, metadata)
    for each in found:
        for verb, *rest in each if isinstance(each, list) else [each]:
            if verb == "add_table":
                yield Difference("-", "table", rest[0].name)
            elif verb == "add_column":
                yield Difference("-", "column", f"{rest[1]}.{rest[2].name}")
            elif verb == "modify_type":
                yield Difference("~", "column", f"{rest[1]}.{rest[2]}", f"it is {rest[4]!r} and should be {rest[5]!r}")
            elif verb == "modify_nullable":
                yield Difference("~", "column", f"{rest[1]}.{rest[2]}", "it may be empty, or may not")


def _keys(connection: sa.Connection, tables: Tables) -> Iterator[Difference]:
    wanted = {
        (table.name, key.columns.keys()[0], key.elements[0].column.table.name, key.ondelete)
        for table in tables.metadata.tables.values()
        for key in table.foreign_key_constraints
    }
    known = {(name, column.name) for name, table in tables.metadata.tables.items() for column in table.c}
    there = {each for each in _keys_there(connection) if each[:2] in known}
    yield from (Difference("-", "foreign key", _told(each)) for each in wanted - there)
    yield from (Difference("+", "foreign key", _told(each)) for each in there - wanted)


def _keys_there(connection: sa.Connection) -> set[tuple[str, str, str, str]]:
    """SQLAlchemy does not read the ON DELETE of a key that came to SQLite with ADD COLUMN."""
    if connection.dialect.name == "sqlite":
        query = (
            'SELECT m.name, k."from", k."table", k.on_delete '
            "FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table'"
        )
        return {tuple(row) for row in connection.exec_driver_sql(query)}
    keys = sa.inspect(connection).get_multi_foreign_keys()
    return {
        (table, key["constrained_columns"][0], key["referred_table"], key["options"].get("ondelete"))
        for (_, table), found in keys.items()
        for key in found
    }


def _told(key: tuple[str, str, str, str]) -> str:
    table, column, target, deleted = key
    return f"{table}.{column} to {target} on delete {deleted}"


def _unknown(connection: sa.Connection, tables: Tables) -> Iterator[Difference]:
    """Indexes too many or too few, and tables and columns that no entry of the catalogue has ever owned."""
    known = sa.inspect(connection)
    owned = {each for entry in tables.catalogue.entries.values() for each in entry.columns()}
    there = {name for name in known.get_table_names() if name.startswith(("x_", "l_"))}
    yield from (Difference("+", "table", name) for name in there - owned)
    for (_, table), columns in known.get_multi_columns(filter_names=sorted(there & owned)).items():
        for name in (each["name"] for each in columns):
            if name.startswith("f_") and name not in _columns_of(tables, table):
                yield Difference("+", "column", f"{table}.{name}")
    indexes = indexes_there(connection)
    wanted = {str(index.name) for table in tables.metadata.tables.values() for index in table.indexes}
    yield from (Difference("-", "index", name) for name in wanted - indexes)
    yield from (Difference("+", "index", name) for name in indexes - wanted if not name.startswith(LASTING))


def _columns_of(tables: Tables, table: str) -> set[str]:
    catalogue = tables.catalogue
    owners = (each for each in catalogue.children("entity", None) if table in each.columns())
    return {column for owner in owners for entry in catalogue.children("field", owner.id) for column in entry.columns()}


def indexes_there(connection: sa.Connection) -> set[str]:
    """The indexes that follow from declarations. One whose making failed does not count: it is made again."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'index'"
    else:
        query = (
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid "
            "WHERE indisvalid AND relnamespace = current_schema()::regnamespace"
        )
    return {name for (name,) in connection.exec_driver_sql(query) if name.startswith(OURS)}


def _broken(connection: sa.Connection) -> Iterator[Difference]:
    """Links that lead nowhere; and what PostgreSQL has, and has not proved or finished."""
    if connection.dialect.name == "sqlite":
        for table, row, target, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield Difference("~", "row", f"{table} {row}", f"it links to a record that is not in {target}")
        return
    schema = "current_schema()::regnamespace"
    for (name,) in connection.exec_driver_sql(
        f"SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE NOT indisvalid AND relnamespace = {schema}"  # noqa: S608, E501
    ):
        yield Difference("~", "index", name, "its making was never finished")
    for (name,) in connection.exec_driver_sql(
        f"SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = {schema}"  # noqa: S608
    ):
        yield Difference("~", "foreign key", name, "it was never proved")
