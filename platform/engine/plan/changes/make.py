"""Changes that make records of values: of options and texts, of pairs of links; and pairs of records again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid5

import sqlalchemy as sa

from customary.engine.fields.field import Field, Refusal
from customary.engine.plan.change import FILL, Change, Fill
from customary.engine.plan.changes.convert import GROUP
from customary.engine.plan.changes.fill import is_constant
from customary.engine.plan.changes.values import is_empty, values_for, values_of, write_values
from customary.engine.tables import EntityTable, Tables

if TYPE_CHECKING:
    from customary.engine.model.entity import Entity
    from customary.engine.plan.applying.site import Site
    from customary.engine.plan.applying.written import Written
    from customary.engine.records.work import Work

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class MakeRecords(Change):
    """Records of a new entity, one for each title."""

    phase: ClassVar[int] = FILL

    tables: Tables
    entity: str
    titles: Mapping[UUID, str]

    def build(self, site: Site) -> None:
        name = titled_by(self.tables.model.entities[self.entity]).name
        rows = [{"id": id, name: title} for id, title in self.titles.items()]
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            site.shortly(lambda _, some=some: insert_missing(site.work(), self.entity, some))


@dataclass(frozen=True, kw_only=True, eq=False)
class PairsToRecords(Fill):
    """Each pair of a link to many becomes a record of the entity between, which may say more of it.

    Where the old release knows that entity already, they are made after the switch: it must not see them.
    """

    fresh: bool
    """Whether the entity between is new."""
    old_table: EntityTable
    old: Field
    tables: Tables
    between: str
    back: str
    on: str
    salt: UUID

    @property
    def over(self) -> EntityTable:
        return self.old_table

    def build(self, site: Site) -> None:
        if self.fresh:
            super().build(site)

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        if self.fresh:
            super().catch_up(work, written)

    def finish(self, site: Site) -> None:
        if not self.fresh:
            site.go_through(self.over, self.fill)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        pairs = values_for(work.connection, self.old_table, self.old, ids)
        wanted = {(source, target) for source, targets in pairs.items() for target in targets}
        there, ours = self._there(work.connection, ids)
        gone = [id for pair, id in ours.items() if pair not in wanted]
        table = self.tables.entity(self.between).table
        if gone:
            work.connection.execute(table.delete().where(table.c.id.in_(gone)))
        rows = [
            {"id": self._id(source, target), self.back: source, self.on: target}
            for source, target in sorted(wanted - there)
        ]
        insert_missing(work, self.between, rows)

    def _there(self, connection: sa.Connection, ids: Sequence[UUID]) -> tuple[set, dict[tuple[UUID, UUID], UUID]]:
        """The pairs that have records, and of them those made here that nobody has touched."""
        made = self.tables.entity(self.between)
        columns = (made.table.c.id, made.table.c.revision, made.column(self.back), made.column(self.on))
        rows = connection.execute(sa.select(*columns).where(made.column(self.back).in_(ids))).all()
        pairs = {(source, target) for _, _, source, target in rows}
        return pairs, {
            (source, target): id
            for id, revision, source, target in rows
            if target is not None and revision == 1 and id == self._id(source, target)
        }

    def _id(self, source: UUID, target: UUID) -> UUID:
        return uuid5(self.salt, f"{source} {target}")


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordsToPairs(Fill):
    """Each record of the entity that stood between two becomes a pair of a link to many; the record is kept."""

    elsewhere: ClassVar[bool] = True

    before: Tables
    between: str
    back: str
    on: str
    new_table: EntityTable
    new: Field

    @property
    def over(self) -> EntityTable:
        return self.new_table

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.new.name,)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        made = self.before.entity(self.between)
        back, on = made.column(self.back), made.column(self.on)
        living = sa.and_(back.in_(ids), on.is_not(None), made.table.c.archived_at.is_(None))
        found: dict[UUID, dict[UUID, None]] = {id: {} for id in ids}
        for source, target in work.connection.execute(sa.select(back, on).where(living).order_by(made.table.c.id)):
            found[source][target] = None
        there = values_for(work.connection, self.new_table, self.new, ids)
        write_values(work, self.new_table, self.new, {id: tuple(found[id]) for id in there})

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        """Who wrote a record between wrote nothing on the one at its end."""
        made = self.before.entity(self.between)
        own = [each for each in written if each.entity == made.code]
        known = {id for each in own for side in (each.before, each.after) if (id := _id_in(side.get(self.back)))}
        back = made.column(self.back)
        rows = sa.select(back).where(made.table.c.id.in_([each.record for each in own]), back.is_not(None))
        ends = known | set(work.connection.execute(rows).scalars())
        super().catch_up(work, written)
        if ends:
            self.fill(work, sorted(ends))


def titled_by(entity: Entity) -> Field | None:
    """The field that alone is the title of records, where there is such a one and texts fit it."""
    paths = entity.title.paths
    if len(paths) != 1 or len(entity.title.parts) != 1 or len(path := next(iter(paths))) != 1:
        return None
    field = entity.fields.get(path[0])
    return field if field is not None and field.entered and GROUP[field.kind] == "text" else None


def titles_of(connection: sa.Connection, table: EntityTable, old: Field, title: Field, language: str) -> dict[Any, str]:
    """What records made of the values of a field are called: options by their labels, in the order of the options."""
    options = getattr(old, "options", {})
    found: dict[str, str] = {}
    for value in dict.fromkeys((*options, *_used(connection, table, old))):
        said = options[value].label.in_language(language) if value in options else value
        try:
            found[value] = title.from_json(said)
        except Refusal:
            continue
    return {value: said for value, said in found.items() if said}


def insert_missing(work: Work, entity: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes records that are not there yet, with the defaults that are the same for all. No history is written:
    nobody made them."""
    made = work.release.tables.entity(entity)
    ids = [row["id"] for row in rows]
    there = set(work.connection.execute(sa.select(made.table.c.id).where(made.table.c.id.in_(ids))).scalars())
    new = [{**usual(work, made.entity), **row} for row in rows if row["id"] not in there]
    if new:
        names = [name for name in new[0] if made.has(name)]
        work.connection.execute(made.table.insert(), [made.store({name: row[name] for name in names}) for row in new])


def usual(work: Work, entity: Entity) -> dict[str, Any]:
    """The values of a record of which nothing is said: the defaults that are the same for all."""
    fields = entity.fields.values()
    values = {each.name: None for each in fields if each.points != "many"}
    values |= {
        each.name: each.take(each.default)
        for each in fields
        if each.entered and each.default is not None and is_constant(each.default)
    }
    return values | {"created_at": work.now, "updated_at": work.now, "revision": 1}


def _used(connection: sa.Connection, table: EntityTable, old: Field) -> Iterable[str]:
    if old.several:
        found: dict[str, None] = {}
        for batch in values_of(connection, table, old):
            found |= dict.fromkeys(each for value in batch.values() for each in value)
        return found
    column = table.columns([old.name])[0]
    values = connection.execute(sa.select(column).distinct().where(column.is_not(None)).order_by(column)).scalars()
    return [value for value in values if not is_empty(value)]


def _id_in(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
