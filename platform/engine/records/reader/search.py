"""Searching records by words: in one entity as a condition, in all of them as hits."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.records.index import plain_words
from customary.engine.records.index import search as index
from customary.engine.records.kept import kept
from customary.engine.records.reader.searched import patterns, shows_words
from customary.engine.records.record import Hit
from customary.engine.records.rows import all_rows, permission
from customary.engine.records.titles import reader_key, titles
from customary.engine.records.work import Work
from customary.engine.tables import TableRows

MOST_WORDS = 12
LONGEST = 200


def search(work: Work, text: str, limit: int = 20, entity: str | None = None) -> list[Hit]:
    """Records whose words begin with those of `text`, each entity's newest first, of entities the actor may read."""
    found: list[Hit] = []
    wanted = [entity] if entity else [each.name for each in work.model.entities.values() if each.child_of is None]
    if (typed := phrases(work, text)) is None:
        return found
    for name in wanted:
        if name in work.model.entities and work.access.may(name, "read"):
            found += _hits(work, name, {"phrases": typed, **patterns(text)}, limit)
    return found


def matching(work: Work, rows: TableRows) -> sa.ColumnElement:
    """The condition that a record has all words of the bound parameter `phrases`, in any order."""
    id = rows.column("id")
    found = sa.select(index.c.record).where(index.c.entity == work.release.tables.code(rows.entity), _match(work))
    if not work.is_sqlite:
        return sa.and_(id.in_(found), *shows_words(work, rows))
    # `likely` keeps SQLite from looking up every hit by its id and sorting them all: a common word had 100,000.
    found = found.where(index.c.number == _fts.c.rowid)
    return sa.and_(sa.func.likely(id).in_(found), *shows_words(work, rows))


def phrases(work: Work, text: str) -> str | None:
    """What is typed as a full-text query: every word as a prefix, a run of Chinese signs as one phrase."""
    found = [plain_words(each).split() for each in text[:LONGEST].split()][:MOST_WORDS]
    if work.is_sqlite:
        return " AND ".join('"' + " ".join(parts) + '"*' for parts in found if parts) or None
    return " & ".join("(" + " <-> ".join(parts) + ":*)" for parts in found if parts) or None


def bound(work: Work, text: str) -> dict[str, str]:
    """The parameters of `matching` for what is typed; a text without any word finds nothing."""
    return {"phrases": phrases(work, text) or ('""' if work.is_sqlite else ""), **patterns(text)}


def _hits(work: Work, entity: str, wanted: dict[str, str], limit: int) -> list[Hit]:
    statement = kept(work, ("search", entity, reader_key(work)), lambda: _statement(work, entity))
    rows = work.connection.execute(statement, {**wanted, "size": limit})
    ids = list(rows.scalars())
    names = titles(work, [(entity, id) for id in ids])
    return [Hit(entity, id, names.get((entity, id), "")) for id in ids]


def _statement(work: Work, entity: str) -> sa.Select:
    """The newest first, by the order in which they were indexed; there SQLite can stop at the limit."""
    rows = all_rows(work, entity)
    statement = sa.select(rows.column("id")).where(rows.column("id") == index.c.record, _match(work))
    statement = statement.where(index.c.entity == work.release.tables.code(entity))
    statement = statement.where(rows.column("archived_at").is_(None))
    if work.is_sqlite:
        # No JOIN: nested ones would be worked out as a whole before the limit.
        statement = statement.where(index.c.number == _fts.c.rowid)
    statement = statement.where(*shows_words(work, rows))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    # Not the bare number on PostgreSQL: it would walk all rows in that order, looking for a word that none has.
    newest = _fts.c.rowid if work.is_sqlite else index.c.number + 0
    return statement.order_by(newest.desc()).limit(sa.bindparam("size", type_=sa.Integer))


def _match(work: Work) -> sa.ColumnElement:
    wanted = sa.bindparam("phrases", type_=sa.Text)
    if work.is_sqlite:
        return sa.literal_column("customary_search_words").op("MATCH")(wanted)
    vector = sa.func.to_tsvector(sa.literal_column("'simple'"), index.c.text)
    return vector.op("@@")(sa.func.to_tsquery(sa.literal_column("'simple'"), wanted))


_fts = sa.table("customary_search_words", sa.column("rowid", sa.Integer))
