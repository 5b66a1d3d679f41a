"""A rehearsal is done on a copy, while others work, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM
from customary.engine.upgrade.rehearsal import copied, findings, tried
from customary.engine.workspace import Workspace, WorkspaceError

PET = "entity: pet\ntitle: name\nfields:\n  name: {type: text, search: true}\n"
EXAMPLES = "examples:\n  good: {given: {name: A}, gives: {name: A}}\n  bad: {given: {name: A}, gives: {name: B}}\n"


@pytest.fixture
def crm(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """A workspace with one pet in it; temporary files go to a folder that the test can look at."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    folder = tmp_path / "mycrm"
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text("name: A\n")
    (folder / "schemas" / "pet.yaml").write_text(PET + EXAMPLES)
    workspace = Workspace.open(folder, database_url)
    workspace.apply()
    with workspace.database.write() as connection:
        records.create(workspace.work(connection, SYSTEM), "pet", {"name": "Rex"})
    yield workspace
    workspace.close()


def pets(workspace: Workspace) -> list[str]:
    with workspace.database.read() as connection:
        table = workspace.release.tables.entity("pet")
        return sorted(table.load(row)["name"] for row in connection.execute(sa.select(table.table)))


def left_behind(workspace: Workspace, temporary: Path) -> list[str]:
    found = [each.name for each in temporary.iterdir()]
    if not workspace.database.is_sqlite:
        with workspace.database.read() as connection:
            names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars()
            found += [each for each in names if each.startswith("customary_rehearsal")]
    return found


@pytest.mark.parametrize("others_are_connected", [False, True])
def test_what_is_done_to_the_copy_is_not_done_to_the_workspace(crm, tmp_path, others_are_connected):
    other = Database(crm.database.url.render_as_string(hide_password=False))
    with other.read() as connection:
        if others_are_connected:
            connection.execute(sa.text("SELECT 1"))
        else:
            other.close()
        with copied(crm) as copy:
            assert (pets(copy), copy.plan().empty, findings(copy)) == (["Rex"], True, [])
            (copy.directory / "schemas" / "pet.yaml").write_text(PET + "  age: {type: integer}\n")
            assert [str(line) for line in copy.plan().lines][0] == "+ field pet.age (integer)"
            copy.apply()
            with copy.database.write() as writing:
                records.create(copy.work(writing, SYSTEM), "pet", {"name": "Tom", "age": 3})
            assert (pets(copy), findings(copy)) == (["Rex", "Tom"], [])
    other.close()
    assert (pets(crm), crm.release.number, crm.plan().empty) == (["Rex"], 1, True)
    assert left_behind(crm, tmp_path / "temporary") == []


def test_a_rehearsal_that_fails_leaves_nothing_either(crm, tmp_path):
    with pytest.raises(ZeroDivisionError), copied(crm):
        1 / 0  # noqa: B018
    assert left_behind(crm, tmp_path / "temporary") == []


def test_the_examples_are_tried_out(crm):
    number, differing = tried(crm.release)
    assert (number, len(differing)) == (2, 1)


@pytest.mark.postgresql
def test_a_user_who_may_not_make_a_database_is_told_so(tmp_path, postgresql_url):
    role = f"poor_{uuid4().hex[:8]}"
    admin = sa.create_engine(postgresql_url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {role}")
    (tmp_path / "customary.yaml").write_text("name: A\n")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "pet.yaml").write_text(PET)
    url = sa.make_url(postgresql_url).set(username=role).render_as_string(hide_password=False)
    workspace = Workspace.open(tmp_path, url)
    workspace.apply()
    with pytest.raises(WorkspaceError, match="this user may not make a database"), copied(workspace):
        pass
    workspace.close()
    admin.dispose()
