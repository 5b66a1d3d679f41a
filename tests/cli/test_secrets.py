"""secret."""

from __future__ import annotations

import base64
import os
import sqlite3

import pytest


@pytest.fixture
def sealing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())


def test_a_secret_is_kept_sealed_and_only_its_name_is_listed(run, mycrm, sealing):
    said = run("secret", "set", "weather_key", "--workspace", "mycrm", input="s3cr3t\n")
    assert (said.exit_code, said.output) == (0, "“weather_key” is kept.\n")
    listed = run("secret", "list", "--workspace", "mycrm").output
    assert listed.startswith("weather_key  2") and "s3cr3t" not in listed
    with sqlite3.connect(mycrm / "customary.db") as connection:
        assert "s3cr3t" not in str(connection.execute("SELECT * FROM customary_secret").fetchall())


def test_a_made_secret_is_printed_and_nothing_else(run, mycrm, sealing):
    first = run("secret", "make", "stripe", "--workspace", "mycrm").output.strip()
    second = run("secret", "make", "stripe", "--workspace", "mycrm").output.strip()
    assert (len(first) >= 40, first != second, first.isprintable()) == (True, True, True)
    assert run("secret", "forget", "stripe", "--workspace", "mycrm").exit_code == 0
    assert run("secret", "forget", "stripe", "--workspace", "mycrm").exit_code == 1


def test_a_new_key_takes_over_what_the_old_one_sealed(run, mycrm, sealing, monkeypatch):
    assert run("apply", "mycrm", "--yes").exit_code == 0
    run("secret", "set", "weather_key", "--workspace", "mycrm", input="s3cr3t\n")
    old, new = os.environ["CUSTOMARY_SECRET_KEY"], base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", f"{new} {old}")
    said = run("secret", "reseal", "--workspace", "mycrm")
    assert (said.exit_code, said.output) == (0, "Sealed anew: 1.\n")
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", old)
    said = run("secret", "reseal", "--workspace", "mycrm")
    assert said.exit_code == 1 and "1 cannot be opened with any key that is there" in said.output


def test_without_a_key_nothing_is_kept(run, mycrm, monkeypatch):
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY", raising=False)
    said = run("secret", "make", "stripe", "--workspace", "mycrm")
    assert (said.exit_code, "There is no key to seal secrets with" in said.output) == (2, True)


@pytest.mark.parametrize(("name", "text"), [("Big", "x"), ("a b", "x"), ("a", ""), ("a", "Schlüssel")])
def test_what_cannot_be_kept_is_said(run, mycrm, sealing, name, text):
    assert run("secret", "set", name, "--workspace", "mycrm", input=f"{text}\n").exit_code == 2
