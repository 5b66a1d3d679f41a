"""undo."""

from __future__ import annotations

import pytest

PET = "entity: pet\nfields:\n  name: {type: text}\n"


@pytest.fixture
def twice(run, mycrm):
    """Applied, edited and applied again."""
    run("apply", "mycrm", "--yes")
    (mycrm / "schemas" / "pet.yaml").write_text(PET + "  age: {type: integer}\n")
    (mycrm / "schemas" / "toy.yaml").write_text("entity: toy\nfields:\n  name: {type: text}\n")
    run("apply", "mycrm", "--yes")
    return mycrm


def test_undo_shows_what_it_does_and_asks(run, twice):
    refused = run("undo", "mycrm", input="n\n")
    assert refused.exit_code == 1
    assert "Back to what release 1 said. Taken back: 2." in refused.output
    assert "- field pet.age" in refused.output
    assert "- entity toy" in refused.output
    assert run("plan", "mycrm").exit_code == 0


def test_undo_says_that_the_files_are_newer(run, twice):
    result = run("undo", "mycrm", "--yes")
    assert result.exit_code == 0
    assert "Applied: release 3, which says what release 1 said." in result.output
    assert "The files in mycrm still say what was taken back" in result.output
    again = run("plan", "mycrm")
    assert (again.exit_code, "+ field pet.age" in again.output) == (3, True)
    assert result.output.endswith("customary undo 2 mycrm --write\n")
    assert run("undo", "2", "mycrm", "--write").output.splitlines() == [
        "Back to what release 1 said. Taken back: 2 to 3.",
        "Nothing to do.",
        "Wrote schemas/pet.yaml.",
        "Took away schemas/toy.yaml.",
    ]
    assert run("plan", "mycrm").output == "Nothing to do.\n"


def test_undo_writes_the_files_back(run, twice):
    result = run("undo", "2", "mycrm", "--yes", "--write")
    assert (result.exit_code, result.output.splitlines()[-2:]) == (
        0,
        ["Wrote schemas/pet.yaml.", "Took away schemas/toy.yaml."],
    )
    assert (twice / "schemas" / "pet.yaml").read_text() == PET
    assert run("plan", "mycrm").output == "Nothing to do.\n"
    assert run("undo", "mycrm", "--yes", "--write").exit_code == 0
    assert "age" in (twice / "schemas" / "pet.yaml").read_text()
    assert (twice / "schemas" / "toy.yaml").is_file()
    assert run("plan", "mycrm").output == "Nothing to do.\n"


def test_undo_writes_over_nothing_that_was_never_applied(run, twice):
    edited = PET + "  weight: {type: decimal}\n"
    (twice / "schemas" / "pet.yaml").write_text(edited)
    result = run("undo", "mycrm", "--yes", "--write")
    assert (result.exit_code, "never applied" in result.output, "schemas/pet.yaml" in result.output) == (1, True, True)
    assert "toy" not in result.output.splitlines()[-1]
    assert (twice / "schemas" / "pet.yaml").read_text() == edited
    assert run("undo", "mycrm", "--yes").output.splitlines()[-1].startswith("The files in mycrm still say")


def test_undo_names_no_other_database(run, mycrm):
    run("apply", "mycrm", "--yes")
    settings = mycrm / "customary.yaml"
    settings.write_text(settings.read_text() + "database: sqlite:///customary.db\n")
    (mycrm / "schemas" / "pet.yaml").write_text(PET + "  age: {type: integer}\n")
    run("apply", "mycrm", "--yes")
    result = run("undo", "mycrm", "--yes", "--write")
    assert (result.exit_code, "named another database" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["1", "mycrm"], "there is nothing before it"),
        (["7", "mycrm"], "There is no release 7: the newest one is 2."),
        (["0", "mycrm"], "There is no release 0"),
        (["1", "mycrm", "other"], "Say one release and one folder"),
        (["nowhere"], "holds no customary.yaml"),
    ],
)
def test_undo_says_what_cannot_be(run, twice, arguments, told):
    result = run("undo", "--yes", *arguments)
    assert (result.exit_code in (1, 2), told in result.output) == (True, True)
