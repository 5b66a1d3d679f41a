"""The pages about changes of definitions: what is to be applied, what was, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.definitions import kinds as document_kinds
from customary.engine.people.accounts import account
from customary.engine.people.actor import SYSTEM
from customary.engine.plan.applying.alone import alone
from customary.engine.plan.changes.definitions import PARTS
from customary.engine.workspace import Workspace, create
from customary.ui.render import FOLDER as TEMPLATES

from .test_imports import signed_in

OWN = "entity: deal\nfields:\n  region: {type: choice, options: [north, south]}\n"
RENAMED = "entity: deal\nfields:\n  area: {type: choice, was: region, options: [north, south]}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    create(tmp_path / "w", ["core", "sales"])
    workspace = Workspace.open(tmp_path / "w")
    workspace.apply(by="test")
    yield workspace
    workspace.close()


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with signed_in(workspace, "admin") as client:
        yield client


def say(workspace: Workspace, definitions: str) -> None:
    (workspace.directory / "schemas" / "own.yaml").write_text(definitions)


def agree(client: TestClient, place: str) -> str:
    """Looks at a plan and agrees to it; gives the page of the release."""
    digest = re.search(r'name="digest" value="(\w+)"', client.get(place).text)[1]
    answer = client.post(place, data={"digest": digest}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_what_is_shown_is_applied_and_can_be_taken_back(client: TestClient, workspace: Workspace) -> None:
    assert "Nothing to apply" in client.get("/settings/plan").text
    say(workspace, OWN)
    assert "deal.region" in client.get("/settings/plan").text
    place = agree(client, "/settings/plan")
    assert place == "/settings/releases/2" and "region" in workspace.release.model.entities["deal"].fields
    page = client.get(place).text
    assert "+entity: deal" in page and "a@example.com" in page
    assert agree(client, "/settings/releases/2/undo") == "/settings/releases/3"
    assert "region" not in workspace.release.model.entities["deal"].fields
    history = client.get("/settings/releases").text
    assert "Back to release 1" in history and "- field deal.region; its values are kept" in history
    with workspace.database.write() as connection:
        person = connection.execute(sa.select(account.c.user_id)).scalar_one()
        records.update(workspace.work(connection, SYSTEM), "user", person, {"language": "el"})
    assert "- πεδίο deal.region; οι τιμές του διατηρούνται" in client.get("/settings/releases").text


def test_every_kind_that_a_plan_tells_of_has_words_for_people() -> None:
    told = (TEMPLATES / "macro_plan.html").read_text()
    kinds = {"entity", "field", "option", "index", "unique index", "definitions", *PARTS.values(), *document_kinds()}
    assert [each for each in sorted(kinds) if f'"{each}": _("' not in told] == []


def test_another_plan_than_the_one_shown_is_shown_first(client: TestClient, workspace: Workspace) -> None:
    say(workspace, OWN)
    digest = re.search(r'name="digest" value="(\w+)"', client.get("/settings/plan").text)[1]
    say(workspace, OWN + "  extra: {type: text}\n")
    answer = client.post("/settings/plan", data={"digest": digest})
    assert answer.status_code == 409 and "Look again" in answer.text and "deal.extra" in answer.text
    assert workspace.release.number == 1


def test_problems_of_the_definitions_are_listed(client: TestClient, workspace: Workspace) -> None:
    say(workspace, "entity: deal\nfields: {region: {type: choise}}\n")
    page = client.get("/settings/plan").text
    assert "schemas/own.yaml:2:" in page and "choise" in page and "Apply these changes" not in page
    assert client.post("/settings/plan", data={}).status_code == 409


def test_warnings_are_told_with_their_place_and_remedy(client: TestClient, workspace: Workspace) -> None:
    (workspace.directory / "workflows").mkdir(exist_ok=True)
    (workspace.directory / "workflows" / "own.yaml").write_text(
        "workflow: round\nwhen: {updated: deal}\ndo:\n  - set: {name: A}\n"
    )
    page = client.get("/settings/plan").text
    told = page[page.index("Worth a look before") :]
    assert "this rule may start itself for ever: it sets deal.name <code>workflows/own.yaml:2:1</code>" in told
    assert '<p class="quiet">Add a condition (where)' in told and 'data-severity="note"' in told


def test_any_two_releases_are_compared(client: TestClient, workspace: Workspace) -> None:
    for definitions in (OWN, RENAMED):
        say(workspace, definitions)
        agree(client, "/settings/plan")
    page = client.get("/settings/releases/3?against=1").text
    assert "area" in page and "-  region" not in page
    assert "-  region" in client.get("/settings/releases/3").text
    assert "The definitions are the same" in client.get("/settings/releases/3?against=3").text
    for place in ("/settings/releases/9", "/settings/releases/3?against=9", "/settings/releases/0"):
        assert client.get(place).status_code == 404
    assert "nothing before it to go back to" in client.get("/settings/releases/1/undo").text


def test_passwords_of_servers_are_told_to_nobody(client: TestClient, workspace: Workspace) -> None:
    with (workspace.directory / "customary.yaml").open("a") as settings:
        settings.write("mail: {host: mx, user: crm, password: s3cret, from: crm@example.com}\n")
    assert "s3cret" not in client.get("/settings/plan").text
    place = agree(client, "/settings/plan")
    page = client.get(place).text
    assert "password" in page and "s3cret" not in page
    assert "s3cret" not in client.get("/settings/releases").text


def test_only_administrators_see_and_do(workspace: Workspace) -> None:
    with signed_in(workspace, "sales_rep") as client:
        for place in ("/settings/releases", "/settings/releases/1", "/settings/plan", "/settings/releases/1/undo"):
            assert client.get(place).status_code == 403
        assert client.post("/settings/plan", data={"digest": "x"}).status_code == 403
        assert "/settings/releases" not in client.get("/").text


def test_of_two_who_apply_at_once_one_is_told(client: TestClient, workspace: Workspace) -> None:
    say(workspace, OWN)
    digest = re.search(r'name="digest" value="(\w+)"', client.get("/settings/plan").text)[1]
    with alone(workspace.database):
        answer = client.post("/settings/plan", data={"digest": digest})
    assert (answer.status_code, "applied meanwhile" in answer.text) == (409, True)
    assert workspace.release.number == 1
