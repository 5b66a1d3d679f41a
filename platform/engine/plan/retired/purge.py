"""Purge: what has been retired for long enough is destroyed, as a release of its own that says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.plan.change import Change
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import DESTRUCTIVE, Impact, Line
from customary.engine.plan.retired.retired import Retired, retired
from customary.engine.releases import Release, load_catalogue
from customary.engine.tables import Catalogue, Entry
from customary.engine.tables.growth import Growth, Turn
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.applying.site import Site
    from customary.engine.plan.plan import Plan

PURGED = "purged"
BATCH = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Destroy(Change):
    """The end of columns, tables of pairs, or a whole table. PostgreSQL drops them; SQLite would write the table
    anew, so there they are emptied, a few rows at a time, and left empty."""

    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    table: str
    columns: tuple[str, ...] = ()
    forgets: str = ""
    """The code of an entity of which nothing is left."""

    def finish(self, site: Site) -> None:
        tables = [each for each in self.columns if not each.startswith("f_")]
        columns = [each for each in self.columns if each.startswith("f_")]
        for name in tables:
            self._end_table(site, name)
        if columns:
            self._end_columns(site, columns)
        if self.forgets:
            _forget_records(site, self.forgets)

    def _end_table(self, site: Site, name: str) -> None:
        quoted = site.dialect.identifier_preparer.quote(name)
        if not site.is_sqlite:
            site.run(f"DROP TABLE IF EXISTS {quoted} CASCADE")
        elif site.shortly(lambda connection: sa.inspect(connection).has_table(name)):
            rows = sa.table(name, sa.column("rowid"))
            _in_batches(site, sa.delete(rows), rows.c.rowid)

    def _end_columns(self, site: Site, columns: list[str]) -> None:
        quote = site.dialect.identifier_preparer.quote
        if not site.is_sqlite:
            dropped = ", ".join(f"DROP COLUMN IF EXISTS {quote(each)}" for each in columns)
            site.run(f"ALTER TABLE IF EXISTS {quote(self.table)} {dropped}")
        else:
            rows = sa.table(self.table, sa.column("rowid"), *map(sa.column, columns))
            _in_batches(site, sa.update(rows).values(dict.fromkeys(columns, sa.null())), rows.c.rowid)


def purge(connection: sa.Connection, current: Release, now: datetime, older_than: timedelta | None = None) -> Plan:
    """The plan that destroys what is retired for longer than `older_than`, or than the workspace says.

    Options and stages that records still have are values of fields that live; they stay.
    """
    from customary.engine.plan.compare import compare

    until = now - (current.model.settings.purge_after if older_than is None else older_than)
    before = load_catalogue(connection)
    due = [each for each in retired(connection, before) if each.at <= until and each.columns]
    changed: dict[UUID, Entry] = {}
    for each in due:
        for entry in _with_parts(before, each):
            was = changed.get(entry.id, entry)
            gone = entry.columns() if entry.id != each.entry.id else each.columns
            changed[entry.id] = replace(was, purged=tuple(sorted({*was.purged, *gone})))
    after = before.with_entries(changed.values())
    turns = [Turn(PURGED, before.entries[id], entry) for id, entry in changed.items()]
    growth = Growth(before, after, tuple(turns) + _kept(after, changed))
    return compare(connection, current, current.model, current.source, growth)


def compare_purged(comparison: Comparison) -> Iterator[Change]:
    """What the catalogue says is purged from now on."""
    turns = [turn for turn in comparison.turns if turn.verb == PURGED]
    if not turns:
        return
    known = {each.entry.id: each for each in retired(comparison.connection, _before(comparison))}
    for turn in turns:
        gone = sorted(set(turn.after.purged) - set(turn.before.purged), key=len)
        owner = comparison.tables.catalogue.entries.get(turn.after.parent)
        yield Destroy(
            line=_line(known[turn.after.id]) if turn.after.id in known else None,
            table=owner.physical if owner else turn.after.physical,
            # The columns of an entity's fields go with its table.
            columns=tuple(each for each in gone if not (owner and owner.purged and each.startswith("f_"))),
            forgets=turn.after.code if _is_no_more(turn.after) else "",
        )


def purged_entities(catalogue: Catalogue) -> list[str]:
    """The entities, by their names at birth, of which nothing is left."""
    return [each.code for each in catalogue.children("entity", None) if _is_no_more(each)]


def _is_no_more(entry: Entry) -> bool:
    """Whether it is an entity whose records were destroyed. Those of one that became one with another are there."""
    return entry.kind == "entity" and entry.retired and bool(entry.purged) and not entry.into


def _before(comparison: Comparison) -> Catalogue:
    stood = [turn.before for turn in comparison.turns if turn.before is not None]
    return comparison.tables.catalogue.with_entries(stood)


def _with_parts(catalogue: Catalogue, each: Retired) -> Iterator[Entry]:
    """The entry; of an entity its fields too, which have no other place."""
    yield each.entry
    if each.kind == "entity":
        yield from catalogue.children("field", each.entry.id)


def _kept(after: Catalogue, changed: dict[UUID, Entry]) -> tuple[Turn, ...]:
    return tuple(Turn("kept", each, each) for each in after.entries.values() if each.id not in changed)


def _line(each: Retired) -> Line:
    note = Reason("destroyed for good, after it was retired in release {number}", {"number": each.release})
    impact = Impact(kind="leaving", told=Reason("values that are destroyed"), count=each.count)
    line = Line(sign="-", kind=f"retired {each.kind}", path=each.path, notes=(note,), grade=DESTRUCTIVE)
    return replace(line, impact=(impact,))


def _in_batches(site: Site, statement: sa.Delete | sa.Update, key: sa.ColumnElement) -> None:
    """Does it to all rows of a table of SQLite, a few at a time, in the order in which they lie."""
    _to_all(site, key, sa.true(), lambda rows: statement.where(key >= rows[0], key <= rows[-1]))


def _forget_records(site: Site, code: str) -> None:
    """What the platform kept beside the records of an entity: their history, what finds them, mails and forms sent."""
    from customary.engine.exchange.sample import loaded
    from customary.engine.messages.forms.entries import entry
    from customary.engine.messages.incoming.received import mail
    from customary.engine.messages.outbox import message
    from customary.engine.records.changes import change
    from customary.engine.records.index import search
    from customary.engine.records.writer.numbers import sequence

    kept = (change.c.id, search.c.record, message.c.id, mail.c.id, entry.c.id)
    for key in kept:
        rows = key.table
        _to_all(site, key, rows.c.entity == code, lambda ids, rows=rows, key=key: rows.delete().where(key.in_(ids)))
    site.shortly(lambda connection: connection.execute(sequence.delete().where(sequence.c.entity == code)))
    site.shortly(lambda connection: connection.execute(loaded.delete().where(loaded.c.entity == code)))


def _to_all(
    site: Site, key: sa.ColumnElement, which: sa.ColumnElement, statement: Callable[[Sequence[Any]], sa.Executable]
) -> None:
    """Runs a statement for the keys of some rows after the others. They are looked for while others write."""
    some = sa.select(key).where(which).order_by(key).limit(BATCH)
    query = some
    while keys := site.look(lambda connection, query=query: list(connection.scalars(query))):
        for _ in site.go_along(keys, lambda work, part: work.connection.execute(statement(part))):
            pass
        query = some.where(key > keys[-1])
