"""Figures for Prometheus: for who has the token, and for nobody where there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import records
from customary.engine.automation.worker import work_until_idle
from customary.engine.workspace import Workspace
from customary.ui.web.metrics import TOKEN

LINE = re.compile(r'^(?:# (?:HELP|TYPE) customary_\w+ .+|customary_\w+(?:\{\w+="\w+"(?:,\w+="\w+")*\})? [0-9.e+]+)$')


@pytest.fixture
def prometheus(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv(TOKEN, "a long token")
    with TestClient(create_app(workspace)) as client:
        client.headers["Authorization"] = "Bearer a long token"
        yield client


def figures(client: TestClient) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_figures_follow_what_waits_and_what_has_run(
    prometheus: TestClient, workspace: Workspace, inside: Callable
) -> None:
    before = figures(prometheus)
    inside(lambda work: records.create(work, "lead", {"name": "New"}))
    queued = figures(prometheus)
    assert queued["customary_queue_changes"] == before["customary_queue_changes"] + 1
    work_until_idle(workspace.database, workspace.releases)
    settled = figures(prometheus)
    assert (settled["customary_queue_changes"], settled["customary_queue_age_seconds"]) == (0, 0)
    assert settled['customary_runs_under_way{status="due"}'] == 0
    assert sum(value for name, value in settled.items() if name.startswith("customary_runs_last_hour{")) > 0
    assert settled["customary_release"] == 1


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer another", "a long toke", "Bearer ünknown"])
def test_another_token_is_refused(prometheus: TestClient, given: str) -> None:
    answer = prometheus.get("/metrics", headers={"Authorization": given.encode()})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "customary_" not in answer.text


def test_without_a_token_there_are_no_figures(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    with TestClient(create_app(workspace)) as client:
        answer = client.get("/metrics", headers={"Authorization": "Bearer "})
    assert answer.status_code == 404 and "customary_" not in answer.text
