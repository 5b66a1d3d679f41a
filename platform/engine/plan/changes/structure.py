"""Changes of structure: tables, columns, keys and indexes that are added. Nothing physical is renamed or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa

from customary.engine.columns import Json, Names
from customary.engine.plan.applying.journal import Made
from customary.engine.plan.applying.site import InTheWay, Site, is_locked_out
from customary.engine.plan.applying.written import LONGEST_WORK
from customary.engine.plan.change import ADD_COLUMN, ADD_INDEX, ADD_KEY, CREATE_TABLE, DROP_INDEX, GUARD, Change
from customary.engine.tables import Tables

INDEX_TRIES = 3
"""Who builds an index waits for everybody who is at work, and keeps nobody waiting."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AddTable(Change):
    """A table with its columns. SQLite takes foreign keys only with the table; PostgreSQL takes them afterwards,
    when the tables they point to are there."""

    phase: ClassVar[int] = CREATE_TABLE

    table: sa.Table

    def adds(self) -> Iterator[Made]:
        yield Made("table", self.table.name)

    def build(self, site: Site) -> None:
        inline = None if site.is_sqlite else []
        made = sa.schema.CreateTable(self.table, include_foreign_key_constraints=inline)
        site.shortly(lambda connection: connection.execute(made))


@dataclass(frozen=True, kw_only=True, eq=False)
class AddColumns(Change):
    """The columns of one field.

    What stands in `values` is the value of all rows that do not say another: those that are there, at no cost, and
    those that are written under the old release. The new one always says a value.
    """

    phase: ClassVar[int] = ADD_COLUMN

    table: sa.Table
    columns: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)

    def adds(self) -> Iterator[Made]:
        for name in self.columns:
            yield Made("column", self.table.name, name)

    def build(self, site: Site) -> None:
        site.shortly(lambda connection: [self._add(connection, name) for name in self.columns])

    def _add(self, connection: sa.Connection, name: str) -> None:
        dialect, column = connection.dialect, self.table.c[name]
        quote = dialect.identifier_preparer.quote
        words = ["ALTER TABLE", quote(self.table.name), "ADD COLUMN", quote(name), column.type.compile(dialect)]
        if self.values.get(name) is not None:
            words += ["DEFAULT", literal(dialect, column, self.values[name])]
        if dialect.name == "sqlite":
            # It takes a new column's foreign key only here.
            words += [_reference(dialect, key) for key in _keys(self.table) if name in key.columns]
        connection.exec_driver_sql(" ".join(words))


@dataclass(frozen=True, kw_only=True, eq=False)
class AddKeys(Change):
    """Foreign keys of a new table, or of some columns of an old one. There they hold for what is written from now on,
    and are then proved for what is there, which locks nobody out."""

    phase: ClassVar[int] = ADD_KEY

    table: sa.Table
    columns: tuple[str, ...] | None = None

    def build(self, site: Site) -> None:
        if site.is_sqlite:
            return
        for key in _keys(self.table):
            if self.columns is None or set(key.columns.keys()) <= set(self.columns):
                self._add(site, key)

    def _add(self, site: Site, key: sa.ForeignKeyConstraint) -> None:
        quote = site.dialect.identifier_preparer.quote
        alter = f"ALTER TABLE {quote(self.table.name)}"
        whole = f"{alter} ADD {_reference(site.dialect, key, whole=True)}"
        if self.columns is None:
            site.run(whole)
        else:
            site.run(f"{whole} NOT VALID")
            site.run(f"{alter} VALIDATE CONSTRAINT {quote(key.name)}")


@dataclass(frozen=True, kw_only=True, eq=False)
class AddIndex(Change):
    """An index that declarations call for. On PostgreSQL it is built while others write, when there are rows."""

    phase: ClassVar[int] = ADD_INDEX

    index: sa.Index

    def adds(self) -> Iterator[Made]:
        yield Made("index", str(self.index.name))

    def build(self, site: Site) -> None:
        if site.is_sqlite or site.at_once:
            site.shortly(lambda connection: connection.execute(sa.schema.CreateIndex(self.index)))
        else:
            self._build_beside(site)

    def _build_beside(self, site: Site) -> None:
        """One that fails leaves an invalid index behind, which costs writers time and helps nobody."""
        statement = sa.schema.CreateIndex(self.index).compile(dialect=site.dialect)
        text = str(statement).replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
        for tries_left in reversed(range(INDEX_TRIES)):
            drop_index(site, str(self.index.name), only_invalid=True)
            try:
                with site.apart(LONGEST_WORK.total_seconds()) as connection:
                    connection.exec_driver_sql(text)
                return
            except sa.exc.DBAPIError as error:
                drop_index(site, str(self.index.name), only_invalid=True)
                if not is_locked_out(error):
                    raise
                if not tries_left:
                    raise InTheWay from error


@dataclass(frozen=True, kw_only=True, eq=False)
class AddGuard(AddIndex):
    """A unique index. It comes last, for it holds for those on the old release too."""

    phase: ClassVar[int] = GUARD

    def build(self, site: Site) -> None:
        try:
            super().build(site)
        except sa.exc.IntegrityError as error:
            raise Equal(self._told(site.release.tables)) from error

    def _told(self, tables: Tables) -> str:
        made = next(each for each in map(tables.entity, tables.model.entities) if each.table is self.index.table)
        fields = dict.fromkeys(made.field_of(each.name) or each.name for each in self.index.columns)
        return (
            f"{made.entity.name}: {', '.join(fields)} cannot be unique: more than one record would have the same value"
        )


class Equal(Exception):
    """Values that came to be while the plan was built are equal where no two may be; the text says where."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DropIndex(Change):
    """An index that nothing calls for any more. It holds no data of its own."""

    phase: ClassVar[int] = DROP_INDEX
    finishes: ClassVar[bool] = True

    name: str

    def finish(self, site: Site) -> None:
        drop_index(site, self.name)


def drop_index(site: Site, name: str, only_invalid: bool = False) -> None:
    """Drops an index that may be there, while others read and write."""
    quoted = site.dialect.identifier_preparer.quote(name)
    if site.is_sqlite:
        if not only_invalid:
            site.run(f"DROP INDEX IF EXISTS {quoted}")
    elif not only_invalid or site.shortly(lambda connection: _is_invalid(connection, name)):
        with site.apart(LONGEST_WORK.total_seconds()) as connection:
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted}")


def literal(dialect: sa.Dialect, column: sa.Column, value: Any) -> str:
    """A value as it is written in a statement."""
    said = sa.literal(value, column.type)
    if isinstance(column.type, (Json, Names)):
        # SQLAlchemy writes no JSON into statements; both databases take it from a text.
        plain = column.type.process_bind_param(value, dialect) if isinstance(column.type, Names) else value
        said = sa.literal(dialect._json_serializer(plain), sa.Text)
    return str(said.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _keys(table: sa.Table) -> list[sa.ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def _reference(dialect: sa.Dialect, key: sa.ForeignKeyConstraint, whole: bool = False) -> str:
    quote = dialect.identifier_preparer.quote
    own = f" FOREIGN KEY ({', '.join(map(quote, key.columns.keys()))})" if whole else ""
    target = quote(key.elements[0].column.table.name)
    return f"CONSTRAINT {quote(key.name)}{own} REFERENCES {target} (id) ON DELETE {key.ondelete}"


def _is_invalid(connection: sa.Connection, name: str) -> bool:
    query = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    quoted = connection.dialect.identifier_preparer.quote(name)
    return bool(connection.execute(query, {"name": quoted}).scalar())
