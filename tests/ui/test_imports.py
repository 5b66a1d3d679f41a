"""Importing on pages: send a file, look at the guess, check the rows, let them in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records
from customary.engine.exchange.imports import Report, dry_run
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import queue
from customary.engine.workspace import Workspace, create
from customary.ui import imports
from customary.ui.visitor import SESSION, csrf_of

PEOPLE = "Name;E-Mail;Firma\nΆννα;anna@example.com;Acme\nBob;bob@example;Acme\n李;li@example.com;Acmee\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    create(tmp_path / "w", ["core", "sales"])
    workspace = Workspace.open(tmp_path / "w")
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        records.create(work, "account", {"name": "Acme"})
    yield workspace
    workspace.close()


def signed_in(workspace: Workspace, *roles: str) -> TestClient:
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), "a@example.com", people.hashed("right horse"), roles)
        session = people.start(connection, id, datetime.now(UTC))
    client = TestClient(create_app(workspace), raise_server_exceptions=True)
    client.cookies.set(SESSION, session.token)
    client.headers["X-CSRF-Token"] = csrf_of(session.token)
    return client


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with signed_in(workspace, "admin") as client:
        yield client


def send(client: TestClient, text: str | bytes = PEOPLE, entity: str = "contact", name: str = "people.csv") -> str:
    """Sends a file and gives its page's address."""
    answer = client.post("/import", data={"entity": entity}, files={"file": (name, text)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_first_page_offers_what_may_be_made(client: TestClient) -> None:
    page = client.get("/import?entity=lead").text
    assert '<option value="lead" selected>Leads</option>' in page


def test_the_columns_are_guessed_and_shown_with_examples(client: TestClient) -> None:
    page = client.get(send(client)).text
    assert [name for name in ("Name", "E-Mail", "Firma") if f">{name}</th>" in page] == ["Name", "E-Mail", "Firma"]
    chosen = re.findall(r'<option value="(\w+)" selected>', page)
    assert chosen == ["name", "email"]
    assert "anna@example.com" in page and "3 rows" in page and "cut at “;”" in page


def test_a_check_says_what_becomes_of_every_row_and_keeps_nothing(client: TestClient, workspace: Workspace) -> None:
    place = send(client)
    page = client.post(place, data={"column-2": "account"}).text
    assert "One row can go in" in page and "2 rows are refused" in page
    assert "Account names no Account: “Acmee”. Did you mean “Acme”?" in page
    assert 'name="cell-0-meant" value="Acme"' in page
    with workspace.database.read() as connection:
        assert records.count(workspace.work(connection, SYSTEM), "contact") == 0


def test_a_long_check_keeps_nobody_from_saving(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BRIEF", 0)

    def meanwhile(*args: Any) -> Report:
        with workspace.database.write() as connection:
            records.create(workspace.work(connection, SYSTEM), "account", {"name": "Saved meanwhile"})
        return dry_run(*args)

    monkeypatch.setattr(imports, "dry_run", meanwhile)
    place = send(client)
    page = client.post(place, data={"column-2": "account"}).text
    assert "One row can go in" in page and "2 rows are refused" in page
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        assert (records.count(work, "contact"), records.count(work, "account")) == (0, 2)


def test_texts_can_be_read_as_others_and_good_rows_let_in(client: TestClient, workspace: Workspace) -> None:
    place = send(client)
    client.post(place, data={"column-2": "account"})
    cell = {"cell-0-column": "Firma", "cell-0-text": "Acmee", "cell-0-meant": "Acme"}
    page = client.post(place, data={"column-2": "account", **cell}).text
    assert "2 rows can go in" in page and "One row is refused" in page
    answer = client.post(f"{place}/records", data={"skip_bad": "yes"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contact")
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        names = {record.title for record in records.select(work, "contact", records.Query()).records}
    assert names == {"Άννα", "李"}
    assert client.get(place).status_code == 404, "the file is not kept"


def test_refused_rows_stop_an_import_that_does_not_leave_them_out(client: TestClient) -> None:
    place = send(client)
    assert client.post(f"{place}/records", follow_redirects=False).status_code == 422


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", b""), ("a.xlsx", b"PK\x03\x04 no"), ("a.json", b"[1]"), ("a.json", b"\xff\xfe\x00")]
)
def test_a_file_that_cannot_be_read_is_said(client: TestClient, name: str, data: bytes) -> None:
    answer = client.post("/import", data={"entity": "contact"}, files={"file": (name, data)}, follow_redirects=False)
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_nothing_is_open_without_a_file_of_ones_own(workspace: Workspace, client: TestClient) -> None:
    assert client.get("/import/00000000-0000-7000-8000-000000000000").status_code == 404
    assert client.post("/import", data={"entity": "nothing"}).status_code == 422
    assert client.post("/import", data={"entity": "contact"}).status_code == 422


def test_columns_may_not_go_where_nothing_may_be_written(client: TestClient) -> None:
    place = send(client)
    for wrong in ("created_at", "no_such_field", "account.no_such", "id"):
        answer = client.post(place, data={"column-0": wrong})
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    page = client.post(place, data={"column-0": "", "column-1": "", "column-2": ""})
    assert page.status_code == 422


def test_without_the_right_to_create_there_is_nothing_to_import(workspace: Workspace) -> None:
    with signed_in(workspace, "member") as client:
        assert (
            client.post("/import", data={"entity": "product"}, files={"file": ("a.csv", b"a\n1\n")}).status_code == 403
        )


def test_an_import_may_start_no_rules_and_the_history_says_so(client: TestClient, workspace: Workspace) -> None:
    place = send(client, "Name\nAlpha\n", "lead", "leads.csv")
    assert 'name="quiet" value="yes"' in client.post(place, data={}).text
    client.post(f"{place}/records", data={"quiet": "yes"})
    loud = send(client, "Name\nBeta\n", "lead", "leads.csv")
    client.post(f"{loud}/records")
    with workspace.database.read() as connection:
        found = records.select(workspace.work(connection, SYSTEM), "lead", records.Query()).records
        made = {each.title: each.id for each in found}
        queued = set(connection.execute(sa.select(queue.c.record)).scalars())
    assert queued >= {made["Beta"]} and made["Alpha"] not in queued
    told = {name: client.get(f"/lead/{id}/timeline").text for name, id in made.items()}
    assert "It was imported without starting rules." in told["Alpha"]
    assert "without starting rules" not in told["Beta"]
