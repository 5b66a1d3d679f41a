"""Files on their way into records: only what one sent oneself, or what was there before, may be attached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from customary.engine import files
from customary.engine.fields.field import Field
from customary.engine.fields.file import Attached
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def keep(work: Work, store: files.Store, name: str, data: bytes) -> files.Kept:
    """Keeps a file that the actor sent, until it is attached to a record."""
    return files.keep(work.connection, store, new_id(), name, data, work.actor.id, work.now)


def known(draft: Draft, each: Field, value: Any) -> Any:
    """A field's files as the platform knows them, whatever was said of them; what may not be attached is refused."""
    before = {one.id: one for one in listed((draft.before or {}).get(each.name))}
    new = [one.id for one in listed(value) if one.id not in before]
    rows = files.find(draft.work.connection, new) if new else {}
    for id in new:
        if id not in rows or not _may_attach(draft, rows[id]):
            draft.refuse(each.name, "names a file that was not sent, or belongs to another record")
            return draft.after.get(each.name)
    found = tuple(before.get(one.id) or rows[one.id].attached for one in listed(value))
    return found if isinstance(value, tuple) else found[0]


def claim(work: Work, drafts: Iterable[Draft]) -> None:
    """Notes of new files whose they are."""
    for draft in drafts:
        ids = [one.id for each in draft.shape.attached for one in listed(draft.after.get(each.name))]
        old = {one.id for each in draft.shape.attached for one in listed((draft.before or {}).get(each.name))}
        if new := [id for id in ids if id not in old]:
            files.claim(work.connection, work.release.tables.code(draft.entity), draft.id, new)


def find_seen(work: Work, id: UUID) -> files.Kept:
    """A file that the actor may read: one on a field they see of a record they may read, or that they just sent.

    Raises Missing.
    """
    from customary.engine.records.reader.select import get
    from customary.engine.records.refusal import Missing

    found = files.find(work.connection, [id]).get(id)
    if found is None:
        raise Missing("file", id)
    if found.record is None:
        if found.sent_by is not None and found.sent_by == work.actor.id:
            return found
        raise Missing("file", id)
    entity = work.release.tables.named(found.entity or "")
    if entity is None:
        raise Missing("file", id)
    record = get(work, entity, found.record)
    fields = work.model.entities[entity].fields
    if any(one.id == id for name, value in record.values.items() if fields[name].attaches for one in listed(value)):
        return found
    raise Missing("file", id)


def listed(value: Any) -> tuple[Attached, ...]:
    """The files in a field's value, be it one or several."""
    return value if isinstance(value, tuple) else (value,) if isinstance(value, Attached) else ()


def _may_attach(draft: Draft, row: files.Kept) -> bool:
    if row.record is not None:
        return row.record == draft.id
    return draft.work.actor.is_system or (row.sent_by is not None and row.sent_by == draft.work.actor.id)
