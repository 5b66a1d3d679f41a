"""The search index: one row of normalised words per record, kept with every write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import system
from customary.engine.fields.normal import words
from customary.engine.records.work import Work
from customary.engine.records.writer.shape import Shape

LONGEST = 10_000
"""Characters of a record that search sees."""
_BETWEEN = re.compile(r"[\W_]+")
"""What stands between letters and digits of any alphabet."""

search = sa.Table(
    "customary_search",
    system,
    # A number of its own ties SQLite's full-text rows to these.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False, unique=True),
    sa.Column("text", sa.Text, nullable=False),
)

_ON_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS customary_search_words USING fts5("
    "text, content='customary_search', content_rowid='number', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER IF NOT EXISTS customary_search_added AFTER INSERT ON customary_search BEGIN "
    "INSERT INTO customary_search_words(rowid, text) VALUES (new.number, new.text); END",
    "CREATE TRIGGER IF NOT EXISTS customary_search_removed AFTER DELETE ON customary_search BEGIN "
    "INSERT INTO customary_search_words(customary_search_words, rowid, text) "
    "VALUES ('delete', old.number, old.text); END",
    "CREATE TRIGGER IF NOT EXISTS customary_search_changed AFTER UPDATE ON customary_search BEGIN "
    "INSERT INTO customary_search_words(customary_search_words, rowid, text) "
    "VALUES ('delete', old.number, old.text); "
    "INSERT INTO customary_search_words(rowid, text) VALUES (new.number, new.text); END",
)
_ON_POSTGRESQL = (
    "CREATE INDEX IF NOT EXISTS customary_search_words ON customary_search USING gin (to_tsvector('simple', text))",
)

for _name, _statements in (("sqlite", _ON_SQLITE), ("postgresql", _ON_POSTGRESQL)):
    for _statement in _statements:
        sa.event.listen(search, "after_create", sa.DDL(_statement.replace("%", "%%")).execute_if(dialect=_name))


def make_words(connection: sa.Connection) -> None:
    """Makes what finds rows by their words, where it is missing."""
    for statement in _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL:
        connection.exec_driver_sql(statement)


def searched_text(shape: Shape, values: Mapping[str, Any]) -> str:
    """The words that find a record."""
    texts = (_text(values.get(each.name)) for each in shape.searched)
    return plain_words(" ".join(text for text in texts if text))[:LONGEST]


def plain_words(text: str) -> str:
    """Normalised words of letters and digits alone: both databases part them alike, in addresses too."""
    return _BETWEEN.sub(" ", words(text)).strip()


def search_row(work: Work, shape: Shape, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row that makes a record findable; None where its entity has nothing to find it by."""
    if not shape.searched:
        return None
    code = work.release.tables.code(shape.entity.name)
    return {"entity": code, "record": values["id"], "text": searched_text(shape, values)}


def add(work: Work, shape: Shape, records: list[Mapping[str, Any]]) -> None:
    """Makes new records findable."""
    if shape.searched and records:
        work.connection.execute(search.insert().inline(), [search_row(work, shape, values) for values in records])


def change(work: Work, shape: Shape, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Follows a change of a record's words."""
    if all(before.get(each.name) == after.get(each.name) for each in shape.searched):
        return
    text = searched_text(shape, after)
    found = work.connection.execute(search.update().where(search.c.record == after["id"]).values(text=text))
    if not found.rowcount:
        add(work, shape, [after])


def remove(work: Work, id: UUID) -> None:
    """Forgets a deleted record."""
    work.connection.execute(search.delete().where(search.c.record == id))


def tidy(connection: sa.Connection) -> None:
    """Takes the words that nothing has any more out of SQLite's index, where they stay for a while as not found."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO customary_search_words(customary_search_words) VALUES ('optimize')")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return " ".join(map(str, value))
    return str(value)
