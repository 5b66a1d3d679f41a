"""What happened to a record: its changes, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records import changes
from customary.engine.records.changes import Change, change
from customary.engine.records.reader.cursor import check_cursor, read_cursor, write_cursor
from customary.engine.records.reader.select import get
from customary.engine.records.work import Work

MOST = 1_000


@dataclass(frozen=True, slots=True)
class History:
    """Changes, the newest first. `next` is the cursor to ask for what came before, None at the beginning.

    A page may hold fewer changes than asked for, where what changed is hidden from the actor.
    """

    changes: tuple[Change, ...]
    next: str | None


def history(work: Work, entity: str, id: UUID, after: str | None = None, limit: int = 50) -> History:
    """The changes of a record that the actor may read. Fields hidden from the actor are left out.

    Raises Missing, Refused for a cursor that was not given out here. The history of a deleted record is open to
    admins only.
    """
    if not (work.access.admin and entity in work.model.entities):
        get(work, entity, id)
    limit = max(1, min(limit, MOST))
    rows = _rows(work, id, after, limit + 1)
    out = _left_out(work, entity)
    found = [_without(changes.read_change(work, row, entity), out) for row in rows[:limit]]
    following = write_cursor(_shape(id), [rows[limit - 1]["id"]]) if len(rows) > limit else None
    return History(tuple(each for each in found if each.names or each.kind != "updated"), following)


def _rows(work: Work, id: UUID, after: str | None, limit: int) -> list[sa.RowMapping]:
    """By id, which tells apart what one transaction wrote in one moment, in the order it was written."""
    statement = sa.select(change).where(change.c.record == id)
    if after is not None:
        last = read_cursor(_shape(id), after, 1)
        check_cursor(last, [change.c.id.type])
        statement = statement.where(change.c.id < last[0])
    return list(work.connection.execute(statement.order_by(change.c.id.desc()).limit(limit)).mappings())


def _shape(id: UUID) -> str:
    return f"history {id}"


def _left_out(work: Work, entity: str) -> frozenset[str]:
    fields = work.model.entities[entity].fields.values()
    return work.access.hidden(entity) | {each.name for each in fields if not each.history}


def _without(each: Change, names: frozenset[str]) -> Change:
    if not names:
        return each
    before = {name: value for name, value in each.before.items() if name not in names}
    after = {name: value for name, value in each.after.items() if name not in names}
    return replace(each, before=before, after=after)
