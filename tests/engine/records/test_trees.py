"""A link from an entity to itself may make a tree: ancestors, descendants, and never a circle."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Query, RecordScope, Refused, storage
from customary.engine.records.reader.options import options

from ..conftest import DEFINITIONS, Crm

TREE = DEFINITIONS.replace("inverse: subteams}", "inverse: subteams, tree: true}").replace(
    "  parent: {type: link", "  depth: {type: integer, formula: size(ancestors) + 1}\n  parent: {type: link"
)
NAMES = ("Top", "Left", "Right", "Leaf", "Lone")


@pytest.fixture
def teams(database: Database) -> tuple[Crm, dict[str, UUID]]:
    """Top over Left and Right, Leaf under Left, and Lone by itself."""
    crm = Crm(database, TREE)
    found: dict[str, UUID] = {}
    for name, parent in zip(NAMES, (None, "Top", "Top", "Left", None), strict=True):
        found[name] = crm.add("team", name=name, parent=found.get(parent or ""))
    return crm, found


CONDITIONS = {
    'ancestors.exists(a, a.name == "Top")': {"Left", "Right", "Leaf"},
    'descendants.exists(d, d.name == "Leaf")': {"Top", "Left"},
    "size(ancestors) == 2": {"Leaf"},
    "size(descendants) == 0": {"Right", "Leaf", "Lone"},
    'descendants.filter(d, d.name != "Leaf").size() > 1': {"Top"},
    'parent.ancestors.exists(a, a.name == "Top")': {"Leaf"},
    'subteams.exists(s, s.descendants.exists(d, d.name == "Leaf"))': {"Top"},
    "parent in ancestors": {"Left", "Right", "Leaf"},
    "depth == 3": {"Leaf"},
    "all(team).exists(t, t.depth == 2 && t.parent.name == name)": {"Top"},
    "descendants.all(d, d.ancestors.exists(a, a.name == name))": set(NAMES),
    'ancestors.last().name == "Left"': {"Leaf"},
    'members.exists(m, m.team.ancestors.exists(a, a.name == "Top"))': {"Leaf"},
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_stands_above_and_below_is_found_alike_in_a_query_and_in_python(
    teams: tuple[Crm, dict[str, UUID]], text: str
) -> None:
    crm, ids = teams
    crm.person("Mary", "seller", team=ids["Leaf"])
    with crm.reading() as work:
        condition = records.compile_where(work, "team", text)
        found = {each.values["name"] for each in records.select(work, "team", Query(where=condition)).records}
        scopes = {name: RecordScope(work, "team", storage.load(work, "team", id)) for name, id in ids.items()}
        assert {name for name, scope in scopes.items() if condition.holds(scope)} == found == CONDITIONS[text]


@pytest.mark.parametrize(("moved", "under"), [("Top", "Top"), ("Top", "Left"), ("Top", "Leaf"), ("Left", "Leaf")])
def test_a_circle_is_refused_at_the_link(teams: tuple[Crm, dict[str, UUID]], moved: str, under: str) -> None:
    crm, ids = teams
    with pytest.raises(Refused) as refused:
        crm.update("team", ids[moved], parent=ids[under])
    (problem,) = refused.value.problems
    assert (problem.field, str(problem.reason)) == ("parent", "must not be the record itself or one below it")


def test_a_branch_may_move(teams: tuple[Crm, dict[str, UUID]]) -> None:
    crm, ids = teams
    crm.update("team", ids["Left"], parent=ids["Lone"])
    assert crm.value("team", ids["Leaf"], "depth") == 3
    crm.update("team", ids["Top"], parent=ids["Leaf"])
    assert crm.value("team", ids["Right"], "depth") == 5


def test_archived_records_are_stepped_over_and_left_out(teams: tuple[Crm, dict[str, UUID]]) -> None:
    crm, ids = teams
    with crm.work() as work:
        records.archive(work, "team", ids["Left"])
    for text, wanted in {"size(descendants) == 2": {"Top"}, "size(ancestors) == 1": {"Right", "Leaf"}}.items():
        with crm.reading() as work:
            condition = records.compile_where(work, "team", text)
            page = records.select(work, "team", Query(where=condition))
            assert {each.values["name"] for each in page.records} == wanted
            scope = RecordScope(work, "team", storage.load(work, "team", ids["Leaf"]))
            assert condition.holds(scope) == ("Leaf" in wanted)


def test_a_circle_that_was_there_before_ends_every_walk(teams: tuple[Crm, dict[str, UUID]]) -> None:
    crm, ids = teams
    table = crm.release.tables.entity("team")
    with crm.database.write() as connection:
        up = {table.column("parent").name: ids["Leaf"]}
        connection.execute(sa.update(table.table).where(table.column("id") == ids["Top"]).values(up))
    with crm.reading() as work:
        condition = records.compile_where(work, "team", "size(ancestors) == 3 && size(descendants) == 4")
        found = records.select(work, "team", Query(where=condition)).records
        assert {each.values["name"] for each in found} == {"Top", "Left", "Leaf"}
        scope = RecordScope(work, "team", storage.load(work, "team", ids["Left"]))
        assert condition.holds(scope)


def test_two_who_move_at_once_make_no_circle(teams: tuple[Crm, dict[str, UUID]]) -> None:
    crm, ids = teams
    start = threading.Barrier(2)

    def move(pair: tuple[str, str]) -> bool:
        start.wait()
        try:
            crm.update("team", ids[pair[0]], parent=ids[pair[1]])
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, [("Right", "Lone"), ("Lone", "Right")])) == [False, True]


def test_a_reader_meets_only_what_they_may_see(database: Database) -> None:
    definitions = TREE.replace("  team: {read: all}", "  team: {read: '=name != \"Top\"'}")
    crm = Crm(database, definitions)
    top = crm.add("team", name="Top")
    left = crm.add("team", name="Left", parent=top)
    crm.add("team", name="Leaf", parent=left)
    with crm.reading(crm.person("Mary", "seller")) as work:
        condition = records.compile_where(work, "team", "size(ancestors) > 0")
        assert [each.values["name"] for each in records.select(work, "team", Query(where=condition)).records] == [
            "Leaf"
        ]


@pytest.mark.parametrize("text", ["", "l"])
def test_options_leave_out_a_branch(teams: tuple[Crm, dict[str, UUID]], text: str) -> None:
    crm, found = teams
    with crm.reading() as work:
        offered = {each.title for each in options(work, "team", text, top=found["Left"])}
    assert offered == ({"Lone"} if text else {"Top", "Right", "Lone"})
