"""What is done on the page of rules: pausing, many runs at once, and why a rule did something or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from litestar.testing import TestClient

from customary.engine import automation, records
from customary.engine.automation.worker import work_until_idle
from customary.engine.workspace import Workspace


@pytest.fixture
def made(workspace: Workspace, inside: Callable) -> Callable:
    """Makes a lead for which the rules have had their turn."""

    def made(name: str, **values: object) -> object:
        id = inside(records.create, "lead", {"name": name, **values})
        work_until_idle(workspace.database, workspace.releases, datetime.now(UTC))
        return id

    return made


def test_a_rule_is_paused_and_goes_on_with_what_happened_meanwhile(
    client: TestClient, made: Callable, workspace: Workspace, inside: Callable
) -> None:
    assert "Did not begin in the last 30 days." in client.get("/workflows?workflow=new_lead").text
    told = client.post("/workflows/new_lead/pause", data={"act": "pause"}).text
    assert "What happens meanwhile is kept." in told
    made("Maria")
    page = client.get("/workflows?workflow=new_lead").text
    assert "One run is held." in page and "Held" in page and "Began once in the last 30 days" in page
    assert "The rule goes on, with 1 run." in client.post("/workflows/new_lead/pause", data={"act": "resume"}).text
    work_until_idle(workspace.database, workspace.releases, datetime.now(UTC))
    assert [each.status for each in inside(automation.runs_of)] == ["done"]
    assert client.post("/workflows/nothing/pause", data={"act": "pause"}).status_code == 404


def test_all_listed_runs_are_done_something_with_at_once(client: TestClient, made: Callable, inside: Callable) -> None:
    made("Maria"), made("Anna")
    inside(lambda work: work.connection.execute(automation.tables.run.update().values(status="failed")))
    page = client.get("/workflows?status=failed").text
    assert "Run all 2 again" in page and "Run the chosen ones again" in page
    assert "Run all 2 again" not in client.get("/workflows?status=done").text
    assert "Done with 2 runs." in client.post("/workflows", data={"act": "again all", "status": "failed"}).text
    [one, other] = inside(automation.runs_of)
    assert {one.status, other.status} == {"due"}
    assert (
        "Done with 1 run." in client.post("/workflows", data={"act": "cancel", "status": "due", "id": str(one.id)}).text
    )
    assert [each.status for each in inside(automation.runs_of)] == ["stopped", "due"]
    assert "Done with 0 runs." in client.post("/workflows", data={"act": "nonsense"}).text


def test_the_runs_of_one_record_are_listed_and_explained(client: TestClient, made: Callable) -> None:
    id, other = made("Maria"), made("Anna")
    assert f"/workflows?record={id}" in client.get(f"/lead/{id}").text
    page = client.get(f"/workflows?record={id}").text
    assert "Only Maria" in page and "Anna" not in page
    told = client.get(f"/workflows/new_lead/why/{id}").text
    assert "It began" in told and "<code>open</code>" in told and "created “Maria”" in told
    assert client.get(f"/workflows/nothing/why/{other}").status_code == 404
    assert client.get("/workflows?days=9&record=nonsense&status=due&before=x").status_code == 200
