"""backup and restore."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def applied(run, mycrm):
    assert run("apply", "mycrm", "--yes").exit_code == 0
    return mycrm


def test_a_workspace_is_saved_verified_and_made_again(run, applied, tmp_path):
    saved = run("backup", "crm.zip", "mycrm")
    assert (saved.exit_code, saved.output.startswith("Saved release 1 in crm.zip: ")) == (0, True)
    assert (tmp_path / "crm.zip").stat().st_mode & 0o777 == 0o600
    whole = run("restore", "crm.zip", "--verify")
    assert (whole.exit_code, whole.output.startswith("crm.zip is whole: release 1, ")) == (0, True)
    again = run("restore", "crm.zip", "again")
    assert (again.exit_code, again.output.startswith("Restored release 1 in again, ")) == (0, True)
    assert (run("plan", "again").exit_code, (tmp_path / "again" / "schemas" / "pet.yaml").is_file()) == (0, True)


def test_a_backup_is_not_written_over(run, applied, tmp_path):
    (tmp_path / "crm.zip").write_text("mine")
    refused = run("backup", "crm.zip", "mycrm")
    assert (refused.exit_code, refused.output) == (
        2,
        "Error: crm.zip is there already. Give another name, or say --replace.\n",
    )
    assert (tmp_path / "crm.zip").read_text() == "mine"
    assert run("backup", "crm.zip", "mycrm", "--replace").exit_code == 0
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_a_place_that_cannot_be_written_is_told(run, applied):
    result = run("backup", "nowhere/crm.zip", "mycrm")
    assert (result.exit_code, "The backup cannot be written" in result.output) == (2, True)


def test_a_damaged_file_is_exit_code_1(run, tmp_path):
    (tmp_path / "crm.zip").write_text("no backup")
    for arguments in (("crm.zip", "again"), ("crm.zip", "--verify")):
        result = run("restore", *arguments)
        assert (result.exit_code, "crm.zip is no backup of Customary" in result.output) == (1, True)
    assert not (tmp_path / "again").exists()


def test_an_empty_folder_that_one_stands_in_is_filled_or_left_empty(run, applied, tmp_path, monkeypatch):
    run("backup", "crm.zip", "mycrm")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    occupied = run("restore", "../crm.zip", "--database", f"sqlite:///{applied / 'customary.db'}")
    assert (occupied.exit_code, list((tmp_path / "here").iterdir())) == (2, [])
    assert run("restore", "../crm.zip").exit_code == 0
    assert Path("customary.yaml").is_file()


def test_replacing_is_asked_for(run, applied, tmp_path):
    run("backup", "crm.zip", "mycrm")
    with sqlite3.connect(applied / "customary.db") as connection:
        connection.execute("DELETE FROM customary_release")
    unasked = run("restore", "crm.zip", "mycrm", "--replace")
    assert (unasked.exit_code, "Say --yes." in unasked.output) == (2, True)
    assert run("restore", "crm.zip", "mycrm", "--replace", input="n\n").exit_code == 1
    with sqlite3.connect(applied / "customary.db") as connection:
        assert connection.execute("SELECT count(*) FROM customary_release").fetchone() == (0,)
    done = run("restore", "crm.zip", "mycrm", "--replace", "--yes")
    assert (done.exit_code, "The definitions that lay there are in mycrm/replaced-" in done.output) == (0, True)


def test_a_variable_that_names_another_database_is_told_of(run, applied, tmp_path, monkeypatch):
    run("backup", "crm.zip", "mycrm")
    monkeypatch.setenv("CUSTOMARY_DATABASE", "postgresql://production/crm")
    again = run("restore", "crm.zip", "again", "--database", "sqlite:///own.db")
    assert (again.exit_code, (tmp_path / "again" / "own.db").is_file()) == (0, True)
    assert "CUSTOMARY_DATABASE names another database: take it away before you use again." in again.output


def test_a_missing_content_of_a_file_is_told_and_the_rest_is_saved(run, applied, tmp_path):
    with sqlite3.connect(applied / "customary.db") as connection:
        connection.execute(
            "INSERT INTO customary_file (id, name, type, size, sha256, sent_at, entity, record) VALUES "
            "(?, 'contract.pdf', 'application/pdf', 3, 'x', '2026-01-01 00:00:00.000000', 'pet', ?)",
            ("0" * 31 + "1", "0" * 31 + "2"),
        )
    saved = run("backup", "crm.zip", "mycrm")
    assert (saved.exit_code, "The content of “contract.pdf”" in saved.output) == (1, True)
    assert run("restore", "crm.zip", "again").exit_code == 0
