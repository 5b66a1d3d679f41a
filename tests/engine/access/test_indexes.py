"""The rules of roles call for indexes, and a list of somebody who sees some of the records is read by them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.engine.conftest import NOW, Crm

from customary.engine import records
from customary.engine.people.actor import Actor
from customary.engine.privacy import known_of
from customary.engine.records import Query

DEFINITIONS = """
entity: user
plays: user
title: name
fields: {name: {type: text}, email: {type: email, personal: true}, region: {type: text}, team: {type: link, to: team}}
---
entity: team
plays: team
title: name
fields: {name: {type: text}}
---
entity: case
title: name
fields:
  name: {type: text}
  owner: {type: user}
  region: {type: text}
  kind: {type: text, max_length: 20}
  parent: {type: link, to: case}
views:
  mine: {kind: table, columns: [name], where: 'owner == user && kind == null', sort: [name]}
---
role: admin
admin: true
---
role: seller
entities: {case: {read: own}}
---
role: leader
entities: {case: {read: team}}
---
role: local
entities: {case: {read: '=region == user.region || !(kind == "x") && (kind == user.name || parent.owner == user)'}}
---
role: place
entities: {case: {read: '=region == user.region'}}
---
role: narrow
entities: {case: {read: '=kind == "b" && region == user.region'}, '*': {read: own}}
---
role: strict
deny: true
entities: {case: {read: '=name == user.name'}}
"""


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


def test_each_way_to_fulfil_a_rule_of_a_role_has_its_index_and_none_has_two(crm):
    table = crm.release.tables.entity("case").table
    found = sorted(tuple(column.name for column in index.columns) for index in table.indexes)
    assert found == [
        ("created_at", "id"),
        ("f_kind", "created_at", "id"),
        ("f_kind", "f_region", "created_at", "id"),
        ("f_owner",),
        ("f_owner", "created_at", "id"),
        ("f_owner", "f_name_sort", "id"),
        ("f_parent",),
        ("f_region", "created_at", "id"),
    ]
    teams = crm.release.tables.entity("team").table
    assert sorted(tuple(column.name for column in index.columns) for index in teams.indexes) == [
        ("created_at", "id"),
        ("created_by", "created_at", "id"),
    ]


@pytest.mark.parametrize(
    ("roles", "by"),
    [
        (["seller"], {"f_owner"}),
        (["place"], {"f_region"}),
        (["narrow"], {"f_kind"}),
        (["seller", "place"], {"f_owner", "f_region"}),
    ],
)
def test_a_list_of_somebody_who_sees_some_is_read_by_them(crm, roles, by):
    person = _filled(crm, crm.person("Ann", *roles), of=40)
    assert _read_by(crm, person) == by


def test_who_sees_many_by_several_rules_reads_along_the_order_of_the_list(crm):
    person = _filled(crm, crm.person("Ann", "seller", "place"), of=4)
    assert _read_by(crm, person) == {"created_at"}


def test_who_else_is_known_by_an_address_is_found_by_an_index(crm):
    ann = crm.add("user", name="Ann", email="Ann.Other@Example.com")
    table = crm.release.tables.entity("user").table
    many = [
        {"id": uuid4(), "created_at": NOW, "updated_at": NOW, "revision": 1, "f_email": f"p{n}@example.com"}
        for n in range(4000)
    ]
    with crm.work() as work:
        work.connection.execute(table.insert(), many)
        if not work.is_sqlite:
            work.connection.exec_driver_sql("ANALYZE x_user")
        told = _explained(work.connection, "f_email IN")
        assert "ann.other@example.com" in known_of(work, "user", ann).addresses
    index = next(each for each in table.indexes if [column.name for column in each.columns] == ["f_email"])
    assert all(str(index.name) in plan for plan in told), told
    assert len(told) > 0


def _filled(crm: Crm, person: Actor, of: int) -> Actor:
    """The person, of whom one of `of` cases is, and as many of their region."""
    table = crm.release.tables.entity("case").table
    crm.update("user", person.id, region="r1")
    always = {"updated_at": NOW, "revision": 1}
    with crm.work() as work:
        work.connection.execute(
            table.insert(),
            [
                {
                    **always,
                    "id": uuid4(),
                    "created_at": NOW + timedelta(seconds=n),
                    "f_owner": person.id if n % of == 0 else None,
                    "f_region": f"r{n % of}",
                    "f_kind": f"{'abcdefgh'[n % 8]}",
                }
                for n in range(4000)
            ],
        )
        if not work.is_sqlite:
            work.connection.exec_driver_sql("ANALYZE x_case")
    return crm.again(person)


def _read_by(crm: Crm, person: Actor) -> set[str]:
    """The first columns of the indexes by which the first page of the person's list is read; all records never are."""
    plan = _plan(crm, person)
    assert "SCAN x_case'" not in plan and "Seq Scan on x_case" not in plan, plan
    return {each.columns[0].name for each in crm.release.tables.entity("case").table.indexes if each.name in plan}


def _plan(crm: Crm, person: Actor) -> str:
    """How the database reads the first page of the person's list."""
    with crm.reading(person) as work:
        told = _explained(work.connection, "FROM x_case", "ORDER BY")
        assert len(records.select(work, "case", Query()).records) == 50
    return told[0]


def _explained(connection: sa.Connection, *holding: str) -> list[str]:
    """How the database does what it is asked from now on, of statements that hold these texts."""
    told: list[str] = []
    how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        if all(each in statement for each in holding):
            told.append("\n".join(map(str, cursor.connection.execute(how + statement, parameters).fetchall())))

    sa.event.listen(connection, "before_cursor_execute", explain)
    return told
