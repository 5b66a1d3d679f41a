"""A workspace of the shipped packs on either database, and a program that calls its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace


@pytest.fixture
def api_workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    (tmp_path / "customary.yaml").write_text("name: Northwind\npacks: [core, sales]\n", encoding="utf-8")
    workspace = Workspace.open(tmp_path, database_url)
    workspace.apply()
    yield workspace
    workspace.close()


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
def api(api_workspace: Workspace, key_of: Callable[[str, str], str]) -> Iterator[TestClient]:
    """A program with an admin's key."""
    with TestClient(create_app(api_workspace), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key_of('ann@example.com', 'admin')}"
        yield client
