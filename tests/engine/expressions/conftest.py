"""A small house of linked records: as tables of either database, and as the same records in Python."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from customary.engine.arithmetic import microseconds
from customary.engine.columns import Code, CodePointText, Moment, Names, Scaled
from customary.engine.database import Database
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Choice,
    ListOf,
    Record,
    Type,
)
from customary.engine.money import Money
from customary.engine.working import Calendar

NOW = datetime(2026, 3, 31, 22, 30, 15, 123456, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Athens")
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)

WEIGHTS = (("new", Decimal(1)), ("won", Decimal("2.5")))
STAGES = Choice(
    options=("new", "offer", "won"), values=(("weight", NUMBER, WEIGHTS), ("word", TEXT, (("offer", "call"),)))
)
TIERS = Choice(options=("gold", "tin"))
FIELDS: dict[str, dict[str, Type]] = {
    "deal": {
        "id": Record(entity="deal"),
        "name": TEXT,
        "note": TEXT,
        "amount": MONEY,
        "cost": MONEY,
        "count": NUMBER,
        "rate": NUMBER,
        "fine": NUMBER,
        "stage": STAGES,
        "before": STAGES,
        "open": BOOLEAN,
        "closes": DATE,
        "began": DATE,
        "created_at": DATETIME,
        "seen_at": DATETIME,
        "opens": TIME,
        "shuts": TIME,
        "took": DURATION,
        "tags": ListOf(item=TEXT),
        "stages": ListOf(item=STAGES),
        "account": Record(entity="account"),
        "owner": Record(entity="person"),
        "helper": Record(entity="person"),
        "about": Record(among=("account", "person")),
        "tasks": ListOf(item=Record(entity="task")),
    },
    "account": {
        "id": Record(entity="account"),
        "name": TEXT,
        "tier": TIERS,
        "limit": MONEY,
        "marks": ListOf(item=TEXT),
        "owner": Record(entity="person"),
        "deals": ListOf(item=Record(entity="deal")),
    },
    "task": {
        "id": Record(entity="task"),
        "title": TEXT,
        "hours": NUMBER,
        "price": MONEY,
        "done": BOOLEAN,
        "due": DATE,
        "deal": Record(entity="deal"),
        "owner": Record(entity="person"),
    },
    "person": {
        "id": Record(entity="person"),
        "name": TEXT,
        "quota": NUMBER,
        "boss": Record(entity="person"),
        "skills": ListOf(item=TEXT),
    },
}
HOUR = 3_600_000_000
OFFICE = ((9 * HOUR, 13 * HOUR), (14 * HOUR, 17 * HOUR + 1_800_000_000))
CALENDARS = {
    "office": Calendar("office", (OFFICE,) * 5 + ((),) * 2, (date(2026, 3, 31), date(2026, 4, 3), date(2026, 4, 5))),
    "night": Calendar("night", ((), ((0, 6 * HOUR), (22 * HOUR, 24 * HOUR)), (), (), (), ((0, 24 * HOUR),), ())),
}
CODES = (("new", "new"), ("offer", "proposal"), ("won", "won"))


class HouseNames:
    """What names mean on a deal."""

    entity = "deal"
    apart = False

    def type_of(self, name: str) -> Type | None:
        bound = {"old": Record(entity="deal"), "record": Record(entity="deal"), "user": Record(entity="person")}
        return {**bound, "payload": JSON, "target": NUMBER}.get(name)

    def member(self, entity: str, name: str) -> Type | None:
        return FIELDS.get(entity, {}).get(name)

    def has_entity(self, name: str) -> bool:
        return name in FIELDS

    def calendar(self, name: str) -> Calendar | None:
        return CALENDARS.get(name or "office")

    def calendars(self) -> Sequence[str]:
        return [*CALENDARS]

    def known(self, entity: str | None = None) -> Sequence[str]:
        return [*FIELDS[entity]] if entity else [*FIELDS["deal"], "old", "record", "user", "payload", "target"]


def _columns(entity: str) -> list[sa.Column]:
    columns = [sa.Column("id", sa.Uuid(), primary_key=True)]
    for name, kind in FIELDS[entity].items():
        columns.extend(sa.Column(name + suffix, type_) for suffix, type_ in _parts(name, kind) if name != "id")
    return columns


def _parts(name: str, kind: Type) -> list[tuple[str, Any]]:
    if kind == MONEY:
        return [("", Scaled(2)), ("_currency", sa.Text()), ("_base", Scaled(2))]
    if kind == ListOf(item=TEXT):
        return [("", Names())]
    if kind == ListOf(item=STAGES):
        return [("", Names(CODES))]
    if isinstance(kind, ListOf):
        return []
    if kind == STAGES:
        return [("", Code(CODES))]
    if isinstance(kind, Record):
        return [("", sa.Uuid()), *([] if kind.entity else [("_entity", sa.Text())])]
    scale = {"rate": Scaled(4), "fine": Scaled(10), "hours": Scaled(2), "quota": Scaled(3)}
    number = scale.get(name, sa.BigInteger())
    types = {
        TEXT: CodePointText(),
        NUMBER: number,
        BOOLEAN: sa.Boolean(),
        DATE: sa.Date(),
        DATETIME: Moment(),
        TIME: sa.Time(),
    }
    types[DURATION] = sa.BigInteger()
    return [("", types.get(kind, CodePointText()))]


TABLES = {entity: sa.Table(entity, sa.MetaData(), *_columns(entity)) for entity in FIELDS}
BACK = {("deal", "tasks"): ("task", "deal"), ("account", "deals"): ("deal", "account")}


class HouseRows:
    """Rows of one alias of a table."""

    def __init__(self, entity: str, table: sa.FromClause) -> None:
        self.entity = entity
        self.from_clause = table

    def column(self, name: str, part: str = "") -> sa.ColumnElement:
        return self.from_clause.c[name + part]

    def follow(self, field: str, entity: str = "") -> tuple[HouseRows, sa.ColumnElement]:
        if back := BACK.get((self.entity, field)):
            rows = HouseRows(back[0], TABLES[back[0]].alias())
            return rows, rows.column(back[1]) == self.column("id")
        kind = FIELDS[self.entity][field]
        assert isinstance(kind, Record)
        to = entity or kind.entity
        rows = HouseRows(to, TABLES[to].alias())
        return rows, rows.column("id") == self.column(field)

    def every(self, entity: str) -> tuple[HouseRows, sa.ColumnElement]:
        return HouseRows(entity, TABLES[entity].alias()), sa.true()

    with_archived = every


class HouseScope:
    """One deal, as Python sees it."""

    now = NOW
    zone = ZONE

    def __init__(self, house: House, record: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> None:
        self.house = house
        self.record = record
        self.old = old
        self.bindings = {"user": house.user, "payload": {"hours": 3, "who": {"name": "Ann"}}, "target": Decimal("7.5")}

    def follow(self, entity: str, field: str, record: Mapping[str, Any]) -> Any:
        if back := BACK.get((entity, field)):
            return [each for each in self.every(back[0]) if each[back[1]] == record["id"]]
        kind, value = FIELDS[entity][field], record[field]
        assert isinstance(kind, Record)
        if kind.among:
            return next((each for each in self.every(value.entity) if each["id"] == value.id), None) if value else None
        return next((each for each in self.every(kind.entity) if each["id"] == value), None)

    def every(self, entity: str) -> Sequence[Mapping[str, Any]]:
        return self.house.records[entity]


class House:
    """All records, and what a clause knows."""

    def __init__(self) -> None:
        self.records = _records()
        self.user = self.records["person"][0]
        self.values = SimpleNamespace(
            now=NOW, zone=ZONE, user=self.user, currency="EUR", bindings={"target": Decimal("7.5")}
        )
        self.names = HouseNames()

    def scope(self, record: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> HouseScope:
        return HouseScope(self, record, old)

    @property
    def rows(self) -> HouseRows:
        return HouseRows("deal", TABLES["deal"])

    def fill(self, database: Database) -> None:
        with database.write() as connection:
            for entity, table in TABLES.items():
                table.create(connection)
                connection.execute(table.insert(), [_stored(entity, each) for each in self.records[entity]])


def _stored(entity: str, record: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": record["id"]}
    for name, kind in FIELDS[entity].items():
        value = record.get(name)
        if kind == MONEY:
            row[name], row[name + "_currency"] = (value.amount, value.currency) if value else (None, None)
            row[name + "_base"] = value.base.amount if value and value.base else None
        elif kind == DURATION:
            row[name] = None if value is None else microseconds(value)
        elif isinstance(kind, Record) and not kind.entity:
            row[name], row[name + "_entity"] = (value.id, value.entity) if value else (None, None)
        elif not isinstance(kind, ListOf) or not isinstance(kind.item, Record):
            row[name] = value
    return row


def _records() -> dict[str, list[dict[str, Any]]]:
    people = [
        {
            "id": _id(1, n),
            "name": name,
            "quota": quota,
            "boss": _id(1, boss) if boss is not None else None,
            "skills": (("x", "Übung", "x"), (), ("vip",), ())[n],
        }
        for n, (name, quota, boss) in enumerate(
            [("Ann", Decimal("10.125"), 1), ("Béa", None, None), ("Ζωή", Decimal(-3), 0), ("李雷", Decimal(0), 2)]
        )
    ]
    accounts = [
        {"id": _id(2, n), "name": name, "tier": tier, "limit": limit, "owner": owner, "marks": marks}
        for n, (name, tier, limit, owner, marks) in enumerate(
            [
                ("Apple", "gold", _money("1000.50", "EUR"), _id(1, 0), ("x", "big", "x")),
                ("", None, None, None, ()),
                ("ΟΔΟΣ Straße", "tin", _money("-0.01", "USD"), _id(1, 2), ("Übung", "a", "a")),
            ]
        )
    ]
    deals = [_deal(n) for n in range(24)]
    tasks = [_task(n) for n in range(40)]
    records = {"person": people, "account": accounts, "deal": deals, "task": tasks}
    return {
        entity: [{**each, "entity": entity} for each in sorted(found, key=lambda each: each["id"])]
        for entity, found in records.items()
    }


def _deal(n: int) -> dict[str, Any]:
    def pick(step: int, *values: Any) -> Any:
        return values[(n * step + n // 5) % len(values)]

    amounts = ("0", "10000", "10000.01", "-12.50", "0.05", "92233720368547758.07", "333.33", "10000")
    return {
        "id": _id(3, n),
        "name": pick(1, "Big deal", "small", "", " pad ", "Ünïcödé", "商机 一", "ΟΔΟΣ", "zz'\"\\%_", None),
        "note": pick(3, None, "call", "Call back", "a", "Big deal"),
        "amount": None if n % 7 == 3 else _money(pick(1, *amounts), pick(5, "EUR", "EUR", "USD")),
        "cost": None if n % 5 == 1 else _money(pick(3, *amounts), "EUR"),
        "count": pick(1, 0, 1, -7, None, 2**63 - 1, 12, 3),
        "rate": pick(3, None, Decimal("0.0001"), Decimal("2.5"), Decimal("-100"), Decimal("33.3333"), Decimal(0)),
        "fine": pick(1, None, Decimal("0.0000000005"), Decimal("0.0000000015"), Decimal("-1.5"), Decimal(3)),
        "stage": pick(1, "new", "offer", "won", None),
        "before": pick(3, "new", None, "offer", "won", "won"),
        "open": pick(1, True, False, None),
        "closes": pick(1, date(2026, 3, 31), date(2024, 2, 29), None, date(1, 1, 1), date(9999, 12, 31)),
        "began": pick(2, None, date(2026, 3, 31), date(2025, 12, 1)),
        "created_at": pick(1, NOW, datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC), None),
        "seen_at": pick(3, None, datetime(2025, 12, 31, 22, 0, tzinfo=UTC), NOW, FIRST, LAST),
        "opens": pick(1, time(9, 30), None, time(0), time(23, 59, 59, 999999)),
        "shuts": pick(3, time(17), time(9, 30), None),
        "took": pick(1, timedelta(hours=36), None, timedelta(0), timedelta(days=-1, microseconds=1)),
        "tags": pick(1, (), ("x",), ("x", "vip"), ("Übung",)),
        "stages": pick(3, ("won", "offer"), (), ("new",), ("offer", "new", "won")),
        "account": pick(1, _id(2, 0), None, _id(2, 1), _id(2, 2)),
        "owner": pick(1, _id(1, 0), _id(1, 1), None, _id(1, 2)),
        "helper": pick(3, None, _id(1, 0), _id(1, 3), _id(1, 1)),
        "about": pick(1, None, _some("account", _id(2, 0)), _some("person", _id(1, 2))),
    }


def _money(amount: str | Decimal, currency: str) -> Money:
    """Dollars are worth less, and of negative ones nobody knows."""
    amount = Decimal(amount)
    if currency == "EUR":
        return Money(amount, currency, Money(amount, "EUR"))
    worth = (amount * Decimal("0.9")).quantize(Decimal("0.01"))
    return Money(amount, currency, None if amount < 0 else Money(worth, "EUR"))


def _some(entity: str, id: uuid.UUID) -> SimpleNamespace:
    """A record of some entity, as an any_link names it."""
    return SimpleNamespace(entity=entity, id=id)


def _task(n: int) -> dict[str, Any]:
    return {
        "id": _id(4, n),
        "title": ("call", "Write", None, "ship")[n % 4],
        "hours": (None, Decimal("1.25"), Decimal(0), Decimal("8.5"), Decimal("-2"))[n % 5],
        "price": None if n % 6 == 2 else _money(Decimal(n) / 4, "EUR" if n % 11 else "USD"),
        "done": (True, False, None)[n % 3],
        "due": (date(2026, 4, 1), None, date(2026, 3, 1))[n % 3],
        "deal": _id(3, n * n % 19) if n % 8 else None,
        "owner": _id(1, n % 4) if n % 3 else None,
    }


def _id(kind: int, n: int) -> uuid.UUID:
    return uuid.UUID(int=(kind << 96) + n)


@pytest.fixture(scope="session")
def house() -> House:
    return House()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def filled(
    request: pytest.FixtureRequest, house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database with the house in it, kept for all tests of a module."""
    if request.param == "sqlite":
        url = f"sqlite:///{Path(tmp_path_factory.mktemp('house')) / 'house.db'}"
    else:
        server: sa.URL = request.getfixturevalue("postgresql_server")
        name = f"h_{uuid.uuid4().hex}"
        admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = server.set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    house.fill(database)
    yield database
    database.close()
    if request.param == "postgresql":
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()
