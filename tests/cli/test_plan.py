"""plan and apply: what is agreed to is what is done, or nothing is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PET = "entity: pet\nfields:\n  name: {type: text}\n"
AGE = PET + "  age: {type: integer}\n"
COMMAND = "from customary.cli import main; main()"


@pytest.fixture
def pets(run, mycrm):
    """The workspace, applied, and a definition edited since."""
    assert run("apply", "mycrm", "--yes").exit_code == 0
    (mycrm / "schemas" / "pet.yaml").write_text(AGE)
    return mycrm


def test_the_plan_as_data_says_what_the_plan_says(run, pets):
    told = run("plan", "mycrm", "--json")
    plan = json.loads(told.stdout)
    assert (told.exit_code, plan["base"], plan["empty"], plan["counted"], plan["problems"]) == (3, 1, False, True, [])
    assert plan["classes"] == {"safe": 1, "online": 0, "rewrite": 0, "destructive": 0}
    assert [line["text"] for line in plan["lines"]] == ["+ field pet.age (integer)"]
    assert plan["digest"][:12] in run("plan", "mycrm").output


def test_problems_of_definitions_are_data_too(run, pets):
    (pets / "schemas" / "pet.yaml").write_text("entity: pet\nfields:\n  a: {type: monney}\n")
    told = run("plan", "mycrm", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["problems"][0].startswith("schemas/pet.yaml:3:13")
    assert "schemas/pet.yaml:3:13" in told.stderr


def test_nothing_to_do_is_data_too(run, mycrm):
    run("apply", "mycrm", "--yes")
    told = run("plan", "mycrm", "--json")
    assert (told.exit_code, json.loads(told.stdout)["empty"]) == (0, True)


def test_where_the_records_lie_is_no_change_of_what_is_declared(run, mycrm):
    run("apply", "mycrm", "--yes")
    settings = mycrm / "customary.yaml"
    settings.write_text(f"{settings.read_text()}database: sqlite:///{mycrm / 'elsewhere.db'}\n")
    (mycrm / "customary.db").rename(mycrm / "elsewhere.db")
    told = run("plan", "mycrm")
    assert (told.exit_code, "elsewhere" in told.output) == (0, False), told.output


def test_a_saved_plan_is_applied_without_a_question(run, pets):
    assert run("plan", "mycrm", "--save", "a.plan").exit_code == 3
    applied = run("apply", "mycrm", "--plan", "a.plan")
    assert (applied.exit_code, applied.output.endswith("Applied: release 2.\n")) == (0, True)
    again = run("apply", "mycrm", "--plan", "a.plan")
    assert (again.exit_code, "release 2 is applied by now" in again.output) == (1, True)


def test_a_saved_plan_may_stand_for_the_current_folder(run, pets, monkeypatch):
    monkeypatch.chdir(pets)
    assert run("plan", "--save", "a.plan", "--quick").exit_code == 3
    assert run("apply", "a.plan").exit_code == 0


def test_a_digest_is_agreement_too(run, pets):
    digest = json.loads(run("plan", "mycrm", "--json").stdout)["digest"]
    refused = run("apply", "mycrm", "--plan", "0" * 12)
    assert (refused.exit_code, digest[:12] in _to_agree(refused)) == (1, True)
    assert run(*_to_agree(refused)).exit_code == 0


def test_a_saved_plan_is_refused_when_the_definitions_were_edited(run, pets):
    run("plan", "mycrm", "--save", "a.plan")
    (pets / "schemas" / "pet.yaml").write_text(AGE + "  town: {type: text}\n")
    refused = run("apply", "mycrm", "--plan", "a.plan")
    assert refused.exit_code == 1
    assert "nothing was changed" in refused.output
    assert "The definitions were edited." in refused.output
    assert refused.output.endswith("Look at the new plan. To agree to it: customary plan mycrm --save a.plan\n")
    assert run(*_to_agree(refused)).exit_code == 3
    assert run("apply", "mycrm", "--plan", "a.plan").exit_code == 0


def _to_agree(refused):
    """The command that a refusal names."""
    return refused.output.strip().rpartition(": customary ")[2].split()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mycrm", "--plan", "nowhere.plan"), "neither a plan's digest nor a file"),
        (("mycrm", "--plan", "mycrm/customary.yaml"), "no saved plan"),
        (("mycrm", "--plan", "mycrm"), "neither a plan's digest nor a file"),
        (("mycrm/customary.yaml",), "no saved plan"),
    ],
)
def test_what_is_no_plan_is_wrong_use(run, pets, arguments, told):
    result = run("apply", *arguments)
    assert (result.exit_code, told in result.output) == (2, True), result.output


def test_a_plan_that_cannot_be_saved_is_wrong_use(run, pets):
    result = run("plan", "mycrm", "--save", "no/such/folder/a.plan")
    assert (result.exit_code, "cannot be written" in result.output) == (2, True)


def test_long_lists_are_shortened_but_for_what_goes_out_of_sight(run, pets):
    many = "".join(f"  f{n}: {{type: text}}\n" for n in range(60))
    (pets / "schemas" / "pet.yaml").write_text(PET + many)
    told = run("plan", "mycrm").output
    assert ("+ field pet.f19 (text)" in told, "+ field pet.f20 (text)" in told) == (True, False)
    assert "… and 40 more like these; --all shows them" in told
    assert "+ field pet.f59 (text)" in run("plan", "mycrm", "--all").output
    run("apply", "mycrm", "--yes")
    (pets / "schemas" / "pet.yaml").write_text(PET)
    assert run("plan", "mycrm").output.count("[destructive]") == 60


def test_of_two_who_apply_at_once_one_is_told(run, pets, database_url, monkeypatch):
    monkeypatch.setenv("CUSTOMARY_DATABASE", database_url)
    (pets / "schemas" / "pet.yaml").write_text(PET)
    assert run("apply", "mycrm", "--yes").exit_code == 0
    (pets / "schemas" / "pet.yaml").write_text(AGE)
    run("plan", "mycrm", "--save", "a.plan")
    command = [sys.executable, "-c", COMMAND, "apply", "mycrm", "--plan", "a.plan"]
    both = [
        subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [each.communicate(timeout=120) for each in both]
    assert sorted(each.returncode for each in both) == [0, 1], told
    loser = next(error for each, (_, error) in zip(both, told, strict=True) if each.returncode == 1)
    reasons = ("is applied by now", "was applied since", "is being applied", "The tables of the database are others")
    assert any(each in loser for each in reasons), loser
    assert run("plan", "mycrm").output == "Nothing to do.\n"
