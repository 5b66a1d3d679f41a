"""A workspace of the shipped packs on either database, and a program that calls its API."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from litestar.testing import TestClient
from sqlalchemy import URL, create_engine, make_url

from customary.engine import people
from customary.engine.people.actor import SYSTEM
from customary.engine.releases import Release
from customary.engine.workspace import Workspace


class Applied(NamedTuple):
    """A database in which the packs are applied, which is copied for each test."""

    url: str
    release: Release


@pytest.fixture(scope="session")
def applied_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    folder = tmp_path_factory.mktemp("applied")
    return _applied(folder, f"sqlite:///{folder / 'applied.db'}")


@pytest.fixture(scope="session")
def applied_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql_server: URL) -> Applied:
    name = f"applied_{uuid4().hex}"
    _command(postgresql_server, f"CREATE DATABASE {name}")
    url = postgresql_server.set(database=name).render_as_string(hide_password=False)
    return _applied(tmp_path_factory.mktemp("applied"), url)


@pytest.fixture
def api_workspace(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    url = make_url(database_url)
    applied = request.getfixturevalue(f"applied_{url.get_backend_name()}")
    _copy(make_url(applied.url), url)
    workspace = _opened(tmp_path, database_url)
    workspace.releases.keep(applied.release)
    yield workspace
    workspace.close()


def _applied(folder: Path, url: str) -> Applied:
    workspace = _opened(folder, url)
    release = workspace.apply()
    workspace.close()
    return Applied(url, release)


def _opened(folder: Path, url: str) -> Workspace:
    (folder / "customary.yaml").write_text("name: Northwind\npacks: [core, sales]\n", encoding="utf-8")
    return Workspace.open(folder, url)


def _copy(original: URL, empty: URL) -> None:
    if original.get_backend_name() == "sqlite":
        shutil.copy(original.database, empty.database)
    else:
        _command(empty.set(database="postgres"), f"DROP DATABASE {empty.database}")
        _command(empty.set(database="postgres"), f"CREATE DATABASE {empty.database} TEMPLATE {original.database}")


def _command(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def key_of(api_workspace: Workspace) -> Callable[[str, str], str]:
    """`key_of("ann@example.com", "admin")` is a key of a new person with that role."""

    def make(email: str, role: str) -> str:
        with api_workspace.database.write() as connection:
            work = api_workspace.work(connection, SYSTEM)
            user = people.add(work, email, None, (role,), name=email.split("@")[0].title())
            return people.add_key(connection, user, "tests", work.now)

    return make


@pytest.fixture
def api(api_workspace: Workspace, key_of: Callable[[str, str], str], app_of: Callable) -> Iterator[TestClient]:
    """A program with an admin's key."""
    with TestClient(app_of(api_workspace), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key_of('ann@example.com', 'admin')}"
        yield client
