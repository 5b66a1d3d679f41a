"""Searching records by words: in one entity as a condition, in all of them as hits."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.fields.normal import words
from customary.engine.records.index import search as index
from customary.engine.records.record import Hit
from customary.engine.records.rows import all_rows, permission
from customary.engine.records.titles import titles
from customary.engine.records.work import Work

MOST_WORDS = 12
LONGEST = 200


def search(work: Work, text: str, limit: int = 20, entity: str | None = None) -> list[Hit]:
    """Records whose words begin with those of `text`, each entity's newest first, of entities the actor may read."""
    found: list[Hit] = []
    wanted = [entity] if entity else [each.name for each in work.model.entities.values() if each.child_of is None]
    if _phrases(work, text) is None:
        return found
    for name in wanted:
        if name in work.model.entities and work.access.may(name, "read"):
            found += _hits(work, name, text, limit)
    return found


def matching(work: Work, entity: str, text: str, id: sa.ColumnElement) -> sa.ColumnElement:
    """The condition that a record's words begin with those of `text`, in any order."""
    phrases = _phrases(work, text)
    if phrases is None:
        return sa.false()
    code = work.release.tables.code(entity)
    return id.in_(sa.select(index.c.record).where(index.c.entity == code, _fits(work, phrases)))


def _hits(work: Work, entity: str, text: str, limit: int) -> list[Hit]:
    rows = all_rows(work, entity)
    phrases = _phrases(work, text)
    found = sa.select(index.c.record).where(index.c.entity == work.release.tables.code(entity), _fits(work, phrases))
    statement = sa.select(rows.column("id")).select_from(rows.from_clause)
    statement = statement.where(rows.column("id").in_(found), rows.column("archived_at").is_(None))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    statement = statement.order_by(rows.column("id").desc()).limit(limit)
    ids = list(work.connection.execute(statement).scalars())
    names = titles(work, [(entity, id) for id in ids])
    return [Hit(entity, id, names.get((entity, id), "")) for id in ids]


def _fits(work: Work, phrases: str) -> sa.ColumnElement:
    if work.is_sqlite:
        match = sa.text("customary_search_words MATCH :phrases").bindparams(
            sa.bindparam("phrases", phrases, unique=True)
        )
        numbers = sa.select(sa.literal_column("rowid")).select_from(sa.text("customary_search_words")).where(match)
        return index.c.number.in_(numbers)
    vector = sa.func.to_tsvector(sa.literal_column("'simple'"), index.c.text)
    return vector.op("@@")(sa.func.to_tsquery(sa.literal_column("'simple'"), phrases))


def _phrases(work: Work, text: str) -> str | None:
    """What is typed as a full-text query: every word as a prefix, a run of Chinese signs as one phrase."""
    tokens = [_clean(each) for each in text[:LONGEST].split()][:MOST_WORDS]
    phrases = [phrase for phrase in (_phrase(work, token) for token in tokens) if phrase]
    if not phrases:
        return None
    return (" AND " if work.is_sqlite else " & ").join(phrases)


def _phrase(work: Work, token: str) -> str:
    parts = [part for part in words(token).split() if part]
    if not parts:
        return ""
    if work.is_sqlite:
        return '"' + " ".join(parts) + '"*'
    return "(" + " <-> ".join(parts) + ":*)"


def _clean(token: str) -> str:
    """Only letters, marks and digits; everything else parts words, on both databases alike."""
    return "".join(sign if sign.isalnum() else " " for sign in token)
