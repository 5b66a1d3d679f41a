"""Settled drafts into the database: row, links, change row, queue row and search row in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from customary.engine.access import shares
from customary.engine.people import leaving, remembered
from customary.engine.records import changes, index, rates
from customary.engine.records.deciding import approvals
from customary.engine.records.formulas import derived
from customary.engine.records.kept import kept
from customary.engine.records.limits import unique
from customary.engine.records.personal import consents
from customary.engine.records.personal.erased import ERASED
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.engine.records.writer import attach
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.numbers import await_number, give_numbers
from customary.engine.records.writer.together import Written, insert_together, update_together, written


def insert(work: Work, drafts: list[Draft]) -> None:
    """Writes new records of one entity."""
    if not drafts:
        return
    shape = drafts[0].shape
    for draft in drafts:
        derived.work_out_own(draft)
    table = work.release.tables.entity(shape.entity.name)
    rows = [table.store(_complete(draft)) for draft in drafts]
    rates.fill(work, shape.entity, zip((draft.after for draft in drafts), rows, strict=True))
    made = [changes.change_row(draft.work, shape, draft.id, "created", None, draft.after) for draft in drafts]
    try:
        if len(drafts) == 1 and not work.is_sqlite:
            insert_together(work, [written(shape, rows[0], made[0], index.search_row(work, shape, drafts[0].after))])
        else:
            statement = kept(work, ("insert", shape.entity.name), lambda: table.table.insert())
            work.connection.execute(statement, rows)
            changes.write_changes(work, shape, made)
            index.add(work, shape, [draft.after for draft in drafts])
        _insert_around(work, drafts)
    except IntegrityError as error:
        raise _understood(error, drafts) from error


def insert_at_once(work: Work, drafts: list[Draft]) -> None:
    """Writes a new record, and others that belong to it, in one statement that gives the record its number."""
    first = drafts[0]
    awaited = await_number(work, first)
    made = [_written(draft) for draft in drafts]
    if awaited is not None and awaited.mark not in made[0].rows.get("search", {}).get("text", awaited.mark):
        # So much text that the number falls off its end: then it must be known before.
        give_numbers(work, [first])
        awaited, made[0] = None, _written(first)
    try:
        count = insert_together(work, made, awaited)
        if awaited is not None:
            awaited.settle(first, count)
        for draft in drafts:
            _insert_around(work, [draft])
    except IntegrityError as error:
        raise _understood(error, drafts, alone=True) from error


def save(work: Work, draft: Draft, kind: str) -> None:
    """Writes what differs of an existing record, under its next revision. What was erased is not told once more."""
    shape, before, after = draft.shape, draft.before, draft.after
    after.update(revision=before["revision"] + 1, updated_at=work.now, updated_by=work.actor.id)
    derived.work_out_own(draft)
    differing = {name: value for name, value in after.items() if name != "entity" and value != before.get(name)}
    table = work.release.tables.entity(draft.entity)
    stored = table.store(differing)
    rates.fill(work, shape.entity, [(differing, stored)])
    told = (None, None) if kind == ERASED else (before, after)
    row = changes.change_row(work, shape, draft.id, kind, *told)
    try:
        if work.is_sqlite:
            statement = kept(work, ("update", draft.entity, tuple(stored)), lambda: _update(table, stored))
            new = {f"new_{name}": value for name, value in stored.items()}
            work.connection.execute(statement, {"this": draft.id, **new})
            changes.write_changes(work, shape, [row])
        else:
            update_together(work, written(shape, stored, row))
        for each in shape.many:
            _update_links(work, draft, each.name)
    except IntegrityError as error:
        raise _understood(error, [draft]) from error
    if shape.attached:
        attach.claim(work, [draft])
    index.change(work, shape, before, after)
    if shape.consents:
        consents.write_down(work, shape.consents, [(before, after)])
    derived.note_worth(work, rates.catch_up(work, shape.entity, [after]))
    derived.note(draft)
    if shape.entity.plays == "user":
        _keep_to_account(work, draft, kind)


def erase(work: Work, draft: Draft) -> None:
    """Deletes a record for good; its change row keeps what it was."""
    shape = draft.shape
    table = work.release.tables.entity(draft.entity)
    for each in shape.many:
        pairs = table.links(each.name)
        work.connection.execute(pairs.delete().where(pairs.c.source == draft.id))
    work.connection.execute(table.table.delete().where(table.column("id") == draft.id))
    row = changes.change_row(work, shape, draft.id, "deleted", draft.before, None)
    changes.write_changes(work, shape, [row])
    index.remove(work, draft.id)
    approvals.close(work, shape.entity, draft.id)
    shares.forget(work.connection, row["entity"], draft.id)
    derived.note(draft, gone=True)
    if shape.entity.plays == "user":
        leaving.remove(work, draft.id)


def _written(draft: Draft) -> Written:
    work, shape = draft.work, draft.shape
    derived.work_out_own(draft)
    row = work.release.tables.entity(draft.entity).store(_complete(draft))
    rates.fill(work, shape.entity, [(draft.after, row)])
    change = changes.change_row(work, shape, draft.id, "created", None, draft.after)
    return written(shape, row, change, index.search_row(work, shape, draft.after))


def _complete(draft: Draft) -> Mapping[str, Any]:
    """Every stored field by name, so that all rows of a batch have the same columns."""
    after = draft.after
    return {name: after.get(name) for name in draft.shape.stored}


def _update(table: Any, stored: Mapping[str, Any]) -> sa.Update:
    values = {name: sa.bindparam(f"new_{name}", type_=table.table.c[name].type) for name in stored}
    return table.table.update().where(table.column("id") == sa.bindparam("this")).values(values)


def _insert_around(work: Work, drafts: list[Draft]) -> None:
    """What new records of one entity have outside their rows: links, files, amounts worth something, followers."""
    shape = drafts[0].shape
    _insert_links(work, drafts)
    if shape.attached:
        attach.claim(work, drafts)
    if shape.consents:
        consents.write_down(work, shape.consents, [(None, draft.after) for draft in drafts])
    derived.note_worth(work, rates.catch_up(work, shape.entity, (draft.after for draft in drafts)))
    for draft in drafts:
        derived.note(draft)


def _insert_links(work: Work, drafts: list[Draft]) -> None:
    for each in drafts[0].shape.many:
        rows = [
            {"source": draft.id, "target": target} for draft in drafts for target in draft.after.get(each.name) or ()
        ]
        if rows:
            work.connection.execute(work.release.tables.entity(drafts[0].entity).links(each.name).insert(), rows)


def _update_links(work: Work, draft: Draft, name: str) -> None:
    old, new = set(draft.before.get(name) or ()), set(draft.after.get(name) or ())
    pairs = work.release.tables.entity(draft.entity).links(name)
    if gone := sorted(old - new):
        work.connection.execute(pairs.delete().where(pairs.c.source == draft.id, pairs.c.target.in_(gone)))
    if come := sorted(new - old):
        work.connection.execute(pairs.insert(), [_pair(draft.id, target) for target in come])


def _pair(source: UUID, target: UUID) -> dict[str, UUID]:
    return {"source": source, "target": target}


def _keep_to_account(work: Work, draft: Draft, kind: str) -> None:
    """Somebody may be of another team from now, or no longer let in."""
    remembered.forget()
    if kind == "archived":
        leaving.archived(work, draft.id)
    elif kind == "restored":
        leaving.restored(work, draft.id)


def _understood(error: IntegrityError, drafts: list[Draft], alone: bool = False) -> Exception:
    """The refusal behind what the database would not take: a unique value, or a linked record that went away.

    It names the position of the draft, unless the first was written `alone` and the others belong to it.
    """
    for position, draft in enumerate(drafts):
        if unique.understand(error, [draft]):
            return Refused(draft.problems, position if len(drafts) > 1 and not alone else None)
    if "foreign key" in str(error.orig).lower():
        drafts[0].refuse(None, "links to a record that was just deleted")
        return Refused(drafts[0].problems)
    if unique.is_of_the_next_release(error):
        drafts[0].refuse(None, "is already taken by another record")
        return Refused(drafts[0].problems)
    return error
