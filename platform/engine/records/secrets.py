"""Secrets of records: sealed for their place when written, opened only by an act that the history tells of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from customary.engine import resealing, sealing
from customary.engine.database import Database
from customary.engine.fields.field import Field
from customary.engine.fields.secret import Sealed, Unsealed
from customary.engine.records import changes, storage
from customary.engine.records.identifier import new_id
from customary.engine.records.reader.select import get
from customary.engine.records.refusal import FieldProblem, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft
from customary.engine.resealing import Resealed, total
from customary.engine.tables import EntityTable
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.releases import Release


def sealed(draft: Draft, each: Field, value: Any) -> Sealed | None:
    """The secret as it is kept; what is there already stays as it is."""
    now = draft.after.get(each.name)
    if isinstance(value, Sealed):
        return now
    if isinstance(value, Unsealed):
        try:
            return Sealed(sealing.seal(value.text, _place(draft.work, draft.entity, each.name, draft.id)))
        except sealing.NoKey:
            draft.refuse(each.name, "cannot be kept: there is no key for secrets")
            return now
    return None


def reveal(work: Work, entity: str, id: UUID, name: str) -> str:
    """A secret in plain text, to whoever may read the record and the field; the history says who saw it and when.

    Raises Missing, Refused.
    """
    fields = work.model.entities[entity].fields if entity in work.model.entities else {}
    seen = get(work, entity, id).values
    if name not in seen or not fields[name].sealed or seen[name] is None:
        raise Missing(entity, id)
    kept = (storage.load(work, entity, id) or {}).get(name)
    try:
        text = sealing.unseal(kept.token, _place(work, entity, name, id))
    except sealing.NoKey:
        raise _refused(fields[name], Reason("cannot be shown: there is no key for secrets")) from None
    except sealing.Unopened:
        raise _refused(fields[name], Reason("cannot be opened with any key that is there")) from None
    _note(work, entity, id, name)
    return text


def opens(work: Work, entity: str, name: str, id: UUID, token: str) -> bool:
    """Whether a secret can be read with the keys that are there. What it says is not kept anywhere."""
    try:
        sealing.unseal(token, _place(work, entity, name, id))
    except (sealing.NoKey, sealing.Unopened):
        return False
    return True


def reseal(database: Database, release: Release) -> Resealed:
    """Seals the secrets of all records with the first key; nothing of it stands in their history. Raises NoKey."""
    return total(
        resealing.reseal(database, table.column(name, "_token"), partial(_at, table, name))
        for table in map(release.tables.entity, release.model.entities)
        for name, each in table.entity.fields.items()
        if each.sealed
    )


def _refused(each: Field, reason: Reason) -> Refused:
    return Refused([FieldProblem(each.name, reason, each.label)])


def _place(work: Work, entity: str, name: str, id: UUID) -> str:
    """Where a secret belongs, by names that never change: copied elsewhere it cannot be opened."""
    return _at(work.release.tables.entity(entity), name, id)


def _at(table: EntityTable, name: str, id: UUID) -> str:
    return f"{table.code}/{table.physical[name]}/{id}"


def _note(work: Work, entity: str, id: UUID, name: str) -> None:
    row = {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(entity),
        "record": id,
        "kind": "revealed",
        "before": None,
        "after": {name: True},
        "actor": work.actor.id,
        "cause": work.cause.to_json(),
        "release": work.release.number,
    }
    work.connection.execute(changes.change.insert(), row)
    work.audit("revealed", entity, id, field=name)
