"""retired, purge."""

from __future__ import annotations

import json

TWO = "entity: pet\nfields:\n  name: {type: text}\n  age: {type: integer, default: 3}\n"
ONE = TWO.replace("  age: {type: integer, default: 3}\n", "")


def shrink(run, mycrm) -> None:
    for text in (TWO, ONE):
        (mycrm / "schemas" / "pet.yaml").write_text(text)
        assert run("apply", "mycrm", "--yes").exit_code == 0


def test_nothing_is_retired_at_first(run, mycrm):
    run("apply", "mycrm", "--yes")
    assert run("retired", "mycrm").output == "Nothing is retired.\n"
    result = run("purge", "mycrm", "--yes")
    assert (result.exit_code, result.output) == (0, "Nothing has been retired for so long.\n")


def test_what_is_retired_is_listed_for_people_and_programs(run, mycrm):
    shrink(run, mycrm)
    assert run("retired", "mycrm").output.startswith("field pet.age: 0 values, since release 2 (")
    (found,) = json.loads(run("retired", "mycrm", "--json").output)
    told = {key: found[key] for key in ("kind", "path", "release", "count")}
    assert told == {"kind": "field", "path": "pet.age", "release": 2, "count": 0}


def test_a_purge_shows_and_asks_and_is_a_release(run, mycrm):
    shrink(run, mycrm)
    assert "Nothing has been retired" in run("purge", "mycrm").output
    asked = run("purge", "mycrm", "--older-than", "0d", input="n\n")
    assert (asked.exit_code, "- retired field pet.age; destroyed for good" in asked.output) == (1, True)
    assert run("retired", "mycrm").output.startswith("field pet.age")
    done = run("purge", "mycrm", "--older-than", "0d", "--yes")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Purged: release 3.")
    assert run("retired", "mycrm").output == "Nothing is retired.\n"
    assert run("plan", "mycrm").exit_code == 0


def test_a_duration_that_is_none_is_refused(run, mycrm):
    run("apply", "mycrm", "--yes")
    result = run("purge", "mycrm", "--older-than", "long")
    assert (result.exit_code, "“long” is not a duration" in result.output) == (2, True)


def test_the_workspace_says_how_long_retired_things_are_kept(run, mycrm):
    settings = mycrm / "customary.yaml"
    settings.write_text(settings.read_text() + "purge_after: 0d\n")
    shrink(run, mycrm)
    assert "- retired field pet.age" in run("purge", "mycrm", "--yes").output


def test_what_does_not_fit_is_found_value_by_value(run, mycrm):
    text = "entity: pet\ntitle: name\nfields:\n  name: {type: text, default: Rex}\n  age: {type: text, default: old}\n"
    other = "---\nentity: toy\nfields:\n  pet: {type: link, to: pet}\n"
    (mycrm / "schemas" / "pet.yaml").write_text(text + other)
    run("apply", "mycrm", "--yes")
    (mycrm / "pets.csv").write_text("Name,Age\nRex,3\nTom,very old\n")
    assert run("import", "pet", "mycrm/pets.csv", "--workspace", "mycrm", "--yes").exit_code == 0
    (mycrm / "schemas" / "pet.yaml").write_text(text.replace("age: {type: text, default: old}", "age: {type: integer}"))
    run("apply", "mycrm", "--yes")
    lines = run("retired", "mycrm", "--values", "pet.age").output.splitlines()
    assert lines[0] == "record,title,value,today"
    assert sorted(line.partition(",")[2] for line in lines[1:]) == ["Rex,3,3", "Tom,very old,"]
    assert run("retired", "mycrm", "--values", "toy").output.splitlines() == ["record,title,value,today"]
    unknown = run("retired", "mycrm", "--values", "pet.nme")
    assert (unknown.exit_code, "Nothing retired is called “pet.nme”" in unknown.output) == (2, True)
