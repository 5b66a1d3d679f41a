"""Who is known by an address: records are found by the values under which messages are sent, by their index."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from customary.engine.model.entity import Entity
from customary.engine.tables.entity_table import EntityTable


def address_fields(entity: Entity, kind: str | None = None) -> list[str]:
    """The fields of an entity that hold addresses, of one kind or of all."""
    fields = entity.fields.values()
    return [each.name for each in fields if each.addressed and each.entered and kind in (None, each.kind)]


def known_by(table: EntityTable, fields: Iterable[str], address: str) -> sa.ColumnElement[bool]:
    """That one of these fields holds an address, whatever its capital letters: they are kept in small ones."""
    plain = address.strip()
    written = sorted({plain, plain.lower(), plain.casefold()})
    return sa.or_(sa.false(), *(table.column(name).in_(written) for name in fields))
