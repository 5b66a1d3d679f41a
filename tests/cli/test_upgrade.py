"""upgrade, rehearse upgrade."""

from __future__ import annotations

import pytest

PACK = "pack: pets\nversion: {version}\nchanges:\n  2.0.0: {{en: Names are shorter., zh: 名称更短。}}\n"
PET = "entity: pet\nfields:\n  name: {type: text, max_length: 200}\n  age: {type: integer}\n"
OWN = "entity: pet\nfields:\n  name: {max_length: 80}\n  age: {label: Years}\n"


@pytest.fixture
def pets(run, tmp_path):
    """A workspace with a pack of its own, and the folder with the newer pack."""
    for folder, version, text in (("mycrm", "1.0.0", PET), ("pets", "2.0.0", PET.replace("200", "100"))):
        pack = tmp_path / folder / "schemas" / "pets"
        pack.mkdir(parents=True)
        (pack / "pack.yaml").write_text(PACK.format(version=version), "utf-8")
        (pack / "pet.yaml").write_text(text)
    (tmp_path / "mycrm" / "customary.yaml").write_text("name: A\npacks: [pets]\n")
    (tmp_path / "mycrm" / "schemas" / "pet.yaml").write_text(OWN)
    assert run("apply", "mycrm", "--yes").exit_code == 0
    return tmp_path / "mycrm"


MEANT = ("upgrade", "pets", "mycrm", "--from", "pets", "--base", "mycrm")


def test_upgrade_lists_conflicts_with_their_three_values_and_writes_nothing(run, pets):
    result = run(*MEANT)
    assert (result.exit_code, result.output) == (
        1,
        "pets 1.0.0 → 2.0.0\n"
        "  2.0.0  Names are shorter.\n"
        "! entity.pet.fields.name.max_length\n"
        "    base    200  schemas/pets/pet.yaml:3\n"
        "    theirs  100  schemas/pets/pet.yaml:3\n"
        "    ours    80  schemas/pet.yaml:3\n"
        "Error: 1 conflict, so nothing was changed. Decide with --ours KEY or --theirs KEY, or edit the files and try "
        "again.\n",
    )
    assert (pets / "schemas" / "pet.yaml").read_text() == OWN
    assert "max_length: 200" in (pets / "schemas" / "pets" / "pet.yaml").read_text()
    assert run("plan", "mycrm").output == "Nothing to do.\n"


def test_upgrade_shows_what_it_writes_and_asks(run, pets):
    theirs = (*MEANT, "--theirs", "entity.pet.fields.name.max_length")
    refused = run(*theirs, input="n\n")
    assert refused.exit_code == 1
    assert "-  name: {max_length: 80}\n" in refused.output
    assert "~ field pet.name: max_length 80 → 100\n" in refused.output
    assert (pets / "schemas" / "pet.yaml").read_text() == OWN
    done = run(*theirs, "--yes")
    assert (done.exit_code, done.output.splitlines()[-4:]) == (
        0,
        [
            "Wrote schemas/pet.yaml.",
            "Wrote schemas/pets/pack.yaml.",
            "Wrote schemas/pets/pet.yaml.",
            "Applied: release 2.",
        ],
    )
    assert (pets / "schemas" / "pet.yaml").read_text() == "entity: pet\nfields:\n  age: {label: Years}\n"
    assert run("plan", "mycrm").output == "Nothing to do.\n"
    assert run("upgrade", "mycrm").output == "The packs are up to date.\n"


def test_upgrade_shows_no_password_that_stands_beside_what_changes(run, pets, tmp_path):
    (pets / "customary.yaml").write_text(
        "name: A\npacks: [pets]\nmail: {host: mail.example.com, password: hush}\n"
        "navigation: {animals: {entities: [pet], label: Ours}}\n"
    )
    for folder, label in (("mycrm", "Pets"), ("pets", "Animals")):
        pack = tmp_path / folder / "schemas" / "pets" / "pack.yaml"
        pack.write_text(pack.read_text() + f"navigation: {{animals: {{entities: [pet], label: {label}}}}}\n", "utf-8")
    assert run("apply", "mycrm", "--yes").exit_code == 0
    result = run(*MEANT, "--theirs", "all", "--yes")
    assert (result.exit_code, "+navigation: {animals: {entities: [pet]}}" in result.output) == (0, True)
    assert "hush" not in result.output


def test_undo_takes_the_whole_upgrade_back(run, pets):
    lock = (pets / "customary.lock").read_text()
    assert run(*MEANT, "--theirs", "all", "--yes").exit_code == 0
    assert (pets / "customary.lock").read_text() != lock
    assert run("undo", "mycrm", "--yes", "--write").exit_code == 0
    assert (pets / "schemas" / "pet.yaml").read_text() == OWN
    assert (pets / "schemas" / "pets" / "pet.yaml").read_text() == PET
    assert (pets / "customary.lock").read_text() == lock
    assert run("plan", "mycrm").output == "Nothing to do.\n"


def test_upgrade_without_anybody_to_ask_says_what_to_do(run, pets):
    result = run(*MEANT, "--ours", "all", input="")
    assert (result.exit_code, "Nobody is there to answer" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("upgrade", "pest", "mycrm"), "There is no pack “pest” in this workspace. Did you mean “pets”?"),
        (("upgrade", "a", "b", "c"), "Say one pack and one folder"),
        (("upgrade", "pets", "nowhere"), "nowhere holds no customary.yaml"),
        ((*MEANT, "--ours", "entity.pet.fields.age"), "There is no conflict at “entity.pet.fields.age”."),
    ],
)
def test_wrong_use_is_told(run, pets, arguments, says):
    result = run(*arguments)
    assert (result.exit_code, says in result.output) == (2, True)


def test_what_does_not_fit_the_new_pack_is_listed_with_its_place(run, pets, tmp_path):
    (tmp_path / "pets" / "schemas" / "pets" / "pet.yaml").write_text(
        "entity: pet\nfields:\n  name: {type: text, max_length: 80}\n"
    )
    (pets / "schemas" / "pet.yaml").write_text("entity: pet\nviews:\n  old: {kind: table, columns: [age]}\n")
    assert run("apply", "mycrm", "--yes").exit_code == 0
    result = run(*MEANT, "--yes")
    assert result.exit_code == 1
    assert "schemas/pet.yaml:3:32  “age” is not a field" in result.output
    assert "age" in (pets / "schemas" / "pet.yaml").read_text()


def test_rehearse_does_it_on_a_copy_and_says_what_came_of_it(run, pets):
    before = {each: each.read_bytes() for each in pets.rglob("*") if each.suffix in (".yaml", ".lock")}
    result = run("rehearse", *MEANT, "--theirs", "all")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert "~ field pet.name: max_length 80 → 100" in lines
    assert any(each.startswith("Applied to the copy in ") and each.endswith(" s: release 2.") for each in lines)
    assert lines[-3:] == [
        "Database and definitions fit together.",
        "0 examples: all is as they say.",
        "This was a copy, which is gone; nothing else was changed.",
    ]
    assert before == {each: each.read_bytes() for each in pets.rglob("*") if each.suffix in (".yaml", ".lock")}
    assert run("plan", "mycrm").output == "Nothing to do.\n"


def test_rehearse_fails_where_the_upgrade_would_and_where_examples_come_out_otherwise(run, pets, tmp_path):
    assert "entity.pet.fields.name.max_length" in run("rehearse", *MEANT).output
    pet = tmp_path / "pets" / "schemas" / "pets" / "pet.yaml"
    pet.write_text(pet.read_text() + "examples:\n  wrong: {given: {name: A}, gives: {name: B}}\n")
    result = run("rehearse", *MEANT, "--ours", "all")
    assert (result.exit_code, "1 example: see above." in result.output) == (1, True)
    assert "schemas/pets/pet.yaml:6" in result.output
