"""What a right says to somebody of whom something is not set: the same in Python and in SQL, and never more."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.expressions import Expression, compile
from customary.engine.expressions.unset import guarded

from .conftest import NOW, TABLES, ZONE, House

UNSET = {"id": None, "name": None, "quota": None, "boss": None, "skills": ()}
NOTHING, EVERYTHING = False, True


@pytest.mark.parametrize(
    ("text", "grants", "expected"),
    [
        ("helper == user.boss", True, NOTHING),
        ("helper != user.boss", True, NOTHING),
        ("!(helper == user.boss)", True, NOTHING),
        ("note == lower(user.name)", True, NOTHING),
        ("note in [user.name, 'x']", True, NOTHING),
        ("!(user.name in tags)", True, NOTHING),
        ("count > user.quota || owner == user", True, NOTHING),
        ("!tasks.exists(t, t.owner == user.boss)", True, NOTHING),
        ("open ? helper == user.boss : note == user.name", True, NOTHING),
        ("helper == user.boss ? false : true", True, NOTHING),
        ("helper == user.boss", False, EVERYTHING),
        ("helper != user.boss", False, EVERYTHING),
        ("!(helper == user.boss)", False, EVERYTHING),
        ("count > user.quota", False, EVERYTHING),
        ("user.boss == null", True, EVERYTHING),
        ("user.boss == null ? true : helper == user.boss", True, EVERYTHING),
        ("coalesce(user.name, 'any') == 'any'", True, EVERYTHING),
        ("user.name == null && coalesce(user.quota, 0) == 0 || helper == user.boss", True, EVERYTHING),
    ],
)
def test_a_comparison_with_what_the_user_lacks_opens_nothing(
    filled: Database, house: House, text: str, grants: bool, expected: bool
) -> None:
    found = guarded(compile(text, house.names), grants)
    everything = sorted(each["id"] for each in house.records["deal"])
    for user in (None, UNSET):
        values = SimpleNamespace(now=NOW, zone=ZONE, user=user, currency="EUR", bindings={})
        with filled.read() as connection:
            asked = connection.scalars(sa.select(TABLES["deal"].c.id).where(found.clause(house.rows, values))).all()
        told = [each["id"] for each in house.records["deal"] if _holds(found, house, each, user)]
        assert sorted(asked) == sorted(told) == (everything if expected else [])


def test_who_has_all_that_is_compared_gets_the_same_as_without(house: House) -> None:
    for text in ("owner == user", "count > user.quota || note != user.name", "!(helper == user.boss)"):
        plain = compile(text, house.names)
        for person in house.records["person"]:
            if all(person[name] is not None for name in ("name", "quota", "boss")):
                for each in house.records["deal"]:
                    assert _holds(guarded(plain, True), house, each, person) is _holds(plain, house, each, person)


def test_an_index_still_serves(house: House) -> None:
    found = guarded(compile("owner == user", house.names), grants=True)
    clause = found.clause(house.rows, house.values).compile(compile_kwargs={"literal_binds": True})
    assert str(clause) == "deal.owner = '00000001000000000000000000000000'"


def _holds(condition: Expression, house: House, record: Mapping[str, Any], user: Mapping[str, Any] | None) -> bool:
    scope = house.scope(record)
    scope.bindings = {**scope.bindings, "user": user}
    return condition.holds(scope)
