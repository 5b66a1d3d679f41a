"""A restore writes nothing that it has not verified, and nothing over what is there unless it was told to."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine import privacy, records
from customary.engine.backup import Unusable, backup, restore, verified
from customary.engine.database import Database
from customary.engine.messages.outbox import message
from customary.engine.people.actor import SYSTEM
from customary.engine.plan.applying.alone import UnderWay, alone
from customary.engine.records.personal.erased import tombstones
from customary.engine.text.lock import LOCK_FILE
from customary.engine.workspace import Workspace, WrongUse, create

from .conftest import ids

SQLITE = "sqlite:///customary.db"


@pytest.fixture(scope="module")
def saved(full: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "full.zip"
    backup(full, path)
    return path


@pytest.fixture
def other(tmp_path: Path, empty_url: str) -> Workspace:
    """Another workspace with records and a file of definitions of its own."""
    create(tmp_path / "other", ["core"], empty_url, name="Other")
    (tmp_path / "other" / "schemas" / "own.yaml").write_text("entity: own\nfields: {name: {type: text}}\n")
    workspace = Workspace.open(tmp_path / "other")
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        records.create(workspace.work(connection, SYSTEM), "own", {"name": "Kept"})
    return workspace


def refused(path: Path, folder: Path, told: str) -> None:
    """It is refused with these words, and there is nothing afterwards."""
    with pytest.raises(Unusable) as found:
        restore(path, folder, SQLITE)
    assert told in str(found.value)
    assert not folder.exists() or list(folder.iterdir()) == []


def rewritten(saved: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """A backup whose parts are others and whose checksums fit them: what somebody wrote who means harm."""
    with zipfile.ZipFile(saved) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    manifest["parts"] = {name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in parts.items()}
    text = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in {**parts, "manifest.json": text}.items():
            file.writestr(name, data)
        file.comment = b"customary backup sha256:" + hashlib.sha256(text).hexdigest().encode()
    return target


def places(saved: Path) -> dict[str, int]:
    """A byte of every kind of place in the file."""
    with zipfile.ZipFile(saved) as file:
        found = {info.filename: info.header_offset + 100 + info.compress_size // 2 for info in file.infolist()
                 if info.compress_size > 300}  # fmt: skip
        return {**found, "directory": file.start_dir + 60, "comment": saved.stat().st_size - 3}


def test_a_changed_byte_is_found_wherever_it_is(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    wheres = places(saved)
    assert {"rows/x_thing.jsonl", "files.tar", "manifest.json", "workspace/schemas/thing.yaml"} <= set(wheres)
    for place in wheres.values():
        changed = bytearray(whole)
        changed[place] ^= 0x40
        (tmp_path / "bad.zip").write_bytes(changed)
        refused(tmp_path / "bad.zip", tmp_path / "again", str(tmp_path / "bad.zip"))


def test_random_bytes_are_either_found_or_do_not_matter(saved: Path, tmp_path: Path) -> None:
    chance, whole = random.Random(4), saved.read_bytes()
    for _ in range(60):
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        (tmp_path / "bad.zip").write_bytes(changed)
        with contextlib.suppress(Unusable):
            assert verified(tmp_path / "bad.zip").startswith("release 2,")


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_a_file_that_breaks_off_is_refused(saved: Path, tmp_path: Path, part: float) -> None:
    whole = saved.read_bytes()
    (tmp_path / "bad.zip").write_bytes(whole[: int(len(whole) * part)])
    refused(tmp_path / "bad.zip", tmp_path / "again", "is no backup of Customary, or its end is missing")


def test_other_files_are_refused(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear all")
    refused(tmp_path / "text", tmp_path / "again", "is no backup of Customary")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("manifest.json", "{}")
    refused(tmp_path / "other.zip", tmp_path / "again", "is no backup of Customary")
    refused(tmp_path / "absent.zip", tmp_path / "again", "cannot be read: No such file")


def set_format(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["format"] = 2


def add_column(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    (table,) = (each for each in manifest["tables"] if each["name"] == "customary_change")
    table["columns"].append(["mood", "text", True])


def add_table(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["tables"].append({"name": "pg_authid", "columns": [], "primary": [], "keys": [], "lasting": {}})
    parts["rows/pg_authid.jsonl"] = b""


def rename_column(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    (table,) = (each for each in manifest["tables"] if each["name"] == "x_thing")
    table["columns"][-1][0] = 'a"; DROP TABLE x_user; --'


def drop_rows(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["rows/x_thing.jsonl"] = b"".join(parts["rows/x_thing.jsonl"].splitlines(keepends=True)[1:])


def shorten_row(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["rows/x_thing.jsonl"] = b"[1]\n"


def break_value(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    rows = [json.loads(line) for line in parts["rows/x_thing.jsonl"].splitlines()]
    rows[0][[name for name, *_ in table_of(manifest, "x_thing")].index("created_at")] = "some day"
    parts["rows/x_thing.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def table_of(manifest: dict[str, Any], name: str) -> Any:
    return next(each["columns"] for each in manifest["tables"] if each["name"] == name)


def deepen(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["rows/x_thing.jsonl"] = b"[" * 200_000 + b"\n"


def leave(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["workspace/../../outside.yaml"] = b"entity: x\n"


def leave_by_root(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["workspace//etc/cron.d/x"] = b"entity: x\n"


def other_part(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["run-me.sh"] = b"true\n"


def foreign_file(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["workspace/.ssh/authorized_keys"] = b"ssh-rsa\n"


def no_settings(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    del parts["workspace/customary.yaml"]


def no_tar(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    parts["files.tar"] = b"x" * 2000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (set_format, "keeps more than this version knows"),
        (add_column, "keeps more than this version knows"),
        (add_table, "a table that is not known: pg_authid"),
        (rename_column, "a name that cannot be"),
        (drop_rows, "there are more or fewer of them"),
        (shorten_row, "a row has other columns than its table"),
        (break_value, "The rows of x_thing cannot be written"),
        (deepen, "The rows of x_thing cannot be written"),
        (leave, "a file that does not belong in a workspace"),
        (leave_by_root, "a file that does not belong in a workspace"),
        (other_part, "a part that cannot be"),
        (foreign_file, "a file that does not belong in a workspace"),
        (no_settings, "holds no customary.yaml"),
        (no_tar, "The attached files of the backup cannot be read"),
    ],
)
def test_what_was_made_to_do_harm_is_refused(saved: Path, tmp_path: Path, change: Any, told: str) -> None:
    refused(rewritten(saved, tmp_path / "bad.zip", change), tmp_path / "again", told)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bad.zip"]


def test_a_file_that_unpacks_to_more_than_there_is_room_for_is_refused(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**6, 10**6 - 10**4, 10**4))
    refused(saved, tmp_path / "again", "for which there is no room")


def test_a_folder_or_a_database_that_holds_something_is_left_alone(
    saved: Path, other: Workspace, tmp_path: Path
) -> None:
    before = everything(other)
    with pytest.raises(WrongUse, match="is not empty. Give a new folder"):
        restore(saved, other.directory)
    with pytest.raises(WrongUse, match="is not empty. Give another by --database"):
        restore(saved, tmp_path / "new", other.database.url.render_as_string(hide_password=False))
    assert everything(other) == before
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []
    other.close()


def test_replacing_takes_the_place_of_all_and_keeps_the_old_definitions(
    saved: Path, full: Workspace, other: Workspace, empty_url: str
) -> None:
    asked: list[str] = []
    other.close()
    restored = restore(saved, other.directory, empty_url, replace=asked.append)
    assert asked == [restored.database]
    assert "own.yaml" in [each.name for each in (restored.aside / "schemas").iterdir()]
    assert [each.name for each in (other.directory / "schemas").iterdir()] == ["thing.yaml"]
    again = Workspace.open(other.directory)
    assert ids(again) == ids(full)
    with again.database.read() as connection:
        assert "x_own" not in sa.inspect(connection).get_table_names()
    again.close()


def test_replacing_that_fails_leaves_the_old_as_it_was(
    saved: Path, other: Workspace, empty_url: str, tmp_path: Path
) -> None:
    before = everything(other)
    bad = rewritten(saved, tmp_path / "bad.zip", break_value)
    with pytest.raises(Unusable):
        restore(bad, other.directory, empty_url, replace=lambda _: None)
    assert everything(other) == before
    with pytest.raises(KeyboardInterrupt):
        restore(saved, other.directory, empty_url, replace=interrupt)
    assert everything(other) == before
    other.close()


def test_nothing_is_replaced_while_something_is_applied(saved: Path, other: Workspace, empty_url: str) -> None:
    before = everything(other)
    with alone(other.database), pytest.raises(UnderWay):
        restore(saved, other.directory, empty_url, replace=lambda _: None)
    assert everything(other) == before
    other.close()


@pytest.mark.parametrize("empty_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_a_database_in_use_is_told(
    saved: Path, other: Workspace, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[restore.__module__], "LOCK_SECONDS", 0.1)
    with other.database.read() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM x_own")
        with pytest.raises(WrongUse, match="is in use. End the servers and workers first"):
            restore(saved, other.directory, empty_url, replace=lambda _: None)
    other.close()


def test_how_far_it_is_is_told(saved: Path, full: Workspace, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    restore(saved, tmp_path / "again", SQLITE, progress=lambda *far: told.append(far))
    ends = {label: (done, total) for label, done, total in told}
    assert list(ends) == ["Verifying", "Restoring"]
    assert all(done == total for done, total in ends.values())
    saving: list[tuple[str, int, int]] = []
    backup(full, tmp_path / "again.zip", progress=lambda *far: saving.append(far))
    assert saving[-1][1] == saving[-1][2]


def test_mails_that_wait_can_be_held(saved: Path, tmp_path: Path) -> None:
    def waiting(held: bool) -> list[str]:
        folder = tmp_path / f"held-{held}"
        restore(rewritten(saved, tmp_path / f"{held}.zip", queue_mail), folder, SQLITE, hold_mail=held)
        database = Database(f"sqlite:///{folder / 'customary.db'}")
        with database.read() as connection:
            found = list(connection.execute(sa.select(message.c.status)).scalars())
        database.close()
        return found

    assert (waiting(held=False), waiting(held=True)) == (["queued"], ["kept"])


def queue_mail(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    values = {"id": "0190a1b2-0000-7000-8000-000000000009", "at": "2026-01-01T00:00:00+00:00", "recipient": "a@b.co",
              "subject": "", "body": "", "language": "en", "status": "queued", "attempts": 0,
              "due": "2026-01-01T00:00:00+00:00", "kind": "mail", "destination": "mail"}  # fmt: skip
    row = [values.get(name) for name, *_ in table_of(manifest, "customary_message")]
    parts["rows/customary_message.jsonl"] = json.dumps(row).encode() + b"\n"
    manifest["rows"]["customary_message"] = 1


def interrupt(_shown: str) -> None:
    raise KeyboardInterrupt


def everything(workspace: Workspace) -> tuple[Any, ...]:
    """All its rows and definitions."""
    with workspace.database.read() as connection:
        names = sorted(
            name for name in sa.inspect(connection).get_table_names() if name.startswith(("x_", "customary_n"))
        )
        rows = [connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all() for name in names]
    files = {each.name: each.read_text() for each in workspace.directory.rglob("*.yaml")}
    return names, rows, files, (workspace.directory / LOCK_FILE).read_text()


def test_who_was_erased_since_the_backup_is_erased_when_it_takes_the_place_of_what_is_there(other, tmp_path):
    with other.database.write() as connection:
        work = other.work(connection, SYSTEM)
        ann = records.create(work, "contact", {"name": "Ann Lee", "email": "ann@example.com"})
    backup(other, tmp_path / "with_ann.zip")
    with other.database.write() as connection:
        privacy.erase(other.work(connection, SYSTEM), "contact", ann, "Asked for it")
        (stone,) = tombstones(connection)
    url = other.database.url.render_as_string(hide_password=False)
    restored = restore(tmp_path / "with_ann.zip", other.directory, url, replace=lambda _: None)
    assert restored.erased == 1
    with other.database.read() as connection:
        assert tombstones(connection) == [stone]
        values = records.get(other.work(connection, SYSTEM), "contact", ann).values
        assert (values["name"], values["email"]) == (f"Erased {ann.hex[-8:]}", None)
