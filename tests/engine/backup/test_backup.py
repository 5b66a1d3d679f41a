"""A backup holds everything, is made while others write, and gives the same workspace on either database."""

from __future__ import annotations

import json
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records
from customary.engine.backup import backup, restore
from customary.engine.fields import kinds
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import prove
from customary.engine.plan.applying.journal import journal
from customary.engine.records import secrets
from customary.engine.workspace import Workspace, create

from .conftest import definitions, ids


def contents(path: Path) -> dict[str, Any]:
    """What a backup holds, without the order of rows and how the manifest came about."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist() if name not in ("manifest.json", "files.tar")}
        tables = json.loads(file.read("manifest.json"))["tables"]
    shapes = {each["name"]: {**each, "columns": sorted(each["columns"])} for each in tables}
    return {
        **{name: sorted(in_order(data, shapes[name[5:-6]], tables)) if name.startswith("rows/") else data
           for name, data in parts.items()},
        "tables": {name: portable(shape) for name, shape in shapes.items()},
    }  # fmt: skip


def in_order(data: bytes, shape: dict[str, Any], tables: list[Any]) -> list[str]:
    names = [column[0] for each in tables if each["name"] == shape["name"] for column in each["columns"]]
    rows = (dict(zip(names, json.loads(line), strict=True)) for line in data.splitlines())
    return [json.dumps(row, sort_keys=True) for row in rows]


def portable(shape: dict[str, Any]) -> dict[str, Any]:
    """SQLite counts rows by its own integers."""
    columns = [[name, "whole" if kind == "integer" else kind, null] for name, kind, null in shape["columns"]]
    return {**shape, "columns": columns, "keys": sorted(shape["keys"])}


def settings_without_database(found: dict[str, Any]) -> dict[str, Any]:
    text = found["workspace/customary.yaml"].decode()
    lines = [line for line in text.splitlines() if not line.startswith("database:")]
    return {**found, "workspace/customary.yaml": lines}


def answers(workspace: Workspace, key: str) -> dict[str, Any]:
    """What the API says of the records."""
    addresses = ["/api/thing?limit=50", "/api/thing?text=again", "/api/deal/aggregate?count=*&group=stage&sum=amount"]
    addresses += [f"/api/thing/{id}{more}" for id in ids(workspace) for more in ("", "/history")]
    with TestClient(create_app(workspace)) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        found = {each: client.get(each) for each in addresses}
        assert {answer.status_code for answer in found.values()} == {200}, found
        said = {each: answer.json() for each, answer in found.items()}
        for id in ids(workspace):
            files = said[f"/api/thing/{id}"]["a_files"]
            for each in files:
                said[each["id"]] = client.get(f"/api/file/{each['id']}").content
    return said


@pytest.fixture
def saved(full: Workspace, tmp_path: Path) -> Path:
    backup(full, tmp_path / "full.zip")
    return tmp_path / "full.zip"


@pytest.fixture
def restored(saved: Path, tmp_path: Path, empty_url: str | None) -> Any:
    restore(saved, tmp_path / "again", empty_url)
    workspace = Workspace.open(tmp_path / "again")
    yield workspace
    workspace.close()


def test_every_kind_of_field_is_in_it() -> None:
    assert [kind for kind in kinds() if f"a_{kind}:" not in definitions(former=False)] == []


def test_nothing_differs_after_a_restore_on_either_database(
    full: Workspace, saved: Path, restored: Workspace, tmp_path: Path
) -> None:
    backup(restored, tmp_path / "second.zip")
    before, after = (settings_without_database(contents(tmp_path / name)) for name in ("full.zip", "second.zip"))
    assert after.keys() == before.keys()
    for name, value in before.items():
        assert after[name] == value, name
    assert len(before["rows/x_thing.jsonl"]) == len(ids(full)) > 3
    assert len(before["rows/x_old.jsonl"]) == len(ids(full)), "what is retired is kept too"


def test_the_schema_is_what_the_release_calls_for(full: Workspace, restored: Workspace) -> None:
    for workspace in (full, restored):
        with workspace.database.read() as connection:
            assert prove(connection, workspace.release.tables) == []


def test_the_api_answers_as_before(full: Workspace, tmp_path: Path, empty_url: str | None) -> None:
    with full.database.write() as connection:
        work = full.work(connection, SYSTEM)
        ann = people.find(connection, "ann@example.com")
        key = people.add_key(connection, ann.user_id, "test", work.now)
    backup(full, tmp_path / "full.zip")
    restore(tmp_path / "full.zip", tmp_path / "again", empty_url)
    restored = Workspace.open(tmp_path / "again")
    assert answers(restored, key) == answers(full, key)
    restored.close()


def test_work_goes_on_after_a_restore(full: Workspace, restored: Workspace) -> None:
    first = ids(full)[0]
    with restored.database.write() as connection:
        work = restored.work(connection, SYSTEM)
        assert secrets.reveal(work, "thing", first, "a_secret") == "pssst 0"
        id = records.create(work, "thing", {"name": "New"})
        records.create(work, "piece", {"thing": id, "text": "One"})
        made = records.get(work, "thing", id).values
        assert (made["a_auto_number"], made["pieces"]) == (f"T-{len(ids(full)) + 1:04}", 1)
        assert [hit.id for hit in records.search(work, "New", entity="thing")] == [id]
    assert {(each.kind, each.key) for each in restored.plan().lines} <= {("workspace", "database")}


def test_a_backup_of_a_half_applied_release_goes_back_to_the_whole_one(tmp_path: Path, database_url: str) -> None:
    create(tmp_path / "half", ["core"], database_url)
    half = Workspace.open(tmp_path / "half")
    half.apply(by="test")
    with half.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE x_account ADD COLUMN f_half TEXT")
        connection.exec_driver_sql("CREATE TABLE x_half (id TEXT)")
        made = [["column", "x_account", "f_half"], ["table", "x_half", ""]]
        row = {"number": 2, "made": made, "turns": [], "switched": False, "applied_by": "ann"}
        connection.execute(journal.insert(), {**row, "began_at": datetime.now(UTC)})
    backup(half, tmp_path / "half.zip")
    half.close()
    restore(tmp_path / "half.zip", tmp_path / "whole", "sqlite:///customary.db")
    whole = Workspace.open(tmp_path / "whole")
    whole.recover()
    with whole.database.read() as connection:
        assert prove(connection, whole.release.tables) == []
    whole.close()


def test_it_shows_one_moment_while_others_write(full: Workspace, tmp_path: Path) -> None:
    stop, written = threading.Event(), []

    def keep_writing() -> None:
        while not stop.is_set():
            with full.database.write() as connection:
                work = full.work(connection, SYSTEM)
                account = records.create(work, "account", {"name": f"Twin {len(written)}"})
                records.create(work, "team", {"name": f"Twin {len(written)}"})
            written.append(account)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        before = len(written)
        backup(full, tmp_path / "busy.zip")
        assert len(written) > before, "nobody waits for a backup"
    finally:
        stop.set()
        writer.join()
    found = contents(tmp_path / "busy.zip")
    accounts = [row for row in found["rows/x_account.jsonl"] if '"Twin ' in row]
    teams = [row for row in found["rows/x_team.jsonl"] if '"Twin ' in row]
    history = [row for row in found["rows/customary_change.jsonl"] if '"Twin ' in row and '"created"' in row]
    assert before <= len(accounts) == len(teams) == len(history) / 2 <= len(written)
