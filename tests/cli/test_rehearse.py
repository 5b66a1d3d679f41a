"""rehearse workflow."""

from __future__ import annotations

import json

import pytest

from customary.engine import records
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

RULE = """workflow: long
when: {created: pet}
where: size(name) > 3
do:
  - set: {name: 'Dear {{ name }}'}
  - send_email: {to: ann@example.com, subject: 'About {{ name }}', body: Hello}
"""


@pytest.fixture
def pets(run, mycrm):
    run("apply", "mycrm", "--yes")
    workspace = Workspace.open(mycrm)
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        ids = records.create_many(work, "pet", [{"name": "Rover"}, {"name": "Tom"}])
    workspace.close()
    (mycrm / "workflows").mkdir(exist_ok=True)
    (mycrm / "workflows" / "long.yaml").write_text(RULE)
    return ids


def test_it_tells_what_a_workflow_would_have_done(run, pets):
    result = run("rehearse", "workflow", "long", "mycrm", "--since", "1d")
    assert (result.exit_code, "2 things that happened" in result.output) == (0, True)
    assert "Would have started: 1\n  + 1 that the applied rule did not start" in result.output
    assert f"created  pet “Rover” {pets[0]}\n    updated pet “Dear Rover”: name Rover → Dear Rover\n" in result.output
    assert "    mail to ann@example.com: About Dear Rover\n      Hello\n" in result.output
    followed = run("rehearse", "workflow", "long", "mycrm", "--record", str(pets[1]))
    assert f"created  pet “Tom” {pets[1]}: its condition does not hold" in followed.output
    assert "    size(name) > 3  does not hold\n    with name = Tom\n" in followed.output
    traced = run("rehearse", "workflow", "long", "mycrm", "--record", str(pets[0])).output
    assert "    1 set done: Dear Rover\n    2 send_email done: ann@example.com" in traced


def test_programs_get_it_as_json(run, pets):
    found = json.loads(run("rehearse", "workflow", "long", "mycrm", "--json").output)
    assert (found["looked_at"], found["starts"], found["new"]) == (2, 1, 1)
    (case,) = found["cases"]
    assert case["trial"]["written"][0]["after"] == {"name": "Dear Rover"}
    assert case["trial"]["messages"][0]["subject"] == "About Dear Rover"


def test_what_needs_other_tables_is_rehearsed_on_a_copy(run, pets, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text(
        "entity: pet\nfields:\n  name: {type: text}\n  size: {type: integer, default: 7}\n"
    )
    (mycrm / "workflows" / "long.yaml").write_text(RULE.replace("size(name) > 3", "size == 7"))
    assert "Would have started: 2" in run("rehearse", "workflow", "long", "mycrm").output
    assert run("plan", "mycrm").exit_code == 3


def test_what_cannot_be_rehearsed_says_why(run, pets):
    result = run("rehearse", "workflow", "lng", "mycrm")
    assert (result.exit_code, "There is no workflow lng. Did you mean “long”?" in result.output) == (1, True)
    result = run("rehearse", "workflow", "long", "mycrm", "--since", "ever")
    assert (result.exit_code, "“ever” is no span of time" in result.output) == (2, True)
