"""Filling a database from a backup: its tables, their rows, keys and indexes, all in one transaction."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa

from customary.engine.backup.archive import Reading, Unusable
from customary.engine.backup.columns import KINDS
from customary.engine.backup.shape import TableShape, tables_there
from customary.engine.database import system
from customary.engine.releases import Release, newest_number, read_release
from customary.engine.tables.statistics import learn

AT_ONCE = 1000
_FAILS = (sa.exc.SQLAlchemyError, psycopg.Error, ValueError, TypeError, LookupError, OverflowError, RecursionError)


def occupied(connection: sa.Connection, backup: Reading) -> bool:
    """Whether the database holds anything where the backup's tables belong."""
    return any(
        connection.execute(sa.select(sa.exists(sa.select(sa.text("1")).select_from(sa.table(name))))).scalar_one()
        for name in _there(connection, backup)
    )


def clear(connection: sa.Connection, backup: Reading) -> None:
    """Takes away what lies where the backup's tables belong, and all other tables of Customary."""
    quote = connection.dialect.identifier_preparer.quote
    cascade = "" if connection.dialect.name == "sqlite" else " CASCADE"
    if not cascade:
        connection.exec_driver_sql("DROP TABLE IF EXISTS customary_search_words")
    for name in sorted(_there(connection, backup)):
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{cascade}")


def fill(connection: sa.Connection, backup: Reading) -> Iterator[int]:
    """Makes the tables and writes their rows; gives how many were written, again and again. Raises Unusable."""
    system.create_all(connection)
    is_sqlite, metadata = connection.dialect.name == "sqlite", sa.MetaData()
    tables = [(shape, shape.table(metadata, with_keys=is_sqlite)) for shape in backup.tables]
    for shape, table in tables:
        try:
            if not shape.is_system:
                connection.execute(sa.schema.CreateTable(table))
            yield from _checked(backup, shape, (_insert if is_sqlite else _copy)(connection, backup, shape, table))
        except _FAILS as error:
            raise Unusable(f"The rows of {shape.name} cannot be written: {_first_line(error)}") from error


def finish(connection: sa.Connection, backup: Reading) -> tuple[Release | None, list[str]]:
    """Adds keys, indexes and the next numbers; gives the release that the database holds now, and what is not as it
    should be. Raises DefinitionError when this version of Customary cannot compile it."""
    number = newest_number(connection)
    release = read_release(connection, number) if number else None
    warnings = [] if connection.dialect.name == "sqlite" else list(_add_keys(connection, backup))
    _add_indexes(connection, backup, release)
    if connection.dialect.name != "sqlite":
        _count_on(connection)
    if release is not None:
        learn(connection, release.tables)
    return release, warnings


def _there(connection: sa.Connection, backup: Reading) -> set[str]:
    there = set(sa.inspect(connection).get_table_names())
    return tables_there(connection) | (there & {each.name for each in backup.tables})


def _checked(backup: Reading, shape: TableShape, written: Iterator[int]) -> Iterator[int]:
    count = 0
    for each in written:
        count += each
        yield each
    if count != backup.manifest["rows"][shape.name]:
        raise ValueError("there are more or fewer of them than there were")


def _insert(connection: sa.Connection, backup: Reading, shape: TableShape, table: sa.Table) -> Iterator[int]:
    names = [each.name for each in shape.columns]
    readers = {place: KINDS[each.kind].read for place, each in enumerate(shape.columns) if KINDS[each.kind].read}
    for batch in _batches(backup, shape, readers):
        connection.execute(table.insert().inline(), [dict(zip(names, values, strict=True)) for values in batch])
        yield len(batch)


def _copy(connection: sa.Connection, backup: Reading, shape: TableShape, table: sa.Table) -> Iterator[int]:
    """By PostgreSQL's own COPY, which reads ids and moments from the texts that stand in the file."""
    quote = connection.dialect.identifier_preparer.quote
    readers = {"bytes": KINDS["bytes"].read, "json": _json}
    own = {place: readers[each.kind] for place, each in enumerate(shape.columns) if each.kind in readers}
    names = ", ".join(quote(each.name) for each in shape.columns)
    into = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    with connection.connection.cursor() as cursor, cursor.copy(into) as copy:
        for batch in _batches(backup, shape, own):
            for values in batch:
                copy.write_row(values)
            yield len(batch)


def _batches(
    backup: Reading, shape: TableShape, readers: Mapping[int, Callable[[Any], Any]]
) -> Iterator[list[list[Any]]]:
    rows = (_values(line, len(shape.columns), readers) for line in backup.rows(shape))
    while batch := list(itertools.islice(rows, AT_ONCE)):
        yield batch


def _values(line: list[Any], width: int, readers: Mapping[int, Callable[[Any], Any]]) -> list[Any]:
    if not isinstance(line, list) or len(line) != width:
        raise ValueError("a row has other columns than its table")
    for place, read in readers.items():
        if line[place] is not None:
            line[place] = read(line[place])
    return line


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _add_keys(connection: sa.Connection, backup: Reading) -> Iterator[str]:
    """A key that does not hold stays unproved: what the rows say is worth more than that they fit."""
    metadata = sa.MetaData()
    for shape in backup.tables:
        shape.table(metadata, with_keys=True)
    for table in metadata.tables.values():
        for key in table.foreign_key_constraints:
            try:
                with connection.begin_nested():
                    connection.execute(sa.schema.AddConstraint(key))
            except sa.exc.IntegrityError:
                key.dialect_options["postgresql"]["not_valid"] = True
                connection.execute(sa.schema.AddConstraint(key))
                yield f"{table.name}.{key.column_keys[0]} points to rows that are not there."


def _add_indexes(connection: sa.Connection, backup: Reading, release: Release | None) -> None:
    """Those that the definitions call for, and those that outlive what called for them."""
    made: set[str | None] = set()
    known = {each.name for each in backup.tables}
    for table in release.tables.metadata.tables.values() if release else ():
        for index in table.indexes if table.name in known else ():
            connection.execute(sa.schema.CreateIndex(index))
            made.add(index.name)
    metadata = sa.MetaData()
    for shape in backup.tables:
        table = shape.table(metadata)
        for name, columns in (shape.lasting or {}).items():
            if name not in made and not shape.is_system:
                connection.execute(sa.schema.CreateIndex(sa.Index(name, *(table.c[each] for each in columns))))


def _count_on(connection: sa.Connection) -> None:
    """PostgreSQL's own counters go on after the rows that are there."""
    for table in system.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            counter = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.func.coalesce(sa.func.max(column) + 1, 1)
            connection.execute(sa.select(sa.func.setval(counter, highest, False)).select_from(table))


def _first_line(error: Exception) -> str:
    return next(iter(str(getattr(error, "orig", None) or error).strip().splitlines()), type(error).__name__)
