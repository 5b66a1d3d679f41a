"""What is wrong with a database is found."""

from __future__ import annotations

import pytest

from customary.engine.plan import Difference, prove

DEAL = """
entity: account
fields:
  name: {type: text}
---
entity: deal
fields:
  name: {type: text, unique: true}
  score: {type: integer}
  account: {type: link, to: account}
  others: {type: links, to: account}
"""


def differences(ground, *statements: str) -> list[Difference]:
    """What is found after somebody meddled with the database."""
    with ground.database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    with ground.database.read() as connection:
        return prove(connection, ground.release.tables)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DROP TABLE l_deal_others", [Difference("-", "table", "l_deal_others")]),
        ("ALTER TABLE x_deal DROP COLUMN f_score", [Difference("-", "column", "x_deal.f_score")]),
        ("ALTER TABLE x_deal ADD COLUMN f_strange TEXT", [Difference("+", "column", "x_deal.f_strange")]),
        ("CREATE TABLE x_strange (id TEXT)", [Difference("+", "table", "x_strange")]),
        ("CREATE INDEX ix_x_deal_strange ON x_deal (f_score)", [Difference("+", "index", "ix_x_deal_strange")]),
    ],
)
def test_what_is_missing_or_unknown_is_found(ground, statement, expected):
    ground.apply(DEAL)
    assert differences(ground) == []
    found = differences(ground, statement)
    assert [each for each in found if each.kind not in ("index", "foreign key") or each in expected] == expected


def test_a_missing_index_and_a_missing_key_are_found(ground):
    ground.apply(DEAL)
    (index,) = (each.name for each in ground.release.tables.entity("deal").table.indexes if each.unique)
    assert differences(ground, f"DROP INDEX {index}") == [Difference("-", "index", index)]
    if not ground.database.is_sqlite:
        (key,) = ground.release.tables.entity("deal").table.foreign_key_constraints
        found = differences(ground, f"ALTER TABLE x_deal DROP CONSTRAINT {key.name}")
        assert Difference("-", "foreign key", "x_deal.f_account to x_account on delete SET NULL") in found


def test_a_column_of_another_type_is_found(ground):
    ground.apply(DEAL)
    (found,) = differences(
        ground, "ALTER TABLE x_deal DROP COLUMN f_score", "ALTER TABLE x_deal ADD COLUMN f_score DATE"
    )
    assert (found.sign, found.name) == ("~", "x_deal.f_score")
    assert str(found).startswith("column x_deal.f_score is not as it should be: it is DATE()")


def test_what_is_retired_is_no_difference(ground):
    ground.apply(DEAL)
    ground.apply(DEAL.replace("  score: {type: integer}\n", "").replace("  others: {type: links, to: account}\n", ""))
    ground.apply("entity: account\nfields:\n  name: {type: integer}\n")
    assert differences(ground) == []


def test_a_link_that_leads_nowhere_is_found(ground):
    ground.apply(DEAL)
    account = ground.add("account", name="A")
    ground.add("deal", name="D", account=account)
    if ground.database.is_sqlite:
        loose = ground.database.engine.raw_connection()
        loose.execute("PRAGMA foreign_keys=OFF")
        loose.execute("DELETE FROM x_account")
        loose.close()
        (found,) = differences(ground)
        assert (found.kind, found.reason) == ("row", "it links to a record that is not in x_account")
    else:
        table = ground.release.tables.entity("deal").table
        (key,) = table.foreign_key_constraints
        found = differences(
            ground,
            f"ALTER TABLE x_deal DROP CONSTRAINT {key.name}",
            f"ALTER TABLE x_deal ADD CONSTRAINT {key.name} FOREIGN KEY (f_account) REFERENCES x_account (id) "
            "ON DELETE SET NULL NOT VALID",
        )
        assert found == [Difference("~", "foreign key", str(key.name), "it was never proved")]
