"""Every statement that reads records for a page or a program carries the rule of their reader.

Somebody holds a role with a rule of its own for each entity. Whatever statement names a table of records while they
try every address must carry that table's rule, or come from a place that is named here with the reason why it need not.
So a way to records that is added later and has no door is noticed by its first statement.
"""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections import defaultdict
from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.expressions import compile as compile_expression
from customary.engine.model.model import Model
from customary.engine.model.names import ModelNames, World
from customary.engine.model.role import Grant, Role
from customary.engine.words import Words

from .test_every_door import filled, routes

THROUGH = ("records/ask.py", "records/storage.py", "threads.py", "database.py")
WITHOUT_RULE = {
    "people/recognise.py:_actor": "who comes is found by their session or key, with their own record",
    "people/overview.py:one_person": "an account, which is let in only while its record is there: nothing else of that",
    "records/reader/whole.py:whole": "one record by its id, of which `records.get` then asks the rule",
    "records/reader/explain.py:explain": "one record by its id, after `records.get`: it is told why the rule holds",
    "records/reader/select.py:load_records": "rows inside a record, whose ids `records.get` has found by their rule",
    "records/reader/options.py:_details": "pickers read on of what they have found by the rule",
    "records/titles.py:_titles_of": "people here know each other by name (`test_roles.py`: outsiders do not)",
}


@pytest.fixture
def ruled(workspace, signed_in):
    """Somebody who may read everything by rules that tell themselves in each statement, apart from what says itself
    that it reveals more."""
    model = workspace.release.model
    grants = {name: Grant(read=rule_of(name), update=True, fields=revealing(model, name)) for name in model.entities}
    role = Role(name="ruled", label=Words({}), entities=grants, dashboards=("sales",))
    changed = dataclasses.replace(model, roles={**model.roles, "ruled": role}, digest="ruled")
    workspace.releases.keep(dataclasses.replace(workspace.release, model=changed))
    return signed_in("ruled")


def rule_of(entity: str) -> Any:
    return compile_expression(f'"rule of {entity}" != "none"', ModelNames(World(), "", {}))


def revealing(model: Model, entity: str) -> dict[str, str]:
    return {each.name: "hidden" for each in model.entities[entity].fields.values() if each.reveals}


def test_every_statement_carries_the_rule_of_the_records_that_it_reads(ruled, workspace, first, inside):
    inside(records.create, "rate", {"currency": "USD", "value": 2})
    ids = {name: [first(name).id] for name in ("account", "deal", "task", "rate")}
    found: dict[str, set[str]] = defaultdict(set)
    tried = []

    def watch(_: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        for name in workspace.release.model.entities:
            if re.search(rf"\bx_{name}(_\d+)?\b", statement):
                tried.append(name)
                if f"rule of {name}'" not in repr(parameters):
                    found[_place()].add(f"{name}: {statement}")

    for engine in (each for each in vars(workspace.database).values() if isinstance(each, sa.Engine)):
        sa.event.listen(engine, "before_cursor_execute", watch)
    for path in routes(ruled, "GET"):
        for address in filled(path, ids):
            assert ruled.get(address).status_code < 500, address
    assert len(tried) > 500 and len({*tried}) > 6
    assert {place: told for place, told in found.items() if place not in WITHOUT_RULE} == {}
    assert {*found} == {*WITHOUT_RULE}


def _place() -> str:
    """Who asks, nearest to the statement, apart from what others go through."""
    frames = [each for each in traceback.extract_stack() if "/customary/engine/" in each.filename]
    names = [f"{each.filename.rpartition('/customary/engine/')[2]}:{each.name}" for each in frames]
    return next(each for each in reversed(names) if not each.startswith(THROUGH))
