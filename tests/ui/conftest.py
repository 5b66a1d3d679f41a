"""A workspace of the shipped packs with their sample records, a signed-in client, and a real browser before it."""

from __future__ import annotations

import dataclasses
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records
from customary.engine.exchange import sample
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Work
from customary.engine.releases import Release
from customary.engine.workspace import Workspace, create
from customary.ui.visitor import SESSION, csrf_of
from customary.ui.web.rate import Quota

EMAIL, PASSWORD = "ann@example.com", "right horse battery"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace folder, made once and copied for each test that writes."""
    folder = tmp_path_factory.mktemp("built") / "workspace"
    create(folder, ["core", "sales"], name="Northwind")
    workspace = Workspace.open(folder)
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        people.add(workspace.work(connection, SYSTEM), EMAIL, PASSWORD, ["admin"], name="Ann Lee")
    with workspace.database.write() as connection:
        sample.load(workspace.work(connection, SYSTEM))
    workspace.close()
    return folder


@pytest.fixture(scope="session")
def app_of() -> Callable[[Workspace], Litestar]:
    """`app_of(workspace)` is the application over it. It is made once: its routes are the same for all."""
    made: list[Litestar] = []

    def over(workspace: Workspace) -> Litestar:
        if not made:
            made.append(create_app(workspace))
        made[0].state = State({"workspace": workspace, "quota": Quota()})
        return made[0]

    return over


@pytest.fixture(scope="session")
def built_release(built: Path) -> Release:
    """What is applied there, compiled once."""
    workspace = Workspace.open(built)
    release = workspace.releases.current()
    workspace.close()
    return release


@pytest.fixture
def workspace(built: Path, built_release: Release, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(built, tmp_path / "workspace")
    workspace = Workspace.open(tmp_path / "workspace")
    workspace.releases.keep(built_release)
    yield workspace
    workspace.close()


@pytest.fixture
def on_postgresql(postgresql_url: str, tmp_path: Path, app_of: Callable) -> Iterator[TestClient]:
    """A signed-in person before the same packs and records on PostgreSQL."""
    create(tmp_path / "other", ["core", "sales"], postgresql_url, name="Northwind")
    workspace = Workspace.open(tmp_path / "other")
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        people.add(workspace.work(connection, SYSTEM), EMAIL, PASSWORD, ["admin"], name="Ann Lee")
        sample.load(workspace.work(connection, SYSTEM))
    with TestClient(app_of(workspace)) as client:
        _sign_in(client, workspace)
        yield client
    workspace.close()


@pytest.fixture
def inside(workspace: Workspace) -> Callable[..., Any]:
    """`inside(fn, *args)` runs `fn(work, *args)` with all rights and keeps what it writes."""

    def run(fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with workspace.database.write() as connection:
            return fn(workspace.work(connection, SYSTEM), *args, **named)

    return run


@pytest.fixture
def client(workspace: Workspace, app_of: Callable) -> Iterator[TestClient]:
    """A person with all rights, signed in, whose forms carry their token."""
    with TestClient(app_of(workspace)) as client:
        _sign_in(client, workspace)
        yield client


@pytest.fixture
def signed_in(workspace: Workspace, app_of: Callable) -> Iterator[Callable[..., TestClient]]:
    """`signed_in("salesperson")` is somebody else, who has these roles only."""
    with TestClient(app_of(workspace)) as client:

        def sign_in(*roles: str) -> TestClient:
            with workspace.database.write() as connection:
                work = workspace.work(connection, SYSTEM)
                id = people.add(work, "bob@example.com", PASSWORD, roles, name="Bob")
                token = people.start(connection, id, datetime.now(UTC)).token
            client.cookies.set(SESSION, token)
            client.headers["X-CSRF-Token"] = csrf_of(token)
            return client

        yield sign_in


@pytest.fixture
def settle(workspace: Workspace) -> Callable[..., None]:
    """`settle(web_address="https://crm.example.com")` serves the release with these settings."""

    def serve(**settings: Any) -> None:
        model = workspace.release.model
        changed = dataclasses.replace(model, settings=dataclasses.replace(model.settings, **settings))
        workspace.releases.keep(dataclasses.replace(workspace.release, model=changed))

    return serve


@pytest.fixture
def first(inside: Callable[..., Any]) -> Callable[..., records.Record]:
    """`first("deal", 'stage == "qualify"')` is the newest record of which that holds."""

    def find(entity: str, where: str = "") -> records.Record:
        return inside(_first, entity, where)

    return find


@pytest.fixture
def served(workspace: Workspace, app_of: Callable) -> Iterator[str]:
    """The address of a real server over the workspace."""
    server = uvicorn.Server(uvicorn.Config(app_of(workspace), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=10_000)
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of so far; a test that breaks something on purpose clears it."""
    return []


@pytest.fixture
def page(chromium: Any, served: str, workspace: Workspace, complaints: list[str]) -> Iterator[Any]:
    """A browser's page of a signed-in person. What the console complains of fails the test."""
    # Without motion: what axe looks at while it fades in has too little contrast.
    view = {"width": 1440, "height": 900}
    context = chromium.new_context(base_url=served, viewport=view, reduced_motion="reduce")
    context.add_cookies([{"name": SESSION, "value": _session(workspace), "url": served}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [each for each in complaints if "the server responded with a status of 422" not in each] == []


@pytest.fixture
def accessible() -> Callable[[Any], list[str]]:
    """`accessible(page)` lists what axe finds wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    def look(page: Any) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]

    return look


def _sign_in(client: TestClient, workspace: Workspace) -> None:
    token = _session(workspace)
    client.cookies.set(SESSION, token)
    client.headers["X-CSRF-Token"] = csrf_of(token)


def _session(workspace: Workspace) -> str:
    with workspace.database.write() as connection:
        return people.start(connection, _user(workspace.work(connection, SYSTEM)), datetime.now(UTC)).token


def _user(work: Work) -> UUID:
    return _first(work, "user", f'email == "{EMAIL}"').id


def _first(work: Work, entity: str, where: str) -> records.Record:
    condition = records.compile_where(work, entity, where) if where else None
    query = records.Query(where=condition, sort=(("created_at", True),), limit=1)
    return records.select(work, entity, query).records[0]
