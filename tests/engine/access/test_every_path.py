"""Random roles over random records: what every path gives is what a slow, plain evaluator allows."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from tests.engine.access.evaluator import Person, World
from tests.engine.access.played import ENTITIES, WORLD, Played, world_of
from tests.engine.conftest import release_of

from customary.engine import analysis, expressions, messages, records
from customary.engine.database import Database
from customary.engine.exchange.columns import guess
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import DOUBLE, REFUSED, dry_run
from customary.engine.exchange.lookup import lookup
from customary.engine.exchange.sheet import Row, Sheet
from customary.engine.expressions.error import ExpressionError
from customary.engine.messages.correspondence import posts
from customary.engine.ready import Rows
from customary.engine.records import Forbidden, Missing, Query, RecordScope, Refused, Work, storage
from customary.engine.records.reader.at_once import AtOnce, NeedsMore, at_once
from customary.engine.records.reader.recent import recent
from customary.engine.records.told import Told, may_know_now
from customary.engine.records.typed import names_of

FEW = 10
WORLDS = int(os.environ.get("CUSTOMARY_WORLDS", FEW))
"""More of them, each time others: CUSTOMARY_WORLDS=500 pytest tests/engine/access/test_every_path.py"""


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
        told = _write_letters(played)
        for who in world.people.values():
            work = played.of(who)
            for entity in ("firm", "deal", "line"):
                _lists(played, work, who, entity)
                _fields(played, work, who, entity)
                _single_records(played, work, who, entity)
            _dashboard(played, work, who)
            _steps_over_links(played, work, who)
            _board(played, work, who)
            _letters(played, work, who, told)
            _changes(played, work, who)
            _new_ones(played, work, who)
            _duplicates(played, work, who)


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
    assert played.named(each.id for each in records.look(work, entity, Query()).records) == allowed
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
    for name, values in world.records["deal"].items():
        may = name in _readable(played, who) and world.may(who, "update", "deal", name)
        assert _is_written(played, work, name, {"name": f"other {name}"}) is may
        world.records["deal"][name] = {**values, "region": "south"}
        after = world.may(who, "update", "deal", name) and world.may_give(who, "deal", "region")
        world.records["deal"][name] = values
        same = values["region"] == "south" and world.sees(who, "deal", "region")
        assert _is_written(played, work, name, {"region": "south"}) is (may and (after or same))


def _is_written(played: Played, work: Work, name: str, values: dict[str, Any]) -> bool:
    savepoint = work.connection.begin_nested()
    try:
        records.update(work, "deal", played.ids[name], values)
    except (Missing, Forbidden, Refused):
        return False
    finally:
        savepoint.rollback()
    return True


def _board(played: Played, work: Work, who: Person) -> None:
    """Who may not see the stage has no board; nobody sees a sum of what they may not see."""
    view, deals = work.model.entities["deal"].views["board"], played.world.records["deal"]
    with refused_unless(work.access.may("deal", "read") and played.world.sees(who, "deal", "stage")):
        for column in records.board(work, view).columns:
            there = {name for name in _readable(played, who) if deals[name]["stage"] == column.stage.name}
            assert played.named(each.id for each in column.page.records) == there
            assert column.count == len(there)
            amounts = [deals[name]["amount"] for name in there if deals[name]["amount"] is not None]
            seen = played.world.sees(who, "deal", "amount")
            assert column.sum == (sum(amounts) if amounts and seen else None)


READ = ("note", "region", "firm.region", "firm_score", "lines.sum(l, l.amount)")
"""What the texts of rules hold."""
WRITTEN_ABOUT = ("D0", "D1")


def _write_letters(played: Played) -> dict[tuple[str, str], Told]:
    """A rule, which reads with all rights, tells each of these in a mail about a deal, and in a call of another system;
    what it read for that."""
    found = {}
    for name in WRITTEN_ABOUT:
        about = ("deal", played.ids[name])
        for text in READ:
            scope = RecordScope(played.work, "deal", storage.load(played.work, *about))
            scope.told = found[name, text] = Told()
            expressions.compile(text, names_of(played.work, "deal")).evaluate(scope)
            details = {"shown": True, "tells": scope.told.to_json(played.work, about)}
            messages.write(played.work, "someone@example.com", text, "said", about=about, details=details)
            messages.put_call(played.work, "POST", "https://example.com", text, headers={}, about=about)
    return found


def _letters(played: Played, work: Work, who: Person, told: dict[tuple[str, str], Told]) -> None:
    """A text is for who may read all that it tells; what other systems were sent is for nobody but administrators."""
    for name in {*WRITTEN_ABOUT} & _readable(played, who):
        known = {text for text in READ if _may_know(played, who, name, text)}
        shown = posts(work, "deal", played.ids[name])
        assert len(shown) == len(READ)
        assert {each.subject for each in shown if each.text} == known
        assert {text for text in READ if may_know_now(RecordScope(work), told[name, text])} == known


def _may_know(played: Played, who: Person, name: str, text: str) -> bool:
    world = played.world
    if text == "firm.region":
        firm = world.records["deal"][name]["firm"]
        return firm is None or (world.may(who, "read", "firm", firm) and world.sees(who, "firm", "region"))
    if text.startswith("lines"):
        inside = {line for line, values in world.records["line"].items() if values["deal"] == name}
        return inside <= _readable(played, who, "line")
    return world.sees(who, "deal", text)


def _new_ones(played: Played, work: Work, who: Person) -> None:
    """Many at once: those go in that their maker may create, and none that gives a field a value that they may not."""
    world, deals = played.world, played.world.records["deal"]
    open = {name for name in ("region", "amount") if world.may_give(who, "deal", name, new=True)}
    rows, allowed = [], []
    for owner, region, amount in ((who.name, "north", 1), (None, "south", 9), (who.name, who.region, 7)):
        given = {"region": region, "amount": amount}
        deals["new"] = {"owner": owner, "firm": None, "region": None, "amount": None} | {
            each: given[each] for each in open
        }
        allowed.append(world.may(who, "create", "deal", "new"))
        rows.append({"owner": played.ids.get(owner), "name": "new"} | {each: given[each] for each in open})
        del deals["new"]
    allowed += [False] * (2 - len(open))
    rows += [{"owner": played.ids[who.name], "name": "new", each: 9} for each in {"region", "amount"} - open]
    savepoint, made = work.connection.begin_nested(), [None] * len(rows)
    with suppress(Forbidden):
        made = records.create_many(work, "deal", rows, lambda at, problems: None)
    savepoint.rollback()
    assert [id is not None for id in made] == allowed


def _duplicates(played: Played, work: Work, who: Person) -> None:
    """An import takes for a duplicate what its maker may read, and does not tell of other records."""
    if not work.access.may("deal", "create"):
        return
    names = [*played.world.records["deal"]]
    sheet = Sheet(("name",), tuple(Row(line, (f"name {name}",)) for line, name in enumerate(names, 2)))
    trial = work.connection.begin_nested()
    report = dry_run(work, "deal", sheet, guess(work, "deal", sheet))
    trial.rollback()
    for name, verdict in zip(names, report.verdicts, strict=True):
        assert verdict.word == REFUSED or (verdict.word == DOUBLE) is (name in _readable(played, who))
