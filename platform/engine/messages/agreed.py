"""Agreed to: who is sent what they have agreed to alone, and how they take that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.personal.consents import EXPIRED, UNSUBSCRIBE, Purpose, noted, write_withdrawn
from customary.engine.records.reader.addressed import address_fields, known_by
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import update
from customary.engine.records.writer.merging import merged_with


def take_back(work: Work, details: Mapping[str, Any], address: str) -> bool:
    """Withdraws the consent that a message was sent for, at its record, those merged with it and all others of its
    entity that are known by the address. False where it was sent for none."""
    if "purpose" not in details:
        return False
    purpose = noted(work.connection, details["purpose"])
    for record in {purpose.record, *merged_with(work.connection, purpose.record), *_known_by(work, purpose, address)}:
        withdraw(work, replace(purpose, record=record), UNSUBSCRIBE)
    return True


def lapse(work: Work, purpose: Purpose) -> None:
    """Withdraws a consent whose time is over."""
    withdraw(work, purpose, EXPIRED)


def withdraw(work: Work, purpose: Purpose, origin: str) -> None:
    """Withdraws a consent, whoever asks: nobody needs a right to say no.

    Where the record does not let go of it, because a rule refuses or it is archived, the line says it all the same, and
    that holds.
    """
    work = replace(work.as_system(), cause=Cause(origin))
    entity, name = _named(work, purpose)
    if entity is not None and name is not None:
        try:
            with work.connection.begin_nested():
                update(work, entity, purpose.record, {name: False})
        except (Refused, Forbidden, Missing, Stale):
            pass
    write_withdrawn(work, purpose)


def _named(work: Work, purpose: Purpose) -> tuple[str | None, str | None]:
    """The entity and the field by their names of today."""
    entity = work.release.tables.named(purpose.entity)
    table = work.release.tables.entity(entity) if entity else None
    return entity, table.field_of(purpose.field) if table is not None else None


def _known_by(work: Work, purpose: Purpose, address: str) -> list[UUID]:
    entity, _ = _named(work, purpose)
    if entity is None:
        return []
    table = work.release.tables.entity(entity)
    known = known_by(table, address_fields(work.model.entities[entity], "email"), address)
    return list(work.connection.execute(sa.select(table.column("id")).where(known)).scalars())
