"""Rules when things go wrong: workers that die, several at once, a database that does not answer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.relay import run_once
from customary.engine.automation.running.leasing import lease_due
from customary.engine.automation.running.runs import MOST_ATTEMPTS, advance
from customary.engine.automation.steps import task
from customary.engine.automation.worker import Worker, work_until_idle
from customary.engine.people import accounts
from customary.engine.people.actor import Actor
from customary.engine.records.changes import queue
from customary.engine.records.write import create, update

from .conftest import NOW, House

CALL = """
entity: visit
fields:
  name: {type: text, required: true}
  minutes: {type: integer}
---
workflow: call
when: {created: visit}
do:
  - task: {title: 'Call {{ name }}'}
---
workflow: follow
when: {changed: visit.minutes}
do:
  - create: {activity: {subject: '{{ minutes }}', kind: note}}
"""

DYING = """
import os, sys
from datetime import datetime
from customary.engine.automation import relay
from customary.engine.automation.running import runs
from customary.engine.automation.steps import task
from customary.engine.automation.worker import work_once
from customary.engine.workspace import Workspace

workspace = Workspace.open(sys.argv[1], sys.argv[2])
where, now = sys.argv[3], datetime.fromisoformat(sys.argv[4])
kept = task.perform

def performed(step, acting):
    kept(step, acting)
    os._exit(9)

def taken(*_):
    os._exit(9)

if where == "step":
    task.perform = performed
else:
    relay._follow = taken
work_once(workspace.database, workspace.releases, now)
"""


def queued(home: House) -> int:
    with home.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(queue)).scalar_one()


def die(home: House, where: str) -> None:
    """Another process works on the same database and is gone in the middle."""
    url = home.database.url.render_as_string(hide_password=False)
    folder = str(home.workspace.directory)
    done = subprocess.run([sys.executable, "-c", DYING, folder, url, where, NOW.isoformat()], timeout=60)
    assert done.returncode == 9


def test_a_relay_that_dies_between_claim_and_commit_loses_nothing(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.create("visit", name="A")
    die(home, "relay")
    assert (queued(home), home.runs()) == (1, [])
    home.settle()
    assert [each["title"] for each in home.all("task")] == ["Call A"]
    assert queued(home) == 0


def test_a_worker_that_dies_in_a_step_is_taken_over_and_nothing_is_done_twice(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.create("visit", name="A")
    die(home, "step")
    home.settle()
    assert (home.all("task"), [run.status for run in home.runs()]) == ([], ["due"])
    work_until_idle(home.database, home.releases, NOW + timedelta(seconds=30))
    assert [each["title"] for each in home.all("task")] == ["Call A"]
    assert [(run.status, run.attempts) for run in home.runs()] == [("done", 2)]


def test_two_relays_at_once_never_double_a_run(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.do(lambda work: [create(work, "visit", {"name": str(number)}) for number in range(300)])
    together(lambda: exhaust(lambda: run_once(home.database, home.releases, NOW)), count=3)
    with home.database.read() as connection:
        runs = connection.execute(sa.select(tables.run.c.change)).scalars().all()
    assert (len(runs), len(set(runs)), queued(home)) == (300, 300, 0)


def test_two_workers_at_once_do_every_run_once(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.do(lambda work: [create(work, "visit", {"name": str(number)}) for number in range(60)])
    together(lambda: work_until_idle(home.database, home.releases, NOW), count=2)
    home.settle()
    titles = sorted(each["title"] for each in home.all("task"))
    assert titles == sorted(f"Call {number}" for number in range(60))
    assert {run.status for run in home.runs()} == {"done"}


def test_two_takers_of_one_run_do_it_once(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.create("visit", name="A")
    run_once(home.database, home.releases, NOW)
    [id] = lease_due(home.database, NOW)
    together(lambda: advance(home.database, home.releases, id, NOW), count=3)
    assert len(home.all("task")) == 1


def test_changes_of_one_record_are_followed_in_their_order(house: Callable) -> None:
    home = house(CALL, packs="core")
    ids = [home.create("visit", name=name) for name in "ABC"]
    workers = [Worker(home.database, home.releases) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(12):
        for id in ids:
            home.do(lambda work, id=id, number=number: update(work, "visit", id, {"minutes": number}))
    wait_until(lambda: queued(home) == 0 and all(run.status != "due" for run in home.runs()))
    for worker in workers:
        worker.stop()
    with home.database.read() as connection:
        taken = sa.select(tables.run.c.change).join(tables.step, tables.step.c.run == tables.run.c.id)
        for id in ids:
            of_one = taken.where(tables.run.c.record == id).order_by(tables.step.c.id)
            changes = list(connection.execute(of_one).scalars())
            assert (changes, len(changes)) == (sorted(changes), 13)


def test_a_record_s_later_run_waits_for_its_earlier_one(house: Callable) -> None:
    home = house(CALL, packs="core")
    id = home.create("visit", name="A")
    home.update("visit", id, minutes=1)
    exhaust(lambda: run_once(home.database, home.releases, NOW))
    first, second = (run.id for run in home.runs())
    assert lease_due(home.database, NOW) == [first]
    assert lease_due(home.database, NOW) == []
    assert advance(home.database, home.releases, first, NOW) == "done"
    assert lease_due(home.database, NOW) == [second]


def test_a_worker_works_in_the_background_until_it_is_stopped(house: Callable) -> None:
    home = house(CALL, packs="core")
    worker = Worker(home.database, home.releases)
    worker.start()
    worker.start()
    home.create("visit", name="A")
    wait_until(lambda: bool(home.all("task")))
    worker.stop()
    home.create("visit", name="B")
    time.sleep(0.5)
    assert len(home.all("task")) == 1
    worker.start()
    wait_until(lambda: len(home.all("task")) == 2)
    worker.stop()


def test_a_database_that_fails_puts_the_run_off_and_then_gives_up(house: Callable, monkeypatch: object) -> None:
    home = house(CALL, packs="core")
    home.create("visit", name="A")

    def fails(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("the disk is full"))

    monkeypatch.setattr(task, "perform", fails)
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        work_until_idle(home.database, home.releases, now)
        [run] = home.runs()
        assert (run.attempts, run.status) == (attempt, "failed" if attempt == MOST_ATTEMPTS else "due")
        now += timedelta(minutes=2)
    assert "the disk is full" in run.reason


def test_a_workflow_that_is_gone_ends_its_runs(house: Callable) -> None:
    home = house(CALL, packs="core")
    home.create("visit", name="A")
    run_once(home.database, home.releases, NOW)
    own = home.workspace.directory / "schemas" / "own.yaml"
    own.write_text(CALL.split("---")[0])
    home.workspace.apply(by="test")
    home.settle()
    assert [run.status for run in home.runs()] == ["stopped"]


def test_a_rule_may_have_only_the_rights_of_who_acted(house: Callable) -> None:
    rule = "---\nworkflow: own\nwhen: {changed: visit.minutes}\nrun_as: actor\ndo:\n  - create: {account: {name: X}}\n"
    role = "---\nrole: guest\nentities: {visit: {read: all, create: all, update: all}, activity: {create: all}}\n"
    home = house(CALL + rule + role, packs="core")
    user = home.create("user", name="Ann", email="ann@example.com")
    with home.database.write() as connection:
        accounts.insert(connection, user, "ann@example.com", None, ["guest"])
    id = home.create("visit", name="A")
    home.actor = Actor(id=user, name="Ann", roles=("guest",), record=home.get("user", user) | {"entity": "user"})
    home.update("visit", id, minutes=3)
    home.settle()
    statuses = {run.workflow: (run.status, run.reason) for run in home.runs()}
    assert statuses["follow"] == ("done", None)
    assert statuses["own"] == ("failed", "may not be created by you")


def together(act: Callable[[], object], count: int) -> None:
    failures: list[BaseException] = []

    def acted() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=acted) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def exhaust(act: Callable[[], int]) -> None:
    while act():
        pass


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.fail("it did not come about in time")
        time.sleep(0.05)


def test_a_workspace_of_an_older_version_gets_the_indexes_of_this_one(house: Callable) -> None:
    home = house(CALL, packs="core")
    with home.database.write() as connection:
        connection.exec_driver_sql("DROP INDEX customary_run_workflow")
    home.workspace.prepare()
    with home.database.read() as connection:
        indexes = sa.inspect(connection).get_indexes("customary_run")
    assert "customary_run_workflow" in {each["name"] for each in indexes}
