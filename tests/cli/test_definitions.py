"""init, check, show, plan, apply."""

from __future__ import annotations

import json
import sqlite3

import pytest

from customary.cli import COMMANDS, main


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"customary {command}" in result.output
    assert "Example:" in result.output


def test_init_makes_a_workspace(run, tmp_path):
    result = run("init", "mycrm", "--packs", "core,sales")
    assert result.output == "Made the workspace mycrm. Next: customary apply mycrm\n"
    assert "packs: [core, sales]" in (tmp_path / "mycrm" / "customary.yaml").read_text()


def test_init_refuses_a_pack_nobody_knows(run, tmp_path):
    result = run("init", "mycrm", "--packs", "core,salse")
    assert (result.exit_code, (tmp_path / "mycrm").exists()) == (2, False)
    assert "There is no pack “salse”. Known: core, sales" in result.output


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", ""])
def test_init_refuses_a_database_that_cannot_be(run, tmp_path, url):
    assert run("init", "mycrm", "--database", url).exit_code == 2
    assert not (tmp_path / "mycrm").exists()


def test_init_leaves_a_workspace_alone(run, mycrm):
    result = run("init", "mycrm")
    assert (result.exit_code, "is a workspace already" in result.output) == (2, True)


def test_check_counts_when_all_is_well(run, mycrm):
    result = run("check", "mycrm")
    assert (result.exit_code, result.output.startswith("All is well: ")) == (0, True)


def test_check_tells_warnings_apart_and_lets_them_pass(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text("entity: pet\nlabel: {en: Pet}\nfields:\n  a: {type: text}\n")
    result = run("check", "mycrm")
    assert result.exit_code == 0
    first, last = result.output.splitlines()
    assert first.startswith("schemas/pet.yaml:2:8  warning: no text in zh, el  Add zh: …, el: …")
    assert last.startswith("All is well, with 1 warning: ")
    (mycrm / "schemas" / "toy.yaml").write_text("entity: toy\nfields:\n  a: {type: txt}\n")
    result = run("check", "mycrm")
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.output.splitlines()] == ["schemas/toy.yaml", "schemas/pet.yaml"]


def test_check_lists_every_problem(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text("entity: pet\nfields:\n  a: {type: txt}\n  b: {type: monney}\n")
    result = run("check", "mycrm")
    lines = result.output.splitlines()
    assert (result.exit_code, len(lines)) == (1, 2)
    assert lines[1].startswith("schemas/pet.yaml:4:13  “monney” is not a")


@pytest.mark.parametrize(
    "command",
    [("check",), ("plan",), ("apply",), ("serve",), ("work",), ("show", "entity", "deal", "--workspace")],
    ids=lambda command: command[0],
)
def test_a_folder_without_a_workspace_is_wrong_use(run, command):
    result = run(*command, "nowhere")
    assert (result.exit_code, "nowhere holds no customary.yaml" in result.output) == (2, True)


def test_plan_apply_plan(run, mycrm):
    planned = run("plan", "mycrm")
    assert (planned.exit_code, "+ entity pet; fields: 1" in planned.output) == (3, True)
    applied = run("apply", "mycrm", "--yes")
    assert (applied.exit_code, applied.output) == (0, planned.output + "Applied: release 1.\n")
    assert (run("plan", "mycrm").exit_code, run("plan", "mycrm").output) == (0, "Nothing to do.\n")
    again = run("apply", "mycrm", "--yes")
    assert (again.exit_code, again.output) == (0, "Nothing to do.\n")


def test_apply_asks_before_it_changes_anything(run, mycrm):
    refused = run("apply", "mycrm", input="n\n")
    assert (refused.exit_code, "Apply these changes?" in refused.output) == (1, True)
    assert run("plan", "mycrm").exit_code == 3
    assert run("apply", "mycrm", input="y\n").exit_code == 0


def test_apply_without_anybody_to_ask_says_what_to_do(run, mycrm):
    result = run("apply", "mycrm", input="")
    assert (result.exit_code, "Nobody is there to answer" in result.output) == (2, True)
    assert run("plan", "mycrm").exit_code == 3


def test_plan_with_problems_lists_them(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text("entity: pet\nfields:\n  a: {type: monney}\n")
    result = run("plan", "mycrm")
    assert (result.exit_code, "schemas/pet.yaml:3:13" in result.output) == (1, True)


def test_the_environment_names_another_database(run, mycrm, tmp_path, monkeypatch):
    monkeypatch.setenv("CUSTOMARY_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    run("apply", "mycrm", "--yes")
    with sqlite3.connect(tmp_path / "elsewhere.db") as connection:
        assert connection.execute("SELECT count(*) FROM customary_release").fetchone() == (1,)
    assert not (mycrm / "customary.db").exists()


def test_the_workspace_names_its_database(run, tmp_path, postgresql_url):
    assert run("init", "mycrm", "--packs", "core", "--database", postgresql_url).exit_code == 0
    assert run("apply", "mycrm", "--yes").exit_code == 0
    assert run("plan", "mycrm").output == "Nothing to do.\n"


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("nonsense", 2, "“nonsense” is not a database URL"),
        ("mysql://localhost/x", 2, "“mysql” is not supported. Databases: sqlite, postgresql."),
        ("postgresql://localhost:1/x", 1, "does not answer"),
        ("sqlite:////no/such/folder/x.db", 1, "does not answer"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(run, mycrm, monkeypatch, url, code, says):
    monkeypatch.setenv("CUSTOMARY_DATABASE", url)
    result = run("plan", "mycrm")
    assert (result.exit_code, says in result.output, len(result.output.splitlines())) == (code, True, 1)


def test_show_prints_the_merged_definition_with_origins(run, mycrm):
    (mycrm / "schemas" / "account.yaml").write_text("entity: account\nicon: building\nfields:\n  tier: {type: text}\n")
    result = run("show", "entity", "account", "--workspace", "mycrm")
    assert result.exit_code == 0
    lines = {" ".join(line.split()) for line in result.output.splitlines()}
    assert "icon: building # schemas/account.yaml:2" in lines
    assert "tier: # schemas/account.yaml:4" in lines
    assert any("# schemas/core/account.yaml" in line for line in lines)


def test_show_tells_which_computed_fields_are_kept_and_why(run, mycrm):
    (mycrm / "schemas" / "visit.yaml").write_text(
        "entity: visit\nfields:\n  name: {type: text}\n  long: {type: integer, formula: minutes * 2}\n"
        "  twice: {type: integer, formula: minutes * 3}\n  minutes: {type: integer}\n"
        "views:\n  longest: {kind: table, sort: [-long]}\n"
    )
    told = run("show", "entity", "visit", "--workspace", "mycrm").output.splitlines()
    assert told[-2:] == [
        "# long: kept in a column, because the view visit.longest sorts by it",
        "# twice: worked out in the database when it is read",
    ]
    shown = json.loads(run("show", "entity", "visit", "--workspace", "mycrm", "--json").output)
    assert shown["computed"] == {"long": "the view visit.longest sorts by it", "twice": None}


def test_show_knows_what_was_meant(run, mycrm):
    result = run("show", "entity", "acount", "--workspace", "mycrm")
    assert (result.exit_code, result.output) == (
        2,
        "Error: There is no entity “acount”. Did you mean “account”?\n",
    )


def test_show_tells_the_origin_of_what_lists_hold(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text(
        "workflow: w\nwhen: {created: account}\ndo:\n  - set: {name: A}\n  - stop: true\n"
    )
    lines = [
        " ".join(each.split()) for each in run("show", "workflow", "w", "--workspace", "mycrm").output.splitlines()
    ]
    at = "# schemas/pet.yaml"
    assert lines[3:] == [
        f"do: {at}:3",
        f"- {at}:4",
        f"set: {at}:4",
        f"name: A {at}:4",
        f"- {at}:5",
        f"stop: true {at}:5",
    ]


def test_show_gives_programs_each_value_and_its_origin(run, mycrm):
    shown = json.loads(run("show", "entity", "pet", "--workspace", "mycrm", "--json").output)
    assert (shown["kind"], shown["name"], shown["definition"]) == (
        "entity",
        "pet",
        {"fields": {"name": {"type": "text"}}},
    )
    assert shown["origins"] == {
        "/fields/name/type": {"file": "schemas/pet.yaml", "line": 3, "column": 16, "layer": "workspace"}
    }


def test_show_lists_what_there_is(run, mycrm):
    entities = run("show", "entity", "--workspace", "mycrm").output.splitlines()
    assert any(each.split() == ["entity", "pet", "#", "schemas/pet.yaml:1"] for each in entities)
    everything = run("show", "--workspace", "mycrm").output.splitlines()
    assert everything[0].split() == ["workspace", "#", "customary.yaml:2"]
    assert {"kind": "entity", "name": "pet"} in json.loads(run("show", "--workspace", "mycrm", "--json").output)
    assert "name: " in run("show", "workspace", "--workspace", "mycrm").output
    nothing = run("show", "entitty", "--workspace", "mycrm")
    assert (nothing.exit_code, "Did you mean “entity”?" in nothing.output) == (2, True)


def test_apply_pins_the_packs_and_check_and_plan_say_when_they_are_others(run, mycrm):
    run("apply", "mycrm", "--yes")
    lock = mycrm / "customary.lock"
    pinned = lock.read_text("utf-8")
    assert run("check", "mycrm").output.startswith("All is well")
    lock.write_text(pinned.replace('"version": "', '"version": "0.'), "utf-8")
    for command in ("check", "plan"):
        result = run(command, "mycrm")
        assert (result.exit_code, "the pack “core” was applied as 0." in result.output) == (0, True)
    assert run("apply", "mycrm").exit_code == 0
    assert lock.read_text("utf-8") == pinned


def test_unknown_commands_and_options_are_wrong_use(run):
    assert (run("frobnicate").exit_code, run("plan", "--frob").exit_code) == (2, 2)


def test_the_version_is_told(run):
    assert run("--version").output.startswith("customary 0.")


def test_every_command_of_the_table_is_there():
    assert set(main.list_commands(None)) == set(COMMANDS)
