"""What a plan notes of a rule: how often it would have begun, and for how many records each time."""

from __future__ import annotations

from pathlib import Path

from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM
from customary.engine.records.write import create
from customary.engine.workspace import Workspace

from .test_analyse import SCHEMA, rule


def test_a_plan_notes_how_much_a_new_rule_will_have_to_do(database: Database, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: House\npacks: []\n")
    (tmp_path / "schemas" / "visit.yaml").write_text(SCHEMA)
    workspace = Workspace(tmp_path, database)
    workspace.prepare()
    workspace.apply(by="test")
    with database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        visits = [create(work, "visit", {"hours": hours}) for hours in (1, 6, 7)]
        for visit in (*visits, *visits):
            create(work, "report", {"visit": visit})
    loop = "[{for_each: {in: reports, as: one, do: [{update: {record: =one, set: {name: A}}}]}}]"
    (tmp_path / "schemas" / "rules.yaml").write_text(rule("a", "{created: visit}", loop, where="hours > 5")[:-4])
    [note] = workspace.plan().warnings
    assert note.severity == "note" and (note.place.line, note.place.column) == (2, 1)
    assert note.summary == "in the last 30 days a would have begun 2 times, each time for about 2 records"
    assert workspace.plan(quick=True).warnings == ()
    workspace.apply(by="test")
    assert workspace.plan().warnings == ()
