"""doctor."""

from __future__ import annotations

import json
import sqlite3

import pytest

from customary.engine.doctor import checks


@pytest.fixture
def applied(run, mycrm):
    assert run("apply", "mycrm", "--yes").exit_code == 0
    return mycrm


@pytest.fixture
def damaged(applied):
    with sqlite3.connect(applied / "customary.db") as connection:
        connection.execute(
            "INSERT INTO customary_search (entity, record, text) VALUES ('account', ?, 'stray')", ("0" * 32,)
        )
    return applied


def lose_an_index(workspace):
    with sqlite3.connect(workspace / "customary.db") as connection:
        (index,) = connection.execute("SELECT min(name) FROM sqlite_master WHERE name LIKE 'ix_x_%'").fetchone()
        connection.execute(f"DROP INDEX {index}")


def test_a_line_for_each_check_says_that_all_is_well(run, applied):
    result = run("doctor", "mycrm")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.output.splitlines()] == [["ok", name] for name in checks()]


def test_what_is_wrong_is_told_with_a_remedy_and_exit_code_1(run, damaged):
    result = run("doctor", "mycrm")
    assert result.exit_code == 1
    assert "wrong  search    Search finds every record by its words of now.\n" in result.output
    assert "       1 record of account: each is gone and still known to search.\n" in result.output
    assert "         --repair gathers the words anew.\n" in result.output


def test_programs_read_the_same(run, damaged):
    lose_an_index(damaged)
    result = run("doctor", "mycrm", "--json")
    told = json.loads(result.output)
    assert (result.exit_code, told["release"], told["well"]) == (1, 1, False)
    assert [each["name"] for each in told["checks"] if not each["well"]] == ["schema", "search"]
    search = next(each for each in told["checks"] if each["name"] == "search")
    assert search["problems"] == [
        {
            "text": "1 record of account: each is gone and still known to search.",
            "remedy": "--repair gathers the words anew.",
            "repairable": True,
        }
    ]


def test_what_can_be_is_mended(run, damaged):
    result = run("doctor", "mycrm", "--repair")
    assert "       mended: 1 record of account: each is gone" in result.output
    assert result.exit_code == 0, result.output
    assert run("doctor", "mycrm", "--deep").exit_code == 0


def test_a_lost_index_comes_back_with_the_next_apply(run, applied):
    lose_an_index(applied)
    result = run("doctor", "mycrm", "--repair")
    assert result.exit_code == 1
    assert "Make it anew: customary apply.\n" in result.output
    assert run("apply", "mycrm", "--yes").exit_code == 0
    assert run("doctor", "mycrm").exit_code == 0


def test_before_anything_is_applied_there_is_nothing_to_look_at(run, mycrm):
    result = run("doctor", "mycrm")
    assert (result.exit_code, "Nothing is applied yet" in result.output) == (1, True)
