"""What is retired: taken out of the definitions, or left behind by a change of type, and kept until a purge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.releases import Inverse
from customary.engine.releases.release import rows
from customary.engine.tables import Catalogue, Entry
from customary.engine.tables.going_back import lives

VALUES = "values"
"""Of a field that has another type since."""

Since = tuple[int, datetime]


@dataclass(frozen=True, kw_only=True)
class Retired:
    """One retired thing: entity, field, option, stage, or the values that a field had when its type was another."""

    kind: str
    path: str
    entry: Entry
    columns: tuple[str, ...]
    """Where its values lie: columns, tables of pairs, or the table of an entity."""
    release: int
    at: datetime
    count: int
    """Records of an entity, values of a field; of an option or stage, the records that still have it."""

    def __str__(self) -> str:
        what = {"option": "record with it", "stage": "record with it"}.get(self.kind)
        what = what or ("record" if self.entry.kind == "entity" else "value")
        return (
            f"{self.kind} {self.path}: {_counted(self.count, what)}, since release {self.release} ({self.at:%Y-%m-%d})"
        )


def retired(connection: sa.Connection, catalogue: Catalogue) -> list[Retired]:
    """All that is retired and not purged, by the release since which it is."""
    since, left = _since(connection)
    there = _there(connection)
    found = []
    for entry in catalogue.entries.values():
        if entry.parent is not None and not lives(catalogue, entry.parent):
            continue  # it is a part of what it stands in
        for kind, columns, when in _parts(catalogue, entry, since, left):
            stored = tuple(each for each in columns if (_table(catalogue, entry), each) in there or each in there)
            if stored or kind in ("option", "stage"):
                count = _count(connection, catalogue, entry, kind, stored)
                path = _path(catalogue, entry)
                release, at = when
                found.append(
                    Retired(kind=kind, path=path, entry=entry, columns=stored, release=release, at=at, count=count)
                )
    return sorted(found, key=lambda each: (each.release, each.path))


def _parts(
    catalogue: Catalogue, entry: Entry, since: dict[UUID, Since], left: dict[tuple[UUID, str], Since]
) -> Iterator[tuple[str, list[str], Since]]:
    """The retired thing that an entry is, or those that lie about it, each with its columns."""
    if entry.kind == "option":
        if entry.retired and not entry.purged and entry.id in since:
            field = catalogue.entries[entry.parent]
            yield "stage" if field.name == "stage" else "option", [], since[entry.id]
        return
    if entry.retired and entry.id in since:
        own = sorted(entry.own() - set(entry.purged), key=len)
        if own:
            yield entry.kind, own, since[entry.id]
    before: dict[Since, list[str]] = {}
    for column in sorted(entry.left() - entry.own(), key=len):
        if (entry.id, column) in left:
            before.setdefault(left[entry.id, column], []).append(column)
    for when, columns in before.items():
        yield VALUES, columns, when


def _since(connection: sa.Connection) -> tuple[dict[UUID, Since], dict[tuple[UUID, str], Since]]:
    """When entries were retired, and when they left columns behind: the last time that it changed for each."""
    since: dict[UUID, Since] = {}
    left: dict[tuple[UUID, str], Since] = {}
    query = sa.select(rows.c.number, rows.c.applied_at, rows.c.inverse).order_by(rows.c.number)
    for row in connection.execute(query):
        inverse = Inverse.from_data(row.inverse)
        for id, was in inverse.stood.items() if inverse else ():
            if was is not None and not was.retired:
                since[id] = (row.number, row.applied_at)
                left.update({(id, column): (row.number, row.applied_at) for column in was.own()})
    return since, left


def _there(connection: sa.Connection) -> set:
    """Tables, and pairs of table and column."""
    known = sa.inspect(connection)
    tables = {name for name in known.get_table_names() if name.startswith(("x_", "l_"))}
    columns = known.get_multi_columns(filter_names=sorted(tables)) if tables else {}
    return tables | {(table, each["name"]) for (_, table), found in columns.items() for each in found}


def _table(catalogue: Catalogue, entry: Entry) -> str:
    """The table in which a field's columns lie."""
    return catalogue.entries[entry.parent].physical if entry.kind == "field" else entry.physical


def _path(catalogue: Catalogue, entry: Entry) -> str:
    path, each = [], entry
    while each is not None:
        path.insert(0, each.name)
        each = catalogue.entries.get(each.parent)
    return ".".join(path)


def _count(connection: sa.Connection, catalogue: Catalogue, entry: Entry, kind: str, columns: Iterable[str]) -> int:
    if kind in ("option", "stage"):
        return _having(connection, catalogue, entry)
    first = next(iter(columns))
    if first.startswith(("x_", "l_")):
        return connection.execute(sa.select(sa.func.count()).select_from(sa.table(first))).scalar_one()
    return _filled(connection, _table(catalogue, entry), first, sa.column(first).is_not(None))


def _having(connection: sa.Connection, catalogue: Catalogue, option: Entry) -> int:
    """The records that still have an option: its code stands in the column, or among those of a list."""
    field = catalogue.entries[option.parent]
    table = catalogue.entries[field.parent].physical
    if (table, field.physical) not in _there(connection):
        return 0
    column = sa.cast(sa.column(field.physical), sa.Text)
    quoted = option.physical.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    has = sa.or_(column == option.physical, column.like(f'%"{quoted}"%', escape="\\"))
    return _filled(connection, table, field.physical, has)


def _filled(connection: sa.Connection, table: str, column: str, where: sa.ColumnElement) -> int:
    source = sa.table(table, sa.column(column))
    return connection.execute(sa.select(sa.func.count()).select_from(source).where(where)).scalar_one()


def _counted(count: int, word: str) -> str:
    first, space, rest = word.partition(" ")
    return f"{count} {first}{'' if count == 1 else 's'}{space}{rest}"
