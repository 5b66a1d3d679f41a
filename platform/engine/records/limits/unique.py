"""Values that no two records may share: asked before the write, and understood when the database refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records.kept import kept
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.storage import CHUNK
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.records.writer.shape import Shape
from customary.engine.words import Reason


def check_unique(work: Work, drafts: list[Draft]) -> None:
    """Notes a problem at every value that another live record has, in the database or among the drafts."""
    if not drafts:
        return
    for names in drafts[0].shape.unique:
        asking = [draft for draft in drafts if _asks(draft, names)]
        seen: dict[Any, Draft] = {}
        for draft in asking:
            key = _key(draft, names)
            if seen.setdefault(key, draft) is not draft:
                refuse(draft, names)
        taken = _taken(work, drafts[0].shape, names, list(seen))
        for draft in asking:
            holder = taken.get(_key(draft, names))
            if holder is not None and holder != draft.id:
                refuse(draft, names)


def refuse(draft: Draft, names: tuple[str, ...]) -> None:
    """Notes that another record has these values, at the first field that was written."""
    fields = draft.shape.entity.fields
    if len(names) == 1:
        draft.refuse(names[0], "is already taken by another record")
        return
    at = next((name for name in names if name in draft.given), names[0])
    others = ", ".join(str(fields[name].label) for name in names if name != at)
    draft.refuse_because(at, Reason("is already taken together with {fields}", {"fields": others}))


def refusal(entity: Entity, fields: Iterable[Field]) -> Refused:
    """Why a write is refused from whose change would follow that two records have what only one may have."""
    grouped = {name for names in entity.unique.values() for name in names}
    labels = ", ".join(str(each.label) for each in fields if each.unique or each.name in grouped)
    reason = Reason("would give two records ({entity}) the same {fields}", {"entity": entity.label, "fields": labels})
    return Refused([FieldProblem(None, reason)])


def understand(error: IntegrityError, drafts: Iterable[Draft]) -> bool:
    """Notes the problem behind a unique index that refused a write in a race; False when it is another matter."""
    for draft in drafts:
        for names in draft.shape.unique:
            if _is_about(error, draft, names):
                refuse(draft, names)
                return True
    return False


def is_of_the_next_release(error: IntegrityError) -> bool:
    """Whether it was a unique index that is being made at this moment, of which this release knows nothing."""
    told = str(error.orig)
    return (
        '"ux_x_' in told or "UNIQUE constraint failed: x_" in told or "UNIQUE constraint failed: index 'ux_x_" in told
    )


def _asks(draft: Draft, names: tuple[str, ...]) -> bool:
    if draft.after.get("archived_at") is not None or any(is_empty(_value(draft, name)) for name in names):
        return False
    restored = draft.before is not None and draft.before.get("archived_at") is not None
    before = draft.before or {}
    return restored or any(_value(draft, name) != before.get(name) for name in names)


def _value(draft: Draft, name: str) -> Any:
    """A value as it is being written; what is computed and kept is worked out from what is."""
    return draft.after[name] if name in draft.after else draft.scope.record[name]


def _key(draft: Draft, names: tuple[str, ...]) -> tuple:
    return tuple(_value(draft, name) for name in names)


def _taken(work: Work, shape: Shape, names: tuple[str, ...], keys: list[tuple]) -> dict[tuple, Any]:
    """The ids of live records by the values they hold."""
    if not keys or any(len(_compared(work, shape, name)) != 1 for name in names):
        # Money and the like lie in several columns: the index itself will tell.
        return {}
    statement = kept(work, ("taken", shape.entity.name, names), lambda: _among(work, shape, names))
    found: dict[tuple, Any] = {}
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        values = [key[0] for key in chunk] if len(names) == 1 else chunk
        for row in work.connection.execute(statement, {"values": values}):
            found[tuple(row[1:])] = row[0]
    return found


def _among(work: Work, shape: Shape, names: tuple[str, ...]) -> sa.Select:
    table = work.release.tables.entity(shape.entity.name)
    columns = [table.column(name) for name in names]
    held = columns[0] if len(columns) == 1 else sa.tuple_(*columns)
    among = held.in_(sa.bindparam("values", expanding=True))
    return sa.select(table.column("id"), *columns).where(table.column("archived_at").is_(None), among)


def _compared(work: Work, shape: Shape, name: str) -> list[str]:
    """The columns in which equal values are equal, as in the unique index."""
    columns = work.release.tables.entity(shape.entity.name).columns([name])
    return [column.name for column in columns if not column.name.endswith(("_sort", "_base"))]


def _is_about(error: IntegrityError, draft: Draft, names: tuple[str, ...]) -> bool:
    table = draft.work.release.tables.entity(draft.entity)
    columns = {column for name in names for column in _compared(draft.work, draft.shape, name)}
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint is not None:
        return any(
            index.name == constraint and index.unique and {column.name for column in index.columns} == columns
            for index in table.table.indexes
        )
    prefix, _, listed = str(error.orig).partition("UNIQUE constraint failed: ")
    return bool(listed) and {name.strip().rpartition(".")[2] for name in listed.split(",")} == columns
