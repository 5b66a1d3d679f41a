"""Random roles over random records: what every path gives is what a slow, plain evaluator allows."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.engine.access.evaluator import Person, World
from tests.engine.conftest import NOW, release_of

from customary.engine import analysis, people, records
from customary.engine.access.shares import share
from customary.engine.database import Database
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.lookup import lookup
from customary.engine.expressions.error import ExpressionError
from customary.engine.people.actor import SYSTEM
from customary.engine.ready import Rows
from customary.engine.records import Cause, Forbidden, Missing, Query, Refused, Work, new_id
from customary.engine.records.reader.at_once import AtOnce, NeedsMore, at_once
from customary.engine.records.reader.recent import recent

ENTITIES = """
entity: user
plays: user
title: name
fields: {name: {type: text}, email: {type: email}, region: {type: text}, team: {type: link, to: team}}
---
entity: team
plays: team
title: name
fields: {name: {type: text}, parent: {type: link, to: team}}
---
entity: firm
title: name
fields:
  name: {type: text, search: true}
  owner: {type: user}
  region: {type: text}
  amount: {type: integer}
  score: {type: integer}
---
entity: deal
title: name
fields:
  name: {type: text, search: true}
  firm: {type: link, to: firm, inverse: deals}
  owner: {type: user}
  region: {type: text}
  amount: {type: integer}
  note: {type: text, search: true}
  firm_score: {type: integer, formula: firm.score}
  lines: {type: lines, of: line.deal}
---
entity: line
title: name
fields:
  deal: {type: link, to: deal, required: true}
  name: {type: text}
  region: {type: text}
  amount: {type: integer}
---
dashboard: whole
tiles:
  firm: {kind: number, of: firm}
  deal: {kind: number, of: deal}
  line: {kind: number, of: line}
  deal_amount: {kind: number, of: deal, sum: amount}
  deal_note: {kind: bar, of: deal, by: note}
  deal_region: {kind: table, of: deal, columns: [name], where: region != "none"}
---
role: admin
admin: true
---
"""
FEW = 10
WORLDS = int(os.environ.get("CUSTOMARY_WORLDS", FEW))
"""More of them, each time others: CUSTOMARY_WORLDS=500 pytest tests/engine/access/test_every_path.py"""
REGIONS = st.sampled_from(["north", "south", None])
AMOUNTS = st.sampled_from([None, 1, 7, 9])
TEAMS = {"Top": None, "Left": "Top", "Leaf": "Left", "Right": "Top"}
COMMON = [
    "all",
    "none",
    "=region == user.region",
    "=!(region == user.region)",
    "=amount > 7 || region == user.region && amount != 1",
    "=amount > 5",
]


def grants(rules: list[str], fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    said = st.sampled_from(rules)
    marks = st.dictionaries(st.sampled_from(fields), st.sampled_from(["hidden", "read_only", "on_create"]), max_size=2)
    acts = {"read": said, "update": said, "export": said}
    deny = st.sampled_from([False, False, True])
    return st.fixed_dictionaries({**acts, "fields": marks, "deny": deny})


ROLE = st.fixed_dictionaries(
    {},
    optional={
        "firm": grants([*COMMON, "own", "team"], ["region", "score"]),
        "deal": grants([*COMMON, "own", "team", "=firm.owner == user"], ["region", "amount", "note"]),
        "line": grants(COMMON, ["region"]),
    },
)
WHO = st.sampled_from(["Ann", "Bob", "Eve", None])
WORLD = st.fixed_dictionaries(
    {
        "roles": st.fixed_dictionaries({"one": ROLE, "two": ROLE, "three": ROLE}),
        "held": st.lists(st.sets(st.sampled_from(["one", "two", "three"]), min_size=1), min_size=3, max_size=3),
        "teams": st.lists(st.sampled_from([*TEAMS, None]), min_size=3, max_size=3),
        "regions": st.lists(REGIONS, min_size=3, max_size=3),
        "firms": st.lists(st.tuples(WHO, REGIONS, AMOUNTS), min_size=3, max_size=3),
        "deals": st.lists(
            st.tuples(WHO, REGIONS, AMOUNTS, st.sampled_from(["F0", "F1", "F2", None])), min_size=5, max_size=5
        ),
        "lines": st.lists(st.tuples(st.sampled_from(["D0", "D1", "D2"]), REGIONS, AMOUNTS), min_size=3, max_size=3),
        "shares": st.lists(
            st.tuples(
                st.sampled_from(["D0", "D1", "D2"]),
                st.sampled_from([("person", "Ann"), ("person", "Eve"), ("team", "Left"), ("team", "Top")]),
                st.booleans(),
                st.booleans(),
            ),
            min_size=2,
            max_size=4,
        ),
    }
)


def world_of(drawn: dict[str, Any]) -> World:
    names = ("Ann", "Bob", "Eve")
    persons = {
        name: Person(name, sorted(drawn["held"][at]), drawn["regions"][at], drawn["teams"][at])
        for at, name in enumerate(names)
    }
    firms = {
        f"F{at}": {"owner": owner, "region": region, "amount": amount}
        for at, (owner, region, amount) in enumerate(drawn["firms"])
    }
    deals = {
        f"D{at}": {"owner": owner, "region": region, "amount": amount, "firm": firm}
        for at, (owner, region, amount, firm) in enumerate(drawn["deals"])
    }
    lines = {
        f"L{at}": {"deal": deal, "region": region, "amount": amount}
        for at, (deal, region, amount) in enumerate(drawn["lines"])
    }
    shares = [(deal, *to, writing, in_force) for deal, to, writing, in_force in drawn["shares"]]
    return World(drawn["roles"], persons, TEAMS, {"firm": firms, "deal": deals, "line": lines}, shares)


class Played:
    """A world in the database, within one transaction."""

    def __init__(self, connection: Any, world: World) -> None:
        roles = "\n---\n".join(
            yaml.safe_dump({"role": name, "entities": said, "dashboards": ["whole"]}, sort_keys=False)
            for name, said in world.roles.items()
        )
        self.connection, self.world = connection, world
        self.release = release_of(ENTITIES + roles, connection.dialect.name == "sqlite")
        self.work = self.as_(SYSTEM)
        self.ids: dict[str, Any] = {}
        for name, above in TEAMS.items():
            self.ids[name] = records.create(self.work, "team", {"name": name, "parent": self.ids.get(above)})
        for who in world.people.values():
            id = people.add(self.work, f"{who.name}@example.com", None, who.roles, who.name)
            records.update(self.work, "user", id, {"region": who.region, "team": self.ids.get(who.team)})
            self.ids[who.name] = id
        for entity in ("firm", "deal", "line"):
            for at, (name, values) in enumerate(world.records[entity].items()):
                linked = {key: self.ids.get(value) for key, value in values.items() if key in ("owner", "firm", "deal")}
                extra = {"firm": {"score": at}, "deal": {"note": f"hint{at}"}, "line": {}}[entity]
                self.ids[name] = records.create(
                    self.work, entity, {**values, **linked, **extra, "name": f"name {name}"}
                )
        self.names = {id: name for name, id in self.ids.items()}
        for deal, kind, to, writing, in_force in world.shares:
            self._share(deal, "user" if kind == "person" else "team", to, writing, in_force)

    def as_(self, actor: Any) -> Work:
        return Work(self.connection, self.release, actor, NOW, Cause("api"))

    def of(self, who: Person) -> Work:
        return self.as_(people.actor_of_user(self.connection, self.ids[who.name], self.release))

    def named(self, ids: Any) -> set[str]:
        return {self.names[id] for id in ids}

    def _share(self, deal: str, column: str, to: str, writing: bool, in_force: bool) -> None:
        until = NOW.date() if in_force else NOW.date() - timedelta(days=1)
        row = {"id": new_id(), "entity": "deal", "record": self.ids[deal], column: self.ids[to], "writing": writing}
        self.connection.execute(share.insert().values(**row, until=until, at=NOW))


@contextmanager
def refused_unless(seen: bool):
    """What asks for a hidden field is refused; what asks for one that is seen is not."""
    if seen:
        yield
    else:
        with pytest.raises((Refused, ExpressionError, Missing, Forbidden)):
            yield


@pytest.fixture
def prepared(database):
    with database.write() as connection:
        release_of(ENTITIES, database.is_sqlite).tables.metadata.create_all(connection)
    return database


def test_every_path_gives_what_the_evaluator_allows(prepared):
    worlds = WORLDS if prepared.is_sqlite else max(WORLDS // 3, 1)
    always = WORLDS == FEW

    @settings(max_examples=worlds, deadline=None, derandomize=always, phases=[Phase.generate], database=None)
    @given(drawn=WORLD)
    def play(drawn: dict[str, Any]) -> None:
        _play(prepared, world_of(drawn))

    play()


def _play(database: Database, world: World) -> None:
    with database.trial(brief=True) as connection:
        played = Played(connection, world)
        for who in world.people.values():
            work = played.of(who)
            for entity in ("firm", "deal", "line"):
                _lists(played, work, who, entity)
                _fields(played, work, who, entity)
                _single_records(played, work, who, entity)
            _dashboard(played, work, who)
            _steps_over_links(played, work, who)
            _changes(played, work, who)


def _lists(played: Played, work: Work, who: Person, entity: str) -> None:
    world = played.world
    allowed = {name for name in world.records[entity] if world.may(who, "read", entity, name)}
    if not work.access.may(entity, "read"):
        assert allowed == set()
        for ask in (records.select, records.count):
            with pytest.raises(Forbidden):
                ask(work, entity, Query())
        return
    page = records.select(work, entity, Query(count="exact"))
    assert played.named(each.id for each in page.records) == allowed
    assert page.count == len(allowed) == records.count(work, entity)
    assert sum(group.count for group in records.aggregate(work, entity)) == len(allowed)
    assert played.named(hit.id for hit in records.options(work, entity)) == allowed
    assert played.named(hit.id for hit in records.options(work, entity, "name")) == allowed
    assert set(lookup(work, entity).exact) == {f"name {name}" for name in allowed}
    assert (
        played.named(id for _, id in records.titles(work, [(entity, played.ids[n]) for n in world.records[entity]]))
        == allowed
    )
    if entity != "line":
        assert played.named(hit.id for hit in records.search(work, "name", entity=entity)) == allowed
    exported = {name for name in allowed if world.may(who, "export", entity, name)}
    if work.access.may(entity, "export"):
        rows = json.loads(b"".join(export_rows(work, entity, "json")))
        assert {row["name"].split()[1] for row in rows} == exported
    else:
        assert exported == set()


def _fields(played: Played, work: Work, who: Person, entity: str) -> None:
    if not work.access.may(entity, "read"):
        return
    for name in ("region", "amount", "note", "score", "firm_score"):
        if name not in work.model.entities[entity].fields:
            continue
        seen = played.world.sees(who, entity, name)
        for each in records.select(work, entity, Query()).records:
            assert (name in each.values) is seen
            assert (name in records.get(work, entity, each.id).values) is seen
        with refused_unless(seen):
            records.select(work, entity, Query(sort=((name, True),)))
        with refused_unless(seen):
            records.select(work, entity, Query(fields=(name,)))
        with refused_unless(seen):
            records.aggregate(work, entity, [name])
        with refused_unless(seen):
            records.compile_where(work, entity, f"{name} != null")
        if name == "amount":
            with refused_unless(seen):
                records.aggregate(work, entity, sums=[name], maxs=[name])
        if name == "note":
            found = records.search(work, "hint1", entity=entity)
            assert played.named(each.id for each in found) == ({"D1"} & _readable(played, who) if seen else set())


def _dashboard(played: Played, work: Work, who: Person) -> None:
    """A tile tells of what may be read, and nothing at all where it asks for a hidden field."""
    for answer in analysis.tell(work, "whole"):
        entity, _, name = answer.tile.name.partition("_")
        seen = work.access.may(entity, "read") and (not name or played.world.sees(who, entity, name))
        assert answer.closed is not seen
        if answer.closed:
            assert answer.figures == () and answer.page is None
        elif not name:
            assert answer.figures[0].value == len(_readable(played, who, entity))
        elif name == "amount":
            amounts = [played.world.records[entity][each]["amount"] for each in _readable(played, who, entity)]
            assert answer.figures[0].value == sum(each or 0 for each in amounts)
        elif name == "note":
            assert {each.key for each in answer.figures} == {f"hint{each[1:]}" for each in _readable(played, who)}


def _readable(played: Played, who: Person, entity: str = "deal") -> set[str]:
    return {name for name in played.world.records[entity] if played.world.may(who, "read", entity, name)}


def _single_records(played: Played, work: Work, who: Person, entity: str) -> None:
    world, asked = played.world, at_once(work, entity)
    for name in world.records[entity]:
        id = played.ids[name]
        _at_once(work, asked, id, world.may(who, "read", entity, name))
        if not world.may(who, "read", entity, name):
            for ask in (records.get, records.history):
                with pytest.raises(Missing):
                    ask(work, entity, id)
            continue
        told = {field for change in records.history(work, entity, id).changes for field in change.names}
        unseen = {field for field in ("region", "amount", "note", "score") if not world.sees(who, entity, field)}
        assert not told & unseen
        if entity == "deal":
            lines = records.get(work, entity, id).values["lines"]
            inside = {line for line, values in world.records["line"].items() if values["deal"] == name}
            assert played.named(lines) == inside & _readable(played, who, "line")


def _at_once(work: Work, told: AtOnce | None, id: Any, allowed: bool) -> None:
    """What is asked over a wire, which does not see what is not committed, asked on this connection instead."""
    if told is None:
        assert work.is_sqlite or not allowed
        return
    driven = work.connection.connection.dbapi_connection
    result = driven.pgconn.exec_params(told.ready.text, told.ready.values({"id": id}))
    assert (result.ntuples == 1) is allowed, result.error_message
    if allowed:
        with suppress(NeedsMore):
            assert told.record(Rows(told.ready, driven, result)[0]) == records.get(work, told.entity, id)


def _steps_over_links(played: Played, work: Work, who: Person) -> None:
    world = played.world
    if work.access.may("deal", "read"):
        with refused_unless(work.access.may("firm", "read") and world.sees(who, "firm", "region")):
            where = records.compile_where(work, "deal", 'firm.region == "north"')
            found = records.select(work, "deal", Query(where=where)).records
            firms = {
                name for name in _readable(played, who, "firm") if world.records["firm"][name]["region"] == "north"
            }
            expected = {name for name in _readable(played, who) if world.records["deal"][name]["firm"] in firms}
            assert played.named(each.id for each in found) == expected
            groups = records.aggregate(work, "deal", ["firm.region"])
            assert sum(group.count for group in groups if group.key["firm.region"] == "north") == len(expected)
        for each in records.select(work, "deal", Query()).records:
            firm = world.records["deal"][played.names[each.id]]["firm"]
            known = {name for entity, id in each.titles if entity == "firm" for name in (played.names[id],)}
            assert known <= _readable(played, who, "firm")
            assert firm not in _readable(played, who, "firm") or firm in known
    if work.access.may("firm", "read"):
        with refused_unless(world.sees(who, "firm", "region")):
            records.compile_where(work, "firm", 'record.region == "north"')
        where = records.compile_where(work, "firm", "size(deals) > 0")
        found = records.select(work, "firm", Query(where=where)).records
        with_deals = {world.records["deal"][name]["firm"] for name in _readable(played, who)}
        assert played.named(each.id for each in found) == with_deals & _readable(played, who, "firm")


def _changes(played: Played, work: Work, who: Person) -> None:
    world = played.world
    lately = {played.names[each.record] for each in recent(work, 100).changes if each.record in played.names}
    assert lately & {*world.records["deal"]} == _readable(played, who)
    for name in world.records["deal"]:
        savepoint = work.connection.begin_nested()
        try:
            records.update(work, "deal", played.ids[name], {"name": f"other {name}"})
            written = True
        except (Missing, Forbidden, Refused):
            written = False
        finally:
            savepoint.rollback()
        assert written is (world.may(who, "read", "deal", name) and world.may(who, "update", "deal", name))
