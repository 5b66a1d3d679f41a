"""Runs share a transaction: what one cannot do, or has to wait for, is no matter of the others."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine.automation import relay, tables
from customary.engine.automation.relay import run_once
from customary.engine.automation.running import runs
from customary.engine.automation.running.leasing import lease_due
from customary.engine.automation.running.runs import advance_all
from customary.engine.automation.steps import task
from customary.engine.automation.worker import hurry_once
from customary.engine.records import storage
from customary.engine.records.write import create, update

from .conftest import NOW, House
from .test_safety import exhaust, wait_until

CALL = """
entity: visit
fields:
  name: {type: text, required: true}
  minutes: {type: integer}
  account: {type: link, to: account}
---
workflow: call
when: {created: visit}
do:
  - set: {minutes: 1}
  - task: {title: 'Call {{ name }}'}
"""
LOOP = """---
workflow: each
when: {created: visit}
do:
  - for_each: {in: account.contacts, as: one, do: [{note: Seen}]}
"""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a transaction is shared as well."""
    monkeypatch.setattr(runs, "SHARED_SECONDS", 600)
    monkeypatch.setattr(runs, "ALONE_SECONDS", 600)


def leased(home: House, names: str) -> list[UUID]:
    """Runs for new visits of these names, leased together."""
    home.do(lambda work: [create(work, "visit", {"name": name}) for name in names])
    exhaust(lambda: run_once(home.database, home.releases, NOW))
    return lease_due(home.database, NOW)


def titles(home: House) -> list[str]:
    return sorted(each["title"].removeprefix("Call ") for each in home.all("task"))


@contextmanager
def counted(home: House) -> Iterator[list[Any]]:
    """The commits of a block."""
    commits: list[Any] = []

    def note(connection: sa.Connection) -> None:
        commits.append(connection)

    sa.event.listen(home.database.engine, "commit", note)
    yield commits
    sa.event.remove(home.database.engine, "commit", note)


def test_runs_of_several_records_are_one_transaction(house: Callable) -> None:
    home = house(CALL)
    ids = leased(home, "ABCD")
    with counted(home) as commits:
        advance_all(home.database, home.releases, ids, NOW)
    assert (len(commits), titles(home)) == (1, ["A", "B", "C", "D"])
    for run in home.runs():
        assert [(step.kind, step.status) for step in home.steps(run)] == [("set", "done"), ("task", "done")]


def test_only_runs_and_a_full_batch_call_for_another_round_at_once(
    house: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(CALL.replace("do:", "where: minutes > 5\ndo:"))

    def hurried(*minutes: int) -> int:
        home.do(lambda work: [create(work, "visit", {"name": "Anna", "minutes": each}) for each in minutes])
        return hurry_once(home.database, home.releases)

    assert hurried(1, 2, 3) == 0
    assert hurried(10) == 1
    exhaust(hurried)
    monkeypatch.setattr(relay, "BATCH", 3)
    assert (hurried(1, 2, 3), hurried()) == (1, 0)


def test_a_shared_transaction_begins_no_more_runs_when_its_time_is_over(
    house: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(CALL)
    ids = leased(home, "ABC")
    monkeypatch.setattr(runs, "SHARED_SECONDS", 0)
    monkeypatch.setattr(runs, "ALONE_SECONDS", 0)
    with counted(home) as commits:
        advance_all(home.database, home.releases, ids, NOW)
    assert (len(commits), titles(home)) == (3, ["A", "B", "C"])


def test_a_loop_shares_its_transaction_with_nobody(house: Callable) -> None:
    home = house(CALL.split("---")[0] + LOOP)
    ids = leased(home, "ABC")
    with counted(home) as commits:
        advance_all(home.database, home.releases, ids, NOW)
    assert len(commits) == 4  # the first has found nobody to share it
    assert {run.status for run in home.runs()} == {"done"}


def test_what_one_run_cannot_do_takes_nothing_of_the_others_with_it(
    house: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(CALL)
    ids = leased(home, "ABC")
    nameless = "INSERT INTO customary_pause (workflow) VALUES (NULL)"
    failing(monkeypatch, "B", lambda acting: acting.work.connection.exec_driver_sql(nameless))
    advance_all(home.database, home.releases, ids, NOW)
    assert titles(home) == ["A", "C"]
    statuses = {home.get("visit", run.record)["name"]: run for run in home.runs()}
    assert {name: run.status for name, run in statuses.items()} == {"A": "done", "B": "failed", "C": "done"}
    assert [step.status for step in home.steps(statuses["B"])] == ["undone", "failed"]
    assert {each["name"]: each["minutes"] for each in home.all("visit")} == {"A": 1, "B": None, "C": 1}


def test_a_database_that_fails_one_run_puts_that_one_off(house: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    home = house(CALL)
    ids = leased(home, "ABC")

    def fails(_: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("the disk is full"))

    failing(monkeypatch, "B", fails)
    advance_all(home.database, home.releases, ids, NOW)
    assert titles(home) == ["A", "C"]
    assert [run.status for run in home.runs()] == ["done", "due", "done"]


def test_a_transaction_that_breaks_as_a_whole_is_taken_apart(house: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    home = house(CALL)
    ids = leased(home, "ABC")
    kept = runs.write_down

    def broken(connection: sa.Connection, outcomes: list) -> None:
        if len(outcomes) > 1:
            raise sa.exc.OperationalError("INSERT", {}, Exception("the connection is lost"))
        kept(connection, outcomes)

    monkeypatch.setattr(runs, "write_down", broken)
    advance_all(home.database, home.releases, ids, NOW)
    assert titles(home) == ["A", "B", "C"]
    assert {run.status for run in home.runs()} == {"done"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_record_that_somebody_holds_keeps_nobody_else_waiting(house: Callable) -> None:
    home = house(CALL)
    ids = leased(home, "ABC")
    first = home.runs()[0]
    working = threading.Thread(target=advance_all, args=(home.database, home.releases, ids, NOW))
    with home.database.write() as connection:
        storage.load(home.work(connection), "visit", first.record, lock=True)
        working.start()
        wait_until(lambda: titles(home) == ["B", "C"], seconds=60)
    working.join(timeout=60)
    assert titles(home) == ["A", "B", "C"]
    assert [run.status for run in home.runs()] == ["done"] * 3


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_others_write_meanwhile_is_counted_on(house: Callable) -> None:
    home = house(CALL.replace("{minutes: 1}", "{minutes: =minutes + 1}"))
    home.do(lambda work: create(work, "visit", {"name": "A", "minutes": 1}))
    exhaust(lambda: run_once(home.database, home.releases, NOW))
    ids = lease_due(home.database, NOW)
    working = threading.Thread(target=advance_all, args=(home.database, home.releases, ids, NOW))
    with home.database.write() as connection:
        update(home.work(connection), "visit", home.runs()[0].record, {"minutes": 10})
        working.start()
        wait_until(lambda: waits_for_a_lock(home), seconds=60)
    working.join(timeout=60)
    assert [each["minutes"] for each in home.all("visit")] == [11]


def waits_for_a_lock(home: House) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with home.database.read() as connection:
        return bool(connection.exec_driver_sql(waiting).scalar())


def test_what_a_dead_worker_left_is_taken_one_by_one(house: Callable) -> None:
    """One of them may be what it died of: the others are not to be counted out with it."""
    home = house(CALL)
    assert len(leased(home, "ABC")) == 3
    later = NOW + timedelta(seconds=30)
    assert len(lease_due(home.database, later)) == 1
    assert len(lease_due(home.database, later)) == 1
    with home.database.read() as connection:
        attempts = connection.execute(sa.select(tables.run.c.attempts)).scalars().all()
    assert sorted(attempts) == [1, 2, 2]


STANDING = """
import os, signal, sys
from datetime import datetime
from customary.engine.automation.running import runs
from customary.engine.automation.steps import task
from customary.engine.automation.worker import hurry_once
from customary.engine.automation.worker import work_once
from customary.engine.workspace import Workspace

workspace = Workspace.open(sys.argv[1], sys.argv[2])
kept, runs.SILENT_SECONDS = task.perform, 1

def performed(step, acting):
    done = kept(step, acting)
    os.kill(os.getpid(), signal.SIGSTOP)
    return done

task.perform = performed
work_once(workspace.database, workspace.releases, datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_a_worker_holds_that_stands_still_goes_to_others(house: Callable) -> None:
    """As of a machine that vanished: the connection is there, and nothing comes any more."""
    home = house(CALL)
    home.do(lambda work: [create(work, "visit", {"name": name}) for name in "AB"])
    url = home.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", STANDING, str(home.workspace.directory), url, NOW.isoformat()]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as standing:
        try:
            wait_until(lambda: [run.attempts for run in home.runs()] == [1, 1], seconds=60)
            home.now += timedelta(seconds=25)
            wait_until(lambda: home.turn() and titles(home) == ["A", "B"], seconds=60)
        finally:
            standing.send_signal(signal.SIGCONT)
        wait_until(lambda: standing.poll() is not None or bool(standing.send_signal(signal.SIGCONT)), seconds=60)
    assert (standing.returncode, titles(home)) == (0, ["A", "B"])
    assert [(run.status, run.attempts) for run in home.runs()] == [("done", 2)] * 2


def failing(monkeypatch: pytest.MonkeyPatch, name: str, fail: Callable) -> None:
    """The task of the visit of this name fails so."""
    kept = task.perform

    def performed(step: Any, acting: Any) -> Any:
        if acting.scope.record["name"] == name:
            fail(acting)
        return kept(step, acting)

    monkeypatch.setattr(task, "perform", performed)
