"""On the shipped packs with their sample data, a query finds exactly the records for which its condition holds."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import UUID

from customary.engine import records
from customary.engine.exchange import sample
from customary.engine.expressions import ExpressionError
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    MONEY,
    NUMBER,
    TEXT,
    Choice,
    ListOf,
    Names,
    Record,
    Type,
)
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Query, RecordScope, Work, storage
from customary.engine.records.typed import names_of
from customary.engine.workspace import Workspace

CONDITIONS = 250
CONSTANTS = {
    NUMBER: ("0", "50", "2.5"),
    MONEY: ("0", "1000", "25000.5"),
    TEXT: ('""', '"a"', '"won"'),
    DATE: ("today()", 'date("2026-03-01")'),
    DATETIME: ("now()",),
    BOOLEAN: ("true", "false"),
}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class Conditions:
    """Writes random conditions over the fields, links and lists of a model."""

    def __init__(self, names: Names, pick: random.Random) -> None:
        self.names = names
        self.pick = pick

    def write(self, entity: str, owner: str = "", depth: int = 2) -> str:
        pick = self.pick
        if depth and pick.random() < 0.35:
            inner = [self.write(entity, owner, depth - 1) for _ in range(2)]
            return pick.choice([f"!{inner[0]}", f"({inner[0]} && {inner[1]})", f"({inner[0]} || {inner[1]})"])
        lists = self._members(entity, lambda kind: isinstance(kind, ListOf) and isinstance(kind.item, Record))
        if depth and lists and pick.random() < 0.4:
            return self._about_list(entity, owner, pick.choice(lists), depth)
        if pick.random() < 0.2:
            links = self._members(entity, lambda kind: isinstance(kind, Record))
            return f"({owner}{pick.choice(links)} {pick.choice(COMPARISONS[:2])} {pick.choice(['null', 'user'])})"
        kind = pick.choice([*CONSTANTS])
        left, right = self._value(entity, kind, owner), self._value(entity, kind, owner)
        return left if kind == BOOLEAN else f"({left} {pick.choice(COMPARISONS)} {right})"

    def _about_list(self, entity: str, owner: str, name: str, depth: int) -> str:
        item = self.names.member(entity, name).item.entity  # type: ignore[union-attr]
        if self.pick.random() < 0.5:
            test = self.write(item, f"x{depth}.", depth - 1)
            return f"{owner}{name}.{self.pick.choice(['exists', 'all'])}(x{depth}, {test})"
        value = self._value(item, self.pick.choice([NUMBER, MONEY]), f"x{depth}.")
        fold = self.pick.choice(["sum", "avg", "min", "max"])
        return f"({owner}{name}.{fold}(x{depth}, {value}) {self.pick.choice(COMPARISONS)} 2.5)"

    def _value(self, entity: str, kind: Type, owner: str) -> str:
        path = self._path(entity, kind, 2) if self.pick.random() < 0.7 else None
        return owner + path if path else self.pick.choice(CONSTANTS[kind])

    def _path(self, entity: str, kind: Type, links: int) -> str | None:
        ways = self._members(entity, lambda each: isinstance(each, Record) and each.entity not in ("", entity))
        if links and ways and self.pick.random() < 0.4:
            way = self.pick.choice(ways)
            rest = self._path(self.names.member(entity, way).entity, kind, links - 1)  # type: ignore[union-attr]
            return f"{way}.{rest}" if rest else None
        found = self._members(entity, lambda each: each == kind or (kind == TEXT and isinstance(each, Choice)))
        return self.pick.choice(found) if found else None

    def _members(self, entity: str, fits: object) -> list[str]:
        return [name for name in self.names.known(entity) if fits(self.names.member(entity, name))]  # type: ignore[operator]


def test_queries_find_the_records_for_which_conditions_hold(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "customary.yaml").write_text("name: Shop\npacks: [core, sales]\n", encoding="utf-8")
    workspace = Workspace.open(tmp_path, database_url)
    workspace.apply()
    with workspace.database.write() as connection:
        sample.load(workspace.work(connection, SYSTEM))
    pick = random.Random(1)
    compared = 0
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        everything = {entity: sorted(_found(work, entity, Query())) for entity in work.model.entities}
        while compared < CONDITIONS:
            entity = pick.choice([entity for entity, ids in everything.items() if ids])
            text = Conditions(names_of(work, entity), pick).write(entity)
            try:
                condition = records.compile_where(work, entity, text)
            except ExpressionError:
                continue
            found = _found(work, entity, Query(where=condition))
            for id in pick.sample(everything[entity], min(8, len(everything[entity]))):
                scope = RecordScope(work, entity, storage.load(work, entity, id))
                assert condition.holds(scope) == (id in found), (entity, text, id)
            compared += 1
    workspace.close()


def _found(work: Work, entity: str, query: Query) -> set[UUID]:
    found, after = set(), None
    while True:
        page = records.select(work, entity, Query(where=query.where, limit=200, after=after))
        found |= {record.id for record in page.records}
        if (after := page.next) is None:
            return found
