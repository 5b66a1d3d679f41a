"""The shape of a database: its tables as they lie there, the columns of what is retired too."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from customary.engine.backup.columns import KINDS, kind_of
from customary.engine.database import system
from customary.engine.releases import load_catalogue
from customary.engine.tables import Catalogue
from customary.engine.tables.tables import key_name

_NAME = re.compile(r"[a-z0-9_]{1,63}", re.ASCII)
_OF_RECORDS = re.compile(r"[xl]_[a-z0-9_]{1,61}", re.ASCII)
_DELETED = {None, "SET NULL", "CASCADE", "RESTRICT", "NO ACTION"}


@dataclass(frozen=True, slots=True)
class Key:
    """A foreign key: one column that points to the id of a table."""

    column: str
    to: str
    deleted: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column, its kind (see `columns`), and whether it may be empty."""

    name: str
    kind: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table. `lasting` are the plain indexes that outlive the field they were made for, by name."""

    name: str
    columns: tuple[Column, ...]
    primary: tuple[str, ...]
    keys: tuple[Key, ...] = ()
    lasting: Mapping[str, tuple[str, ...]] | None = None

    @property
    def is_system(self) -> bool:
        return self.name in system.tables

    def table(self, metadata: sa.MetaData, with_keys: bool = False) -> sa.Table:
        """The table, typed by what its columns hold and not by what a model makes of it."""
        columns = (
            sa.Column(each.name, KINDS[each.kind].type, nullable=each.nullable, primary_key=each.name in self.primary)
            for each in self.columns
        )
        keys = [
            sa.ForeignKeyConstraint(
                [each.column],
                [f"{each.to}.id"],
                name=key_name(self.name, [each.column], each.to),
                ondelete=each.deleted,
            )
            for each in (self.keys if with_keys else ())
        ]
        return sa.Table(self.name, metadata, *columns, *keys)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "columns": [[each.name, each.kind, each.nullable] for each in self.columns],
            "primary": list(self.primary),
            "keys": [[each.column, each.to, each.deleted] for each in self.keys],
            "lasting": {name: list(columns) for name, columns in (self.lasting or {}).items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableShape:
        """Raises ValueError, LookupError or TypeError for what is no table of ours."""
        columns = tuple(Column(_name(name), kind, bool(nullable)) for name, kind, nullable in data["columns"])
        if not all(each.kind in KINDS for each in columns):
            raise ValueError("a kind of column that is not known")
        keys = tuple(Key(_name(column), _name(to), deleted) for column, to, deleted in data["keys"])
        if any(each.deleted not in _DELETED for each in keys):
            raise ValueError("a foreign key that is not known")
        lasting = {_name(name): tuple(map(_name, columns)) for name, columns in data["lasting"].items()}
        name = data["name"]
        if name not in system.tables and not _OF_RECORDS.fullmatch(name):
            raise ValueError(f"a table that is not known: {name}")
        return cls(name, columns, tuple(map(_name, data["primary"])), keys, lasting)


def tables_there(connection: sa.Connection) -> set[str]:
    """The names of the tables of Customary that the database holds; those of others are left alone."""
    there = set(sa.inspect(connection).get_table_names())
    found = there & set(system.tables)
    return found | (there & _of_records(load_catalogue(connection)) if "customary_name" in there else set())


def shapes(connection: sa.Connection) -> tuple[TableShape, ...]:
    """The tables of Customary, by name, and the platform's own first."""
    names = sorted(tables_there(connection), key=lambda name: (name not in system.tables, name))
    plain, look = _plain_texts(load_catalogue(connection)), sa.inspect(connection)
    with warnings.catch_warnings():
        # SQLAlchemy warns of indexes over expressions; none of them is a lasting one.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        return tuple(_shape(look, name, names, plain) for name in names)


def _shape(look: sa.Inspector, name: str, there: Iterable[str], plain: set[tuple[str, str]]) -> TableShape:
    columns = [
        Column(each["name"], _kind(name, each["name"], each["type"], plain), each["nullable"])
        for each in look.get_columns(name)
    ]
    keys = [each for each in _keys(look, name) if each.to in there]
    lasting = {
        each["name"]: tuple(each["column_names"])
        for each in look.get_indexes(name)
        if each["name"].startswith("lx_") and all(each["column_names"])
    }
    primary = look.get_pk_constraint(name)["constrained_columns"]
    return TableShape(name, tuple(columns), tuple(primary), tuple(keys), lasting)


def _keys(look: sa.Inspector, name: str) -> list[Key]:
    """SQLAlchemy does not read the ON DELETE of a key that came to SQLite with ADD COLUMN."""
    if look.dialect.name == "sqlite":
        query = sa.text('SELECT "from", "table", on_delete FROM pragma_foreign_key_list(:name) ORDER BY 1')
        return [Key(*row) for row in look.bind.execute(query, {"name": name})]
    return [
        Key(each["constrained_columns"][0], each["referred_table"], each["options"].get("ondelete"))
        for each in look.get_foreign_keys(name)
    ]


def _kind(table: str, column: str, found: sa.types.TypeEngine, plain: set[tuple[str, str]]) -> str:
    kind = kind_of(found)
    return "plain" if kind == "text" and (table in system.tables or (table, column) in plain) else kind


def _of_records(catalogue: Catalogue) -> set[str]:
    """The tables of entities and of their many links, also of those that are retired."""
    found: set[str] = set()
    for entry in catalogue.entries.values():
        if entry.kind == "entity" or (entry.shape is not None and entry.shape.is_table):
            found.add(entry.physical)
        found |= {each for each in entry.spent if each.startswith("l_")}
    return found


def _plain_texts(catalogue: Catalogue) -> set[tuple[str, str]]:
    """The columns whose text is not sorted by code points, which SQLite does not tell."""
    return {
        (catalogue.entries[entry.parent].physical, entry.physical + suffix)
        for entry in catalogue.entries.values()
        if entry.shape is not None and entry.parent is not None
        for suffix, word in entry.shape.parts
        if word == "Text"
    }


def _name(text: Any) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ValueError(f"a name that cannot be: {text!r}")
    return text
