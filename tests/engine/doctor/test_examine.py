"""The doctor finds each kind of damage, mends what can be worked out anew, and finds nothing where all is well."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine import people, records, sealing
from customary.engine.audit import note
from customary.engine.automation.tables import run
from customary.engine.doctor import checks, examine
from customary.engine.fields.secret import Unsealed
from customary.engine.files.file import file
from customary.engine.people import second_factor
from customary.engine.people.accounts import account
from customary.engine.people.actor import SYSTEM
from customary.engine.people.second_factor import factor
from customary.engine.people.sessions import session
from customary.engine.plan.applying.journal import journal
from customary.engine.records.changes import change, queue
from customary.engine.records.identifier import new_id
from customary.engine.records.index import search
from customary.engine.records.writer import attach
from customary.engine.records.writer.numbers import sequence
from customary.engine.workspace import Workspace, create

THING = """
entity: thing
title: name
fields:
  name: {type: text, required: true}
  account: {type: link, to: account}
  others: {type: links, to: account, inverse: things}
  about: {type: any_link, to: [account, thing]}
  number: {type: auto_number, format: 'T-{{ year(created_at) }}-###', per: year}
  pieces: {type: integer, rollup: size(piece_list)}
  scan: {type: file}
  scans: {type: files}
  code: {type: secret}
views: {by_pieces: {kind: table, columns: [name], sort: [-pieces]}}
---
entity: piece
title: text
fields: {thing: {type: link, to: thing, required: true, inverse: piece_list}, text: {type: text}}
"""


@pytest.fixture
def workspace(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Three things with pieces, files and secrets, in good health."""
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(b"k" * 32).decode())
    create(tmp_path / "w", ["core"], database_url)
    (tmp_path / "w" / "schemas" / "thing.yaml").write_text(THING)
    workspace = Workspace.open(tmp_path / "w")
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        ann = people.add(work, "ann@example.com", None, ["admin"], name="Ann Lee")
        people.start(connection, ann, work.now)
        one = records.create(work, "account", {"name": "One"})
        for number in range(3):
            kept = [attach.keep(work, workspace.files, f"{each}.txt", b"some text") for each in "abc"]
            values = {"name": f"Thing {number}", "account": one, "others": (one,), "code": Unsealed("pssst")}
            files = {"scan": kept[0].attached, "scans": tuple(each.attached for each in kept[1:])}
            thing = records.create(work, "thing", {**values, **files, "about": {"entity": "account", "id": str(one)}})
            records.create(work, "piece", {"thing": thing, "text": "Piece"})
    yield workspace
    workspace.close()


def found(workspace: Workspace, deep: bool = False) -> dict[str, list[str]]:
    """What is wrong, by check."""
    verdicts = list(examine(workspace, deep))
    assert [each.name for each in verdicts] == list(checks())
    return {each.name: [one.text for one in each.findings] for each in verdicts if each.findings}


def repaired(workspace: Workspace) -> dict[str, list[str]]:
    """What is mended, by check; nothing is wrong any more."""
    verdicts = list(examine(workspace, repair=True))
    assert [one.text for each in verdicts for one in each.findings] == []
    assert found(workspace, deep=True) == {}
    return {each.name: [one.text for one in each.mended] for each in verdicts if each.mended}


def table(workspace: Workspace, entity: str = "thing") -> Any:
    return workspace.release.tables.entity(entity)


def ids(workspace: Workspace, entity: str = "thing") -> list[UUID]:
    with workspace.database.read() as connection:
        id = table(workspace, entity).table.c.id
        return list(connection.execute(sa.select(id).order_by(id)).scalars())


def do(workspace: Workspace, *statements: Any) -> None:
    with workspace.database.write() as connection:
        for each in statements:
            connection.execute(sa.text(each) if isinstance(each, str) else each)


@contextmanager
def careless(workspace: Workspace, *names: str) -> Iterator[sa.Connection]:
    """A connection that foreign keys do not hold back."""
    with workspace.database.engine.connect().execution_options(customary_write=True) as connection:
        if workspace.database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not workspace.database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
        if workspace.database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


def update(workspace: Workspace, id: UUID, **columns: Any) -> sa.Update:
    things = table(workspace).table
    return things.update().where(things.c.id == id).values(**columns)


def test_nothing_is_found_where_all_is_well(workspace: Workspace) -> None:
    assert (found(workspace), found(workspace, deep=True)) == ({}, {})


def test_every_check_says_what_holds_when_all_is_well() -> None:
    assert [name for name, check in checks().items() if not (check.__doc__ or "").endswith(".")] == []


def test_an_apply_that_broke_off_is_found_and_ended(workspace: Workspace) -> None:
    thing = table(workspace).table
    do(workspace, f"ALTER TABLE {thing.name} ADD COLUMN f_half TEXT")
    with workspace.database.write() as connection:
        made = [["column", thing.name, "f_half"]]
        row = {"number": 2, "made": made, "turns": [], "switched": False, "applied_by": "ann"}
        connection.execute(journal.insert(), {**row, "began_at": workspace.work(connection, SYSTEM).now})
    told = "Applying release 2 was begun by ann and broke off; it was not served yet."
    assert found(workspace) == {"apply": [told]}
    assert repaired(workspace) == {"apply": [told]}


def test_a_schema_that_is_another_is_found(workspace: Workspace) -> None:
    index = next(each.name for each in table(workspace).table.indexes if each.name.startswith("ix_"))
    do(workspace, f"DROP INDEX {index}", "CREATE TABLE x_stray (id INTEGER)")
    assert found(workspace) == {"schema": ["Table x_stray belongs to nothing.", f"Index {index} is missing."]}


def test_a_lost_index_of_the_platform_is_found_and_made(workspace: Workspace) -> None:
    do(workspace, "DROP INDEX customary_change_record")
    assert repaired(workspace) == {"schema": ["Index customary_change_record is missing."]}


def test_a_lost_column_is_found_and_no_check_breaks(workspace: Workspace) -> None:
    do(workspace, f"ALTER TABLE x_piece DROP COLUMN {table(workspace, 'piece').physical['text']}")
    wrong = found(workspace)
    assert wrong["schema"] == ["Column x_piece.f_text is missing."]
    assert wrong["search"][0].startswith("This could not be looked at: ")


def test_links_that_lead_nowhere_are_found(workspace: Workspace) -> None:
    one, two, three = ids(workspace)
    pairs = table(workspace).links("others")
    with careless(workspace) as connection:
        connection.execute(update(workspace, one, f_account=uuid4()))
        connection.execute(update(workspace, two, f_about=uuid4()))
        connection.execute(pairs.update().where(pairs.c.source == three).values(target=uuid4()))
    assert found(workspace) == {
        "links": [
            f"thing.account of 1 record ({one}) leads to what is not there.",
            f"thing.about of 1 record ({two}) leads to what is not there.",
            f"thing.others pairs 1 record ({three}) with what is not there.",
        ]
    }


def test_rows_that_belong_to_nothing_are_found_and_those_that_wait_in_vain_go(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        now = workspace.work(connection, SYSTEM).now
        row = {"id": new_id(), "change": uuid4(), "entity": "thing", "record": uuid4(), "at": now}
        connection.execute(queue.insert(), row)
        times = {"created": now, "seen": now, "expires": now}
        connection.execute(session.insert(), {"id": "x", "user_id": uuid4(), **times})
    told = ["1 change that waits for rules was lost.", "1 session has no account."]
    assert found(workspace) == {"orphans": told}
    assert repaired(workspace) == {"orphans": told}
    do(workspace, change.update().where(change.c.record == ids(workspace)[0]).values(entity="nothing"))
    do(workspace, account.update().values(user_id=uuid4()))
    assert found(workspace) == {
        "orphans": [
            "Rows of “change” belong to nothing, which never was an entity here.",
            "1 session has no account.",
            "1 account has no record of user.",
        ]
    }


def test_computed_fields_that_are_stale_are_found_and_worked_out_anew(workspace: Workspace) -> None:
    do(workspace, update(workspace, ids(workspace)[0], f_pieces=7))
    told = ["thing.pieces of 1 record is not what it computes to."]
    assert found(workspace) == {"computed": told}
    with workspace.database.read() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(change)).scalar_one()
    assert repaired(workspace) == {"computed": told}
    with workspace.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(change)).scalar_one() == before


def test_what_search_does_not_find_is_found_and_gathered_anew(workspace: Workspace) -> None:
    one, two, _ = ids(workspace)
    stray = {"entity": "thing", "record": uuid4(), "text": "stray"}
    do(
        workspace,
        search.delete().where(search.c.record == one),
        search.update().where(search.c.record == two).values(text="other"),
        search.insert().inline().values(stray),
    )
    told = [f"1 record of thing: each {each} search." for each in
            ("is not known to", "is gone and still known to", "has other words in")]  # fmt: skip
    assert found(workspace) == {"search": told}
    assert repaired(workspace) == {"search": told}
    with workspace.database.read() as connection:
        assert len(records.search(workspace.work(connection, SYSTEM), "thing", entity="thing")) == 3


def test_an_index_of_words_that_lost_some_is_found(workspace: Workspace) -> None:
    if workspace.database.is_sqlite:
        do(workspace, "DELETE FROM customary_search_words_docsize WHERE id = 1")
        with workspace.database.read() as connection:
            rows = connection.execute(sa.select(sa.func.count()).select_from(search)).scalar_one()
        told = [f"The index of words knows {rows - 1} records of {rows}."]
        assert found(workspace) == {"search": told}
        assert repaired(workspace) == {"search": told}
        do(workspace, "DROP TRIGGER customary_search_added")
        assert found(workspace) == {"search": ["The index of words does not follow what is written."]}
    else:
        do(workspace, "DROP INDEX customary_search_words")
        assert found(workspace) == {"search": ["The index of words is missing."]}
    assert list(repaired(workspace)) == ["search"]


def test_a_counter_that_is_behind_is_found_and_goes_on(workspace: Workspace) -> None:
    with workspace.database.read() as connection:
        year = str(workspace.work(connection, SYSTEM).now.year)
    do(workspace, sequence.update().values(value=1))
    told = [f"thing.number of {year} would give 2 next, and a record has 3 already."]
    assert found(workspace) == {"numbers": told}
    assert repaired(workspace) == {"numbers": told}
    do(workspace, sequence.delete())
    assert list(repaired(workspace)) == ["numbers"]
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        id = records.create(work, "thing", {"name": "Next"})
        assert records.get(work, "thing", id).values["number"] == f"T-{year}-004"
    do(workspace, update(workspace, id, f_number=f"T-{year}-001"))
    assert found(workspace) == {"numbers": ["1 number of thing.number is given twice."]}


def test_lines_of_the_audit_log_that_nobody_chained_are_found_and_chained(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        note(connection, "signed_in", datetime.now(UTC) - timedelta(hours=1), who="ann@example.com")
    told = {"audit": ["Of the lines of the audit log 1 were never chained."]}
    assert (found(workspace), repaired(workspace)) == (told, told)


def test_secrets_that_cannot_be_read_are_found(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, _ = ids(workspace)
    things = table(workspace).table
    name = next(iter(sealing.key_names()))
    with workspace.database.read() as connection:
        token = connection.execute(sa.select(things.c.f_code_token).where(things.c.id == two)).scalar_one()
    do(workspace, update(workspace, one, f_code_token=token))
    assert found(workspace) == {"secrets": ["1 secret of thing.code is not to be opened with the key that sealed it."]}
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(b"o" * 32).decode())
    told = f"3 secrets of thing.code are sealed with a key that is not there: {name}."
    assert found(workspace) == {"secrets": [told]}
    monkeypatch.delenv(sealing.KEY_VARIABLE)
    assert found(workspace) == {"secrets": [told]}


def test_second_factors_whose_key_is_gone_are_found(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(sealing.key_names()))
    with workspace.database.read() as connection:
        ann = people.find(connection, "ann@example.com").user_id
    kept = second_factor.sealed(second_factor.new_secret(), ann)
    do(workspace, factor.insert().values(user_id=ann, secret=kept, since=datetime.now(UTC), last_step=0))
    assert found(workspace) == {}
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(b"o" * 32).decode())
    assert f"1 second factor is sealed with a key that is not there: {name}." in found(workspace)["secrets"]


def content(workspace: Workspace, id: UUID) -> Path:
    return workspace.directory / "files" / id.hex[-2:] / id.hex


def test_contents_and_files_that_are_apart_are_found(workspace: Workspace) -> None:
    with workspace.database.read() as connection:
        one, two, three = connection.execute(sa.select(file.c.id).order_by(file.c.id).limit(3)).scalars()
    content(workspace, one).unlink()
    content(workspace, two).write_bytes(b"short")
    content(workspace, three).write_bytes(b"same size"[:9])
    stray = uuid4()
    content(workspace, stray).parent.mkdir(exist_ok=True)
    content(workspace, stray).write_bytes(b"stray")
    gone = f"The content of “a.txt” ({one}) is not where files are kept."
    changed = f"The content of “b.txt” ({two}) is not what was sent."
    assert found(workspace) == {"files": [changed, gone]}
    assert found(workspace, deep=True) == {
        "files": [
            f"The content of “c.txt” ({three}) is not what was sent.",
            changed,
            gone,
            f"1 content in the folder of files has no file: {stray}.",
        ]
    }


def test_files_that_nobody_knows_are_found(workspace: Workspace) -> None:
    do(workspace, file.delete().where(file.c.record == ids(workspace)[0]))
    wrong = found(workspace)
    assert wrong == {
        "files": ["thing.scan names 1 file that nobody knows.", "thing.scans names 2 files that nobody knows."]
    }


def test_many_findings_are_told_in_short(workspace: Workspace) -> None:
    do(workspace, *(f"CREATE TABLE x_stray_{number} (id INTEGER)" for number in range(25)))
    told = found(workspace)["schema"]
    assert (len(told), told[-1]) == (21, "There are 5 more of this kind.")


def test_a_run_that_no_change_started_is_no_orphan(workspace):
    row = {"workflow": "w", "release": 1, "entity": "", "record": uuid4(), "status": "done", "cursor": 0}
    row |= {"results": {}, "at": datetime.now(UTC), "attempts": 1}
    cause = {"origin": "time", "trigger": "schedule"}
    do(workspace, run.insert().values(**row, id=uuid4(), change=uuid4(), cause=cause))
    assert found(workspace) == {}
    do(workspace, run.insert().values(**row, id=uuid4(), change=uuid4(), cause={"origin": "form"}))
    assert found(workspace) == {"orphans": ["1 run of a rule has no change that started it."]}
