"""test."""

from __future__ import annotations

PET = "entity: pet\nfields:\n  name: {type: text, required: true}\nexamples:\n  nameless: {given: {}, fails: [name]}\n"


def test_test_counts_when_all_is_as_the_examples_say(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text(PET)
    result = run("test", "mycrm")
    assert (result.exit_code, result.output.endswith(": all is as they say.\n")) == (0, True)
    assert not (mycrm / "customary.db").exists()


def test_test_prints_what_differs_with_its_place(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text(PET.replace("{given: {}", "{given: {name: A}"))
    result = run("test", "mycrm")
    lines = result.output.splitlines()
    assert (result.exit_code, len(lines)) == (1, 2)
    assert lines[0] == "schemas/pet.yaml:5:32  entity pet nameless: fails: expected name, got nothing"
    assert lines[1].endswith(", 1 of them came out otherwise.")


def test_test_with_problems_lists_them(run, mycrm):
    (mycrm / "schemas" / "pet.yaml").write_text(PET.replace("text", "txt"))
    result = run("test", "mycrm")
    assert (result.exit_code, "schemas/pet.yaml:3:16" in result.output) == (1, True)


def test_test_outside_of_a_workspace_is_wrong_use(run):
    assert run("test", "nowhere").exit_code == 2
