"""user and key."""

from __future__ import annotations

import sqlite3

import pytest


@pytest.fixture
def applied(run, mycrm):
    assert run("apply", "mycrm", "--yes").exit_code == 0
    return mycrm


def add(run, email="ann@example.com", role="admin", password="correct horse"):
    arguments = ("user", "add", email, "--role", role, "--workspace", "mycrm", "--password-stdin")
    return run(*arguments, input=password + "\n")


def test_a_person_is_added_with_a_password_from_standard_input(run, applied):
    result = add(run)
    assert (result.exit_code, result.output) == (0, "ann@example.com may sign in.\n")
    with sqlite3.connect(applied / "customary.db") as connection:
        ((email, hashed),) = connection.execute("SELECT email, password_hash FROM customary_account")
    assert (email, hashed.startswith("$argon2")) == ("ann@example.com", True)


def test_nobody_is_added_twice(run, applied):
    add(run)
    result = add(run)
    assert (result.exit_code, "has an account already" in result.output) == (1, True)


def test_a_role_must_be_declared(run, applied):
    result = add(run, role="admni")
    assert (result.exit_code, "There is no role “admni”. Did you mean “admin”?" in result.output) == (2, True)


def test_an_empty_password_is_refused(run, applied):
    assert add(run, password="").exit_code == 2


def test_without_a_terminal_the_password_must_come_from_standard_input(run, applied):
    result = run("user", "add", "ann@example.com", "--role", "admin", "--workspace", "mycrm")
    assert (result.exit_code, "Use --password-stdin" in result.output) == (2, True)


def test_a_password_that_is_guessed_first_is_refused(run, applied):
    for password in ("short", "Password123!", "ann-2026-ann"):
        result = add(run, password=password)
        assert (result.exit_code, "assword" in result.output) == (2, True)


def test_nobody_is_added_before_anything_is_applied(run, mycrm):
    result = add(run)
    assert (result.exit_code, "Nothing is applied yet. Run: customary apply mycrm" in result.output) == (1, True)


def test_a_key_is_printed_alone(run, applied):
    add(run)
    result = run("key", "add", "--user", "ann@example.com", "--workspace", "mycrm")
    assert (result.exit_code, len(result.output.split()), result.output.count("\n")) == (0, 1, 1)


def test_a_key_needs_somebody(run, applied):
    result = run("key", "add", "--user", "bob@example.com", "--workspace", "mycrm")
    assert (result.exit_code, "Nobody signs in as “bob@example.com”" in result.output) == (1, True)


def test_it_is_explained_what_a_person_may(run, applied):
    add(run, role="member")
    result = run("explain", "ann@example.com", "account", "read", "--workspace", "mycrm")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("ann (member)\nmay")
    assert "member grants all" in result.output
    opened = run("explain", "ann@example.com", "--workspace", "mycrm").output
    assert "may not open audit\n  no role grants it\n" in opened
    wrong = [("eve@example.com",), ("eve@example.com", "account"), ("ann@example.com", "acount")]
    for each in [*wrong, ("ann@example.com", "account", "x")]:
        assert run("explain", *each, "--workspace", "mycrm").exit_code == 2


def test_a_link_lets_somebody_back_in_who_lost_everything(run, applied):
    add(run)
    result = run("user", "link", "ann@example.com", "--forget-factors", "--workspace", "mycrm")
    assert result.exit_code == 0 and result.output.startswith("/sign-in/password/")
    with sqlite3.connect(applied / "customary.db") as connection:
        ((purpose,),) = connection.execute("SELECT purpose FROM customary_ticket")
    assert purpose == "invitation"
    assert run("user", "link", "bob@example.com", "--workspace", "mycrm").exit_code == 1
    with sqlite3.connect(applied / "customary.db") as connection:
        connection.execute("UPDATE customary_account SET active = 0")
    kept_out = run("user", "link", "ann@example.com", "--workspace", "mycrm")
    assert (kept_out.exit_code, "is kept out, or their record is archived" in kept_out.output) == (1, True)


def test_a_key_may_be_limited(run, applied):
    add(run)
    wanted = ("key", "add", "--user", "ann@example.com", "--workspace", "mycrm")
    assert run(*wanted, "--read-only", "--entity", "account", "--days", "30").output.startswith("cus_")
    with sqlite3.connect(applied / "customary.db") as connection:
        ((read_only, entities, ends),) = connection.execute("SELECT read_only, entities, expires FROM customary_key")
    assert (read_only, entities, bool(ends)) == (1, '["account"]', True)
    refused = run(*wanted, "--entity", "acount")
    assert (refused.exit_code, "Did you mean “account”?" in refused.output) == (2, True)
