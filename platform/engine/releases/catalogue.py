"""The catalogue of physical names in the database."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json
from customary.engine.database import system
from customary.engine.tables import Catalogue, Entry
from customary.engine.tables.shape import Shape

names = sa.Table(
    "customary_name",
    system,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("born", sa.Integer(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("parent", sa.Uuid()),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("physical", sa.Text(), nullable=False),
    sa.Column("shape", sa.Text()),
    sa.Column("former", Json(), nullable=False),
    sa.Column("spent", Json(), nullable=False),
    sa.Column("names", Json()),
    sa.Column("retired", sa.Boolean(), nullable=False),
    sa.Column("purged", Json()),
)
"""`born` counts entries in the order of their birth, which is the order they are read in."""


def load_catalogue(connection: sa.Connection) -> Catalogue:
    """The whole catalogue as it stands."""
    return Catalogue({row.id: _entry(row) for row in connection.execute(sa.select(names).order_by(names.c.born))})


def save_catalogue(connection: sa.Connection, before: Catalogue, after: Catalogue) -> None:
    """Writes what differs. Entries are added and changed, never taken out."""
    changed, added = [], []
    for entry in after.entries.values():
        if entry.id not in before.entries:
            added.append({**_row(entry), "born": len(before.entries) + len(added)})
        elif before.entries[entry.id] != entry:
            changed.append({**_row(entry), "entry": entry.id})
    if added:
        connection.execute(names.insert(), added)
    for row in changed:
        connection.execute(names.update().where(names.c.id == row.pop("entry")), row)


def entry_to_data(entry: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    return {**_row(entry), "id": str(entry.id), "parent": str(entry.parent) if entry.parent else None}


def entry_from_data(data: Mapping[str, Any]) -> Entry:
    """The entry that `entry_to_data` gave."""
    parent = UUID(data["parent"]) if data["parent"] else None
    return _entry(SimpleNamespace(**{**data, "id": UUID(data["id"]), "parent": parent}))


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        kind=row.kind,
        parent=row.parent,
        name=row.name,
        physical=row.physical,
        shape=Shape.from_text(row.shape) if row.shape else None,
        former=frozenset(row.former),
        spent=tuple(row.spent),
        names=tuple((number, name) for number, name in row.names or ()),
        retired=row.retired,
        purged=tuple(getattr(row, "purged", None) or ()),
    )


def _row(entry: Entry) -> dict:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "parent": entry.parent,
        "name": entry.name,
        "physical": entry.physical,
        "shape": entry.shape.to_text() if entry.shape else None,
        "former": sorted(entry.former),
        "spent": list(entry.spent),
        "names": [list(each) for each in entry.names],
        "retired": entry.retired,
        "purged": list(entry.purged),
    }
