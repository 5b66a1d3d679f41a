"""runs and why."""

from __future__ import annotations

import json

import pytest

from customary.engine import records
from customary.engine.automation.worker import work_until_idle
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

RULE = """workflow: greet
when: {created: pet}
where: size(name) > 3 && name != "Nobody"
do:
  - set: {name: 'Dear {{ name }}'}
  - wait: 1d
"""


def made(mycrm, *names):
    workspace = Workspace.open(mycrm)
    with workspace.database.write() as connection:
        ids = records.create_many(workspace.work(connection, SYSTEM), "pet", [{"name": name} for name in names])
    work_until_idle(workspace.database, workspace.releases)
    workspace.close()
    return ids


@pytest.fixture
def applied(run, mycrm):
    (mycrm / "workflows").mkdir(exist_ok=True)
    (mycrm / "workflows" / "greet.yaml").write_text(RULE)
    assert run("apply", "mycrm", "--yes").exit_code == 0
    return mycrm


def test_runs_are_listed_let_on_and_cancelled(run, applied):
    rover, _ = made(applied, "Rover", "Tom")
    at = ("--workspace", "mycrm")
    listed = run("runs", "list", *at, "--json")
    [found] = [json.loads(line) for line in listed.output.splitlines()]
    assert (found["workflow"], found["status"], found["record"]) == ("greet", "waiting", str(rover))
    assert "waiting  greet  pet" in run("runs", "list", *at, "--status", "waiting").output
    assert run("runs", "list", *at, "--status", "failed").output == ""
    assert run("runs", "resume", *at, "--workflow", "greet").output == "1 run goes on.\n"
    assert run("runs", "cancel", *at, found["id"]).output == "1 run goes no further.\n"
    assert run("runs", "retry", *at, "--since", "1d").output == "0 runs go again.\n"
    assert run("runs", "move", *at, "--workflow", "greet").output == "0 runs go on with the newest release.\n"
    told = run("runs", "cancel", *at)
    assert told.exit_code == 2 and "Say which runs" in told.output


def test_a_workflow_is_paused_and_goes_on(run, applied):
    at = ("--workspace", "mycrm")
    assert run("runs", "pause", "greet", *at).output == "greet is paused.\n"
    [id] = made(applied, "Rover")
    assert "held  greet" in run("runs", "list", *at).output
    assert "greet is paused: what happens now is held" in run("why", "greet", "pet", str(id), *at).output
    told = run("runs", "unpause", "greet", *at, "--skip").output
    assert told == "greet goes on. Kept meanwhile: 1, skipped.\n"
    wrong = run("runs", "pause", "gret", *at)
    assert (wrong.exit_code, "Did you mean “greet”?" in wrong.output) == (2, True)


def test_it_is_said_why_a_workflow_did_something_or_nothing(run, applied):
    rover, tom = made(applied, "Rover", "Tom")
    at = ("--workspace", "mycrm")
    did, did_not = (run("why", "greet", "pet", str(id), *at).output for id in (rover, tom))
    assert "created (name): run " in did and "waiting" in did
    assert "updated (name): the rule did this itself" in did
    assert 'size(name) > 3  holds\n  name != "Nobody"  holds\n  with name = Rover\n' in did
    assert "created (name): the condition did not hold\n  size(name) > 3  does not hold\n" in did_not
    assert run("why", "greet", "account", str(tom), *at).exit_code == 2
