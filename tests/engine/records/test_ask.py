"""What a database cannot answer because of what was typed is refused with its reason; all else is a failure."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.records.ask import ask
from customary.engine.records.refusal import Refused

GREATEST = 2**63 - 1


def asked(database: Database, statement: str) -> None:
    with database.read() as connection:
        ask(SimpleNamespace(connection=connection), sa.text(statement), {})


def reason(database: Database, statement: str) -> str:
    with pytest.raises(Refused) as refused:
        asked(database, statement)
    return str(refused.value.problems[0].reason)


def test_a_value_out_of_range_is_told(database: Database) -> None:
    added = f"SELECT sum(x) FROM (SELECT {GREATEST} AS x UNION ALL SELECT {GREATEST}) AS t"
    statement = added if database.is_sqlite else f"SELECT {GREATEST}::bigint + 1"
    assert reason(database, statement) == "cannot be asked for that: a value is out of range"


@pytest.mark.parametrize("deep", ["(" * 150 + "1" + ")" * 150, "1+" * 1_500 + "1"])
def test_what_sqlite_cannot_parse_is_told_as_that(database: Database, deep: str) -> None:
    if not database.is_sqlite:
        asked(database, f"SELECT {deep}")
        return
    assert reason(database, f"SELECT {deep}") == "cannot be asked for that: the conditions are nested too deep"


def test_a_mistake_of_ours_is_no_refusal(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        asked(database, "SELECT nothing FROM nowhere")
