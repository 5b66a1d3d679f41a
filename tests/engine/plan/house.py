"""Ground on which somebody works: what was there at a moment, what was written since, and what an undo makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from tests.engine.plan.conftest import Ground
from tests.engine.plan.worlds import Choose, World, changed, to_text

from customary.engine import records
from customary.engine.database import Database
from customary.engine.money import Money
from customary.engine.people.accounts import account
from customary.engine.plan import Plan, Unfit, prove
from customary.engine.plan.changes.conversion import Conversion
from customary.engine.plan.changes.values import values_for
from customary.engine.problem import DefinitionError
from customary.engine.records.refusal import Refused
from customary.engine.tables import SYSTEM_COLUMNS, Catalogue, Entry, Tables
from customary.engine.tables.growth import Turn

Cell = tuple[UUID, UUID]
"""A record and the entry of a field."""


@dataclass(frozen=True)
class Seen:
    """What is there at a moment: by the ids of entries, in the forms of columns, so that no name matters."""

    catalogue: Catalogue
    records: Mapping[UUID, UUID]
    """Record to entity, of all that can be seen."""
    cells: Mapping[Cell, Any]
    """What people enter."""
    alive: frozenset[UUID]
    """All records, those that are out of sight too."""
    roles: list[str]


class House(Ground):
    """Ground on which somebody works, who remembers what was seen and which cells were written."""

    def __init__(self, database: Database, random: Random) -> None:
        super().__init__(database)
        self.random = random
        self.count = 0

    def see(self) -> Seen:
        tables = self.release.tables
        with self.database.read() as connection:
            found = [
                (owner.id, record, entry.id, value)
                for owner in map(tables.catalogue.entity, tables.model.entities)
                for entry in _entered(tables, owner)
                for record, value in _column_values(connection, tables, owner, entry)
            ]
            return Seen(
                catalogue=tables.catalogue,
                records={record: owner for owner, record, _, _ in found},
                cells={(record, entry): value for _, record, entry, value in found},
                alive=_alive(connection, tables.catalogue),
                roles=connection.execute(sa.select(account.c.roles)).scalar_one(),
            )

    def edit(self, times: int) -> set[Cell]:
        """Somebody works on it. The cells that were written, those of new records among them."""
        written: set[Cell] = set()
        for _ in range(times):
            before = self.see().cells
            try:
                self.random.choice(
                    (self._create, self._create, self._update, self._update, self._update, self._delete)
                )()
            except Refused:
                continue
            after = self.see().cells
            written |= {cell for cell in after if before.get(cell, _NOTHING) != after[cell]}
        return written

    def change(self, world: World, choose: Choose) -> World:
        """Applies what becomes of the world. Where the data forbids that, nothing happens."""
        after = changed(world, choose)
        try:
            plan = self.plan(to_text(after))
            if plan.problems or plan.empty:
                return world
            self.apply(to_text(after))
        except (DefinitionError, Unfit):
            return world
        return after

    def go_back(self, number: int, then: Seen, written: set[Cell]) -> bool:
        """Takes releases back and compares all there is with what was seen then. False where the data forbids it."""
        plan, now = self.plan_undo(number), self.see()
        same, converted = self._expected(plan, now, then, written)
        if plan.problems:
            assert _asks_for_unique(plan), plan.problems
            return False
        try:
            self.undo(number)
        except Unfit:
            assert _asks_for_unique(plan)
            return False
        found = self.see()
        assert _told(found.catalogue) == _told(then.catalogue)
        assert {cell: found.cells.get(cell, _NOTHING) for cell in same} == same
        assert {cell: self._loaded(cell, plan.tables) for cell in converted} == converted
        assert found.roles == then.roles
        self.is_whole()
        return True

    def is_whole(self) -> None:
        tables = self.release.tables
        with self.database.read() as connection:
            assert prove(connection, tables) == []
            for name, entity in tables.model.entities.items():
                for row in connection.execute(sa.select(tables.entity(name).table)):
                    values = tables.entity(name).load(row)
                    computed = {key: value for key, value in values.items() if entity.fields[key].kept}
                    assert computed == {key: _one_more(values, entity.fields[key]) for key in computed}

    def _expected(self, plan: Plan, now: Seen, then: Seen, written: set[Cell]) -> tuple[dict, dict]:
        """What has to be in cells afterwards: as it lies in columns, and as it is loaded where it is converted."""
        same: dict[Cell, Any] = {}
        converted: dict[Cell, Any] = {}
        entities = {plan.tables.catalogue.entity(name).id for name in plan.model.entities}
        turns = {turn.after.id: turn for turn in plan.turns}
        for record, entity in {**then.records, **now.records}.items():
            if record not in now.alive or entity not in entities:
                continue
            for entry in _entered(plan.tables, plan.tables.catalogue.entries[entity]):
                cell, turn = (record, entry.id), turns[entry.id]
                moved = turn.before.physical != entry.physical
                if cell in now.cells and not moved:
                    same[cell] = now.cells[cell]
                elif cell in now.cells and (cell in written or record not in then.records):
                    converted[cell] = self._converted(plan, turn, record)
                elif cell in then.cells and cell not in written:
                    same[cell] = _without_dead(then.cells[cell], now.alive)
        return same, converted

    def _converted(self, plan: Plan, turn: Turn, record: UUID) -> Any:
        old_table, old = self._field(self.release.tables, turn.before)
        new_table, new = self._field(plan.tables, turn.after)
        whole = Conversion(
            before=self.release.tables, old_table=old_table, old=old, after=plan.tables, new_table=new_table, new=new
        )
        with self.database.read() as connection:
            return whole.of(connection, [record])[record] or None

    def _loaded(self, cell: Cell, tables: Tables) -> Any:
        record, entry = cell
        table, field = self._field(tables, tables.catalogue.entries[entry])
        with self.database.read() as connection:
            return values_for(connection, table, field, [record])[record] or None

    def _field(self, tables: Tables, entry: Entry) -> tuple[Any, Any]:
        table = tables.entity(tables.catalogue.entries[entry.parent].name)
        return table, table.entity.fields[entry.name]

    def _create(self) -> None:
        entity = self._entity()
        self.create(entity, {name: self._value(entity, name) for name in self._open(entity)})

    def _update(self) -> None:
        entity = self._entity()
        ids, names = self._ids(entity), self._open(entity)
        if ids and names:
            name = self.random.choice(names)
            self.update(entity, self.random.choice(ids), {name: self._value(entity, name)})

    def _delete(self) -> None:
        entity = self._entity()
        if ids := self._ids(entity):
            with self.database.write() as connection:
                records.delete(self._work(connection), entity, self.random.choice(ids))

    def _entity(self) -> str:
        return self.random.choice(list(self.release.model.entities))

    def _ids(self, entity: str) -> list[UUID]:
        table = self.release.tables.entity(entity).table
        with self.database.read() as connection:
            return list(connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars())

    def _open(self, entity: str) -> list[str]:
        fields = self.release.model.entities[entity].fields.items()
        return [name for name, each in fields if each.entered and each.kind != "auto_number"]

    def _value(self, entity: str, name: str) -> Any:
        each = self.release.model.entities[entity].fields[name]
        self.count += 1
        any_of, some_of = self.random.choice, lambda values: tuple(v for v in values if self.random.random() < 0.5)
        values = {
            "text": lambda: any_of((str(self.count), f"text {self.count}", None)),
            "integer": lambda: any_of((self.count, self.count, None)),
            "decimal": lambda: Decimal(self.count) / 4,
            "boolean": lambda: any_of((True, False)),
            "date": lambda: date(2026, 1, 1) + timedelta(days=self.count),
            "money": lambda: Money(Decimal(self.count), "EUR"),
            "choice": lambda: any_of((*each.options, None)),
            "choices": lambda: some_of(each.options),
            "link": lambda: any_of((*self._ids(each.to), None)),
            "links": lambda: some_of(self._ids(each.to)),
        }
        return values[each.kind]()


_NOTHING = object()


def _entered(tables: Tables, owner: Entry) -> Iterator[Entry]:
    """The fields of an entity that hold what was entered, and what entering a stage sets."""
    table = tables.entity(owner.name)
    for name, each in table.entity.fields.items():
        if name not in SYSTEM_COLUMNS and each.formula is None and (table.has(name) or each.points == "many"):
            yield tables.catalogue.field(owner.name, name)


def _column_values(connection: sa.Connection, tables: Tables, owner: Entry, entry: Entry) -> Iterator[tuple[UUID, Any]]:
    table = tables.entity(owner.name)
    field = table.entity.fields[entry.name]
    ids = list(connection.execute(sa.select(table.table.c.id)).scalars())
    if field.points == "many":
        for id, targets in values_for(connection, table, field, ids).items():
            yield id, frozenset(targets)
        return
    columns = table.columns([entry.name])
    if field.kind in ("choice", "choices"):
        columns = [sa.type_coerce(column, sa.Text) for column in columns]  # as it lies there: the codes of options
    for id, *values in connection.execute(sa.select(table.table.c.id, *columns)):
        yield id, tuple(map(_plain, values))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _alive(connection: sa.Connection, catalogue: Catalogue) -> frozenset[UUID]:
    tables = (sa.table(each.physical, sa.column("id", sa.Uuid)) for each in catalogue.children("entity", None))
    return frozenset(id for table in tables for id in connection.execute(sa.select(table.c.id)).scalars())


def _without_dead(value: Any, alive: frozenset[UUID]) -> Any:
    """A value without links to what was deleted since."""
    if isinstance(value, frozenset):
        return value & alive
    return tuple(None if isinstance(each, UUID) and each not in alive else each for each in value)


def _told(catalogue: Catalogue) -> set[tuple]:
    """What lives in a catalogue, and where."""
    return {
        (each.id, each.kind, each.parent, each.name, each.physical, each.shape, each.former)
        for each in catalogue.entries.values()
        if not each.retired
    }


def _asks_for_unique(plan: Plan) -> bool:
    return any(each.unique for entity in plan.model.entities.values() for each in entity.fields.values())


def _one_more(values: Mapping[str, Any], computed: Any) -> int | None:
    read = values[computed.formula.text.split()[0]]
    return None if read is None else read + 1
