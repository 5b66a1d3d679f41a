"""Changes of indexes: they are compared with what lies in the database, for they follow from declarations alone."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.plan.change import Change
from customary.engine.plan.changes.structure import AddGuard, AddIndex, DropIndex
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import ONLINE, SAFE, Line
from customary.engine.plan.proof import LASTING
from customary.engine.tables import Tables


def compare_indexes(comparison: Comparison) -> Iterator[Change]:
    """Those that go, and those that are made. What was only made anew, for another column, is told once."""
    there, wanted = comparison.indexes_there, _by_name(comparison.tables)
    added = [wanted[name] for name in sorted(wanted.keys() - there)]
    lines = [_line(comparison, index) if _is_told(comparison, index) else None for index in added]
    anew = {(line.path, line.after) for line in lines if line is not None}
    known = _by_name(comparison.current.tables) if comparison.current else {}
    for name in sorted(there - wanted.keys()):
        if not name.startswith(LASTING):
            line = _gone(comparison, known[name]) if name in known else None
            yield DropIndex(name=name, line=line if line and (line.path, line.before) not in anew else None)
    for index, line in zip(added, lines, strict=True):
        kind = AddGuard if index.unique else AddIndex
        yield kind(line=line, index=index)


def _by_name(tables: Tables) -> dict[str, sa.Index]:
    return {str(index.name): index for table in tables.metadata.tables.values() for index in table.indexes}


def _is_told(comparison: Comparison, index: sa.Index) -> bool:
    """Whether somebody asked for it: every link has an index, and a table that records go to has its own."""
    entity, _ = comparison.fields_of(index)
    lasting = str(index.name).startswith(LASTING)
    return comparison.is_there(index.table) and not lasting and entity not in comparison.moved


def _line(comparison: Comparison, index: sa.Index) -> Line:
    entity, fields = comparison.fields_of(index)
    return Line(sign="+", kind=_kind(index), path=entity, after=", ".join(fields), grade=ONLINE)


def _gone(comparison: Comparison, index: sa.Index) -> Line | None:
    """One that went with its entity, or for another table, is no news."""
    tables = comparison.current.tables
    was, fields = comparison.fields_of(index, tables)
    turn = comparison.turn_of.get(tables.catalogue.entity(was).id) if was in tables.model.entities else None
    if turn is None or turn.after.retired or turn.has_moved:
        return None
    return Line(sign="-", kind=_kind(index), path=turn.after.name, before=", ".join(fields), grade=SAFE)


def _kind(index: sa.Index) -> str:
    return "unique index" if index.unique else "index"
