"""Tables hold values and give them back; rows lead over links."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine.expressions import compile as compile_expression
from customary.engine.fields.any_link import AnyLink
from customary.engine.model import compile_source
from customary.engine.money import Money
from customary.engine.problem import Problems
from customary.engine.tables import Tables
from customary.engine.text import WORKSPACE, File, read_source

TEXT = """
entity: account
fields:
  name: {type: text, required: true}
  tier: {type: choice, options: [gold, silver]}
---
entity: tag
fields:
  name: {type: text}
---
entity: deal
fields:
  name: {type: text, unique: true}
  account: {type: link, to: account, inverse: deals}
  tags_here: {type: links, to: tag, inverse: deals}
  about: {type: any_link}
  amount: {type: money}
  share: {type: percent}
  hot: {type: boolean}
  due: {type: date}
  seen: {type: datetime}
  kinds: {type: choices, options: [a, b]}
  words: {type: tags}
  lines: {type: lines, of: line.deal}
  double: {type: integer, formula: size(lines) * 2}
views:
  gold: {kind: table, columns: [name], where: 'account == null && hot', sort: [-amount, name]}
  mine: {kind: table, columns: [name], where: open, sort: [due]}
---
entity: line
fields:
  deal: {type: link, to: deal}
  name: {type: text}
---
pipeline: sales
entity: deal
stages: {new: {}, won: {outcome: won}}
"""

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def tables() -> Tables:
    problems = Problems()
    files = [File("customary.yaml", WORKSPACE, "name: Test\n"), File("schemas/test.yaml", WORKSPACE, TEXT)]
    model = compile_source(read_source(files, problems), problems)
    problems.raise_errors()
    return Tables.fresh(model)


@pytest.fixture
def filled(database, tables):
    with database.write() as connection:
        tables.metadata.create_all(connection)
    return database


def add(database, tables, entity: str, **values) -> UUID:
    id = uuid4()
    table = tables.entity(entity)
    with database.write() as connection:
        row = {"id": id, "created_at": NOW, "updated_at": NOW, "revision": 1, **table.store(values)}
        connection.execute(table.table.insert(), row)
    return id


def test_values_come_back_as_they_went_in(filled, tables):
    account = add(filled, tables, "account", name="A", tier="gold")
    values = {
        "name": "ΓΕΙΑ 你好",
        "account": account,
        "about": AnyLink("account", account),
        "amount": Money(Decimal("12.50"), "EUR"),
        "share": Decimal("12.5"),
        "hot": True,
        "due": date(2026, 2, 28),
        "seen": NOW,
        "kinds": ("a", "b"),
        "words": ("x",),
        "stage": "won",
        "outcome": "won",
    }
    id = add(filled, tables, "deal", **values)
    table = tables.entity("deal")
    with filled.read() as connection:
        row = connection.execute(sa.select(table.table).where(table.table.c.id == id)).one()
    loaded = table.load(row)
    assert {name: loaded[name] for name in values} == values
    assert loaded["id"] == id
    assert "double" not in loaded and "lines" not in loaded and "tags_here" not in loaded


def test_some_fields_are_loaded_alone(filled, tables):
    add(filled, tables, "deal", name="A", amount=Money(Decimal(5), "EUR"))
    table = tables.entity("deal")
    with filled.read() as connection:
        row = connection.execute(sa.select(*table.columns(["id", "amount", "lines"]))).one()
    assert set(table.load(row)) == {"id", "amount"}


def count(database, tables, text: str) -> int:
    names = _names(tables, "deal")
    rows = tables.rows("deal", None, _Values())
    clause = compile_expression(text, names).clause(rows, rows.values)
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(rows.from_clause).where(clause)).scalar()


class _Values:
    now, zone, user, bindings = NOW, None, None, {}


def _names(tables, entity):
    from customary.engine.model.names import ModelNames, World

    world = World()
    for each in tables.model.entities.values():
        world.declare(each.name, each.fields.values(), each.inverses.values())
    return ModelNames(world, entity)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('account.tier == "gold"', 1),
        ("size(lines) == 2", 1),
        ("double == 4", 1),
        ('tags_here.exists(t, t.name == "T")', 1),
        ("open", 2),
        ("size(account.deals) == 1", 1),
    ],
)
def test_expressions_lead_over_links(filled, tables, text, expected):
    account = add(filled, tables, "account", name="A", tier="gold")
    tag = add(filled, tables, "tag", name="T")
    deal = add(filled, tables, "deal", name="D", account=account)
    add(filled, tables, "deal", name="E")
    for name in "xy":
        add(filled, tables, "line", deal=deal, name=name)
    with filled.write() as connection:
        connection.execute(tables.entity("deal").links("tags_here").insert(), {"source": deal, "target": tag})
    assert count(filled, tables, text) == expected


def test_steps_over_links_carry_what_a_reader_may_see(tables):
    rows = tables.rows("deal", lambda rows: rows.column("name") == "visible")
    other, condition = rows.follow("account")
    assert other.entity == "account"
    assert "visible" in str(condition.compile(compile_kwargs={"literal_binds": True}))


def test_a_list_leaves_out_archived_records(tables):
    rows = tables.rows("account")
    _, condition = rows.follow("deals")
    assert "archived_at IS NULL" in str(condition)


def test_indexes_follow_from_what_is_declared(tables):
    table = tables.entity("deal").table
    found = {tuple(column.name for column in index.columns): bool(index.unique) for index in table.indexes}
    assert found == {
        ("f_name",): True,
        ("created_at", "id"): False,
        ("f_account",): False,
        ("f_about",): False,
        ("f_amount", "f_name_sort", "id"): False,
        ("f_due", "id"): False,
        ("f_stage", "created_at", "id"): False,
    }


@pytest.mark.parametrize("descending", [True, False])
def test_a_deep_page_is_a_range_of_an_index(filled, tables, descending):
    """Both databases walk the index of the view `mine`, from where the page before ended."""
    table = tables.entity("deal").table
    with filled.write() as connection:
        rows = [
            {
                "id": uuid4(),
                "created_at": NOW,
                "updated_at": NOW,
                "revision": 1,
                **tables.entity("deal").store({"name": f"D{n}", "due": date(2026, 1, 1 + n % 28)}),
            }
            for n in range(2000)
        ]
        connection.execute(table.insert(), rows)
    due = table.c.f_due
    query = (
        sa.select(table.c.f_name)
        .where(table.c.archived_at.is_(None), table.c.f_outcome.is_(None), due >= date(2026, 1, 20))
        .order_by(due, table.c.id)
        .limit(50)
    )
    if descending and filled.is_sqlite:
        query = query.order_by(None).order_by(due.desc(), table.c.id.desc())
    with filled.read() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if filled.is_sqlite else "EXPLAIN "
        if not filled.is_sqlite:
            connection.exec_driver_sql("ANALYZE x_deal")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + text.replace("%", "%%")))
    assert "ix_x_deal" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan


def test_codes_outlive_names(tables):
    assert (tables.code("deal"), tables.named("deal"), tables.named("gone")) == ("deal", "deal", None)
