"""What all tests share: a real database of either kind, empty and prepared."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from customary.engine.database import Database
from customary.engine.workspace.tables import declare_tables

IN_CI = os.environ.get("CI") == "true"

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
# Databases are made and dropped thousands of times; on a disk one costs ten times what it costs in memory.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# Who lands a change is to be stopped by that change alone; new examples are sought on demand.
settings.register_profile("repeatable", derandomize=True, database=None)
if not os.environ.get("CUSTOMARY_THOROUGH"):
    settings.load_profile("repeatable")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking for garbage among it took a quarter of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait for a server, a browser or the database."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """A private PostgreSQL cluster on a socket of its own; it refuses to run as root, so `postgres` starts it."""
    binaries = _postgresql_binaries()
    if binaries is None:
        _absent("PostgreSQL is not installed: run `make test` once as root, or install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="customary-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    cluster = folder / "cluster"
    run(str(binaries / "initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    run(str(binaries / "pg_ctl"), "-D", str(cluster), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield sa.URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(cluster), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: sa.URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that is dropped after the test."""
    yield from _empty(postgresql_server)


@pytest.fixture
def another_postgresql_url(postgresql_server: sa.URL) -> Iterator[str]:
    """The URL of a second one."""
    yield from _empty(postgresql_server)


@pytest.fixture(scope="module")
def postgresql_url_of_module(postgresql_server: sa.URL) -> Iterator[str]:
    """The same for all tests of a module."""
    yield from _empty(postgresql_server)


def _empty(postgresql_server: sa.URL, template: str = "template1") -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex}"
    admin = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgresql_server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'workspace.db'}"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with the platform's own tables, once of each kind."""
    database = Database(request.getfixturevalue(f"prepared_{request.param}_url"))
    yield database
    database.close()


@pytest.fixture
def prepared_sqlite_url(prepared_sqlite: Path, tmp_path: Path) -> str:
    """A copy of what was prepared once."""
    return f"sqlite:///{shutil.copy(prepared_sqlite, tmp_path / 'workspace.db')}"


@pytest.fixture
def prepared_postgresql_url(postgresql_server: sa.URL, prepared_postgresql: str) -> Iterator[str]:
    """A copy of what was prepared once."""
    yield from _empty(postgresql_server, prepared_postgresql)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("prepared") / "workspace.db"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def prepared_postgresql(postgresql_server: sa.URL) -> Iterator[str]:
    for url in _empty(postgresql_server):
        _prepare(url)
        yield sa.make_url(url).database


def _prepare(url: str) -> None:
    declare_tables()
    database = Database(url)
    database.prepare()
    database.close()


def _postgresql_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _absent(what: str) -> None:
    """Skips with one clear line on a user's machine; in CI nothing is skipped."""
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)
