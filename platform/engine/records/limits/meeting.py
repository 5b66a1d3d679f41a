"""Where records meet that a limit looks at together: who comes there anew, one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from customary.engine.model.entities.limit import Limit
from customary.engine.records.rows import all_rows, values_of
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.tables import TableRows
from customary.engine.words import Reason

Key = tuple[Any, ...]


def coming(limit: Limit, drafts: Iterable[Draft]) -> dict[UUID, tuple[Draft, Key]]:
    """The drafts that the limit looks at and did not before with the same values, and where they meet others."""
    found = {}
    for draft in drafts:
        values = _counted(limit, draft, draft.after)
        if values is not None and values != _counted(limit, draft, draft.before):
            found[draft.id] = (draft, _key(limit, draft.after))
    return found


def hold(work: Work, limit: Limit, entity: str, keys: Iterable[Key]) -> None:
    """Nobody else comes there before the transaction ends. Afterwards those who came before are seen.

    PostgreSQL has exclusion constraints for some of this. They cannot be built while others write, nor be proved
    later, and know nothing of other records; SQLite has one writer.
    """
    if work.is_sqlite:
        return
    code = work.release.tables.code(entity)
    numbers = sorted({_number(f"{code} {limit.kind} {limit.name} {key!r}") for key in keys})
    given = sa.bindparam("numbers", type_=postgresql.ARRAY(sa.BigInteger))
    number = sa.func.unnest(given).column_valued("number")
    work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)), {"numbers": numbers})


def looked_at(work: Work, limit: Limit, entity: str) -> tuple[TableRows, sa.ColumnElement]:
    """The rows of an entity, and that the limit looks at one."""
    rows = all_rows(work, entity)
    living = rows.column("archived_at").is_(None)
    return rows, living if limit.where is None else sa.and_(living, limit.where.clause(rows, values_of(work)))


def others(work: Work, limit: Limit, draft: Draft, key: Key) -> tuple[TableRows, sa.ColumnElement]:
    """The rows of an entity, and that one is another record that meets the draft."""
    rows, counts = looked_at(work, limit, draft.entity)
    same = (rows.column(name) == value for name, value in zip(limit.per, key, strict=True))
    return rows, sa.and_(counts, *same, rows.column("id") != draft.id)


def tell(draft: Draft, limit: Limit, fields: Sequence[str], reason: Reason) -> None:
    """Notes it at the first of some fields that was written, in the words of the limit where it has its own."""
    name = next((each for each in fields if each in draft.given), next(iter(fields), None))
    said = Reason("{message}", {"message": limit.message}) if limit.message is not None else reason
    draft.refuse_because(name, said)


def _counted(limit: Limit, draft: Draft, values: Mapping[str, Any] | None) -> Key | None:
    """The values of a record that the limit looks at; None where it does not look at the record."""
    if values is None or values.get("archived_at") is not None:
        return None
    if any(map(is_empty, _key(limit, values))):
        return None
    scope = draft.scope if values is draft.after else RecordScope(draft.work, draft.entity, dict(values))
    holds = limit.where is None or limit.where.holds(scope)
    return tuple(values.get(name) for name in limit.fields) if holds else None


def _key(limit: Limit, values: Mapping[str, Any]) -> Key:
    return tuple(values.get(name) for name in limit.per)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)
