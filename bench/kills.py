"""Kills writing and working processes at random moments, and then counts: `python -m bench.kills --kills 1000`.

Workflows, writes and the moments of death follow from a seed. What must hold afterwards: every committed change has
exactly the runs that it should have, every run has ended or waits, every step of a record was done once, and every
message is there once.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.cluster import postgresql
from customary.engine import records
from customary.engine.automation import tables
from customary.engine.automation.worker import Worker, work_once
from customary.engine.database import Database
from customary.engine.messages.outbox import message
from customary.engine.people.actor import SYSTEM
from customary.engine.records import storage
from customary.engine.records.changes import change, queue
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Release, Releases
from customary.engine.workspace import Workspace

FIELDS = "fields:\n  name: {type: text, required: true}\n  kind: {type: integer}\n  n: {type: integer, default: 0}\n"
KINDS = 6
SHORT, LONG = "until: '=now() + duration(\"1s\")'", "for: 30d"
WRITERS, WORKERS = 2, 2


@dataclass(frozen=True)
class Rule:
    """A workflow as it was thought up: what starts it, for which kinds, and whether it waits and mails."""

    name: str
    trigger: str
    below: int
    marks: int
    wait: str
    mails: bool

    def text(self) -> str:
        steps = [f"  - create: {{mark: {{name: '{{{{ name }}}} {self.name} {n}'}}}}" for n in range(self.marks)]
        if self.wait:
            steps.insert(1, f"  - wait: {{{self.wait}}}")
        if self.mails:
            steps.append("  - send_email: {to: nobody@example.com, subject: Kill, body: 'About {{ name }}'}")
        when = "{created: thing}" if self.trigger == "created" else "{changed: thing.n}"
        return f"workflow: {self.name}\nwhen: {when}\nwhere: kind < {self.below}\ndo:\n" + "\n".join(steps) + "\n"

    @property
    def length(self) -> int:
        return self.marks + bool(self.wait) + self.mails

    def starts_for(self, row: sa.RowMapping, kind: int) -> bool:
        made = row["kind"] == "created"
        fits = made if self.trigger == "created" else not made and "n" in (row["after"] or {})
        return fits and kind < self.below


def think_up(chance: random.Random) -> list[Rule]:
    """Rules of every sort; one waits longer than anybody looks."""
    rules = [
        Rule(
            name=f"rule_{number}",
            trigger=chance.choice(("created", "changed")),
            below=chance.randint(1, KINDS - 1),
            marks=chance.randint(1, 3),
            wait=chance.choice(("", "", SHORT)),
            mails=chance.random() < 0.4,
        )
        for number in range(5)
    ]
    return [*rules, Rule("patient", "created", 2, 2, LONG, False), Rule("mailing", "changed", 3, 1, SHORT, True)]


class House:
    """The database while processes come and go."""

    def __init__(self, url: str, release: Release, seed: int) -> None:
        self.url, self.release, self.seed = url, release, seed
        self.chance = random.Random(seed)
        self.living: dict[int, Callable[[int], None]] = {}

    def begin(self, act: Callable[[int], None]) -> None:
        """A new process; it has nothing of this one but what was compiled."""
        seed = self.chance.randrange(2**32)
        child = os.fork()
        if child == 0:
            try:
                act(seed)
            finally:
                os._exit(1)
        self.living[child] = act

    def kill_one(self) -> None:
        child = self.chance.choice(sorted(self.living))
        act = self.living.pop(child)
        end(child)
        self.begin(act)

    def write(self, seed: int) -> None:
        """Writes as a web process does, one unit of work after the other, until it is killed."""
        database, chance = Database(self.url), random.Random(seed)
        mine: list[UUID] = []
        while True:
            with database.write() as connection:
                mine = [*mine[-20:], *self._written(connection, chance, mine)]
            time.sleep(chance.random() * 0.15)

    def _written(self, connection: sa.Connection, chance: random.Random, mine: list[UUID]) -> Iterator[UUID]:
        work = Work(connection, self.release, SYSTEM, datetime.now(UTC), Cause("form"))
        if not mine or chance.random() < 0.5:
            kind = chance.randrange(KINDS)
            yield records.create(work, "thing", {"name": str(records.new_id()), "kind": kind})
            return
        for id in sorted(chance.sample(mine, min(len(mine), 2))):
            known = storage.load(work, "thing", id, lock=True)
            # Of a process that died the records are there only if they were committed; these are this one's own.
            records.update(work, "thing", id, {"n": known["n"] + 1})

    def work(self, _seed: int) -> None:
        """Works as `customary work` does, until it is killed."""
        database = Database(self.url)
        releases = Releases(database)
        releases.keep(self.release)
        Worker(database, releases).start()
        while True:
            signal.pause()


def end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def settle(database: Database, release: Release) -> None:
    """Does what is left, as a living worker would within its leases; what waits long goes on waiting."""
    releases = Releases(database)
    releases.keep(release)
    for minutes in (2, 4, 6):  # what begins late waits once more
        while work_once(database, releases, datetime.now(UTC) + timedelta(minutes=minutes)):
            pass


def look(database: Database, release: Release, rules: list[Rule]) -> tuple[list[str], dict[str, int]]:
    """What is lost, doubled, stuck or out of order; and how much there was of everything."""
    with database.read() as connection:
        work = Work(connection, release, SYSTEM, datetime.now(UTC))
        things = {each["id"]: each for each in storage.load_all(work, "thing")}
        marks = Counter(each["name"] for each in storage.load_all(work, "mark"))
        changes = connection.execute(sa.select(change).where(change.c.entity == "thing")).mappings().all()
        runs = connection.execute(sa.select(tables.run)).mappings().all()
        steps = connection.execute(sa.select(tables.step)).mappings().all()
        mails = Counter(connection.execute(sa.select(message.c.run)).scalars())
        left = connection.execute(sa.select(sa.func.count()).select_from(queue)).scalar_one()
    named, found = {rule.name: rule for rule in rules}, []
    kinds = {id: each["kind"] for id, each in things.items()}
    due = Counter(
        (row["id"], rule.name) for row in changes for rule in rules if rule.starts_for(row, kinds[row["record"]])
    )
    found += [f"{count} changes were never looked at" for count in (left,) if count]
    found += _differing("runs", due, Counter((run["change"], run["workflow"]) for run in runs))
    found += [f"run {run['id']} is {run['status']}: {run['reason']}" for run in runs if not _is_well(run)]
    logged = Counter((step["run"], step["position"], step["status"]) for step in steps)
    found += _differing("steps", Counter(_steps_due(runs, named)), logged)
    found += _differing("marks", Counter(_marks_due(runs, named, things)), marks)
    mailed = (run["id"] for run in runs if named[run["workflow"]].mails and run["status"] == tables.DONE)
    found += _differing("messages", Counter(mailed), mails)
    found += _out_of_order(runs, steps, named)
    counts = {"changes": len(changes), "runs": len(runs), "steps": len(steps), "messages": mails.total()}
    counts["taken over"] = sum(run["attempts"] > 1 for run in runs)
    return found, counts


def _differing(what: str, due: Counter, there: Counter) -> list[str]:
    lost, doubled = (due - there).total(), (there - due).total()
    return [f"{what}: {lost} are missing, {doubled} are too many"] if lost or doubled else []


def _is_well(run: sa.RowMapping) -> bool:
    return run["status"] == tables.DONE or (run["status"] == tables.WAITING and run["workflow"] == "patient")


def _steps_due(runs: Sequence[sa.RowMapping], rules: Mapping[str, Rule]) -> Iterator[tuple[UUID, str, str]]:
    for run in runs:
        if run["status"] == tables.WAITING:
            yield from ((run["id"], "1", "done"), (run["id"], "2", "waiting"))
        else:
            yield from ((run["id"], str(n), "done") for n in range(1, rules[run["workflow"]].length + 1))


def _marks_due(
    runs: Sequence[sa.RowMapping], rules: Mapping[str, Rule], things: Mapping[UUID, Mapping[str, Any]]
) -> Iterator[str]:
    for run in runs:
        made = 1 if run["status"] == tables.WAITING else rules[run["workflow"]].marks
        yield from (f"{things[run['record']]['name']} {run['workflow']} {n}" for n in range(made))


def _out_of_order(
    runs: Sequence[sa.RowMapping], steps: Sequence[sa.RowMapping], rules: Mapping[str, Rule]
) -> list[str]:
    """The runs of one record begin in the order of its changes; an id tells its millisecond."""
    first = {step["run"]: step["id"].int >> 80 for step in steps if step["position"] == "1"}
    by_record: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for run in runs:
        if not rules[run["workflow"]].wait and run["id"] in first:
            by_record[run["record"]].append((run["change"], first[run["id"]]))
    begun = ([moment for _, moment in sorted(each)] for each in by_record.values())
    wrong = sum(moments != sorted(moments) for moments in begun)
    return [f"{wrong} records had their changes followed out of order"] if wrong else []


def kill(folder: Path, url: str, kills: int, seed: int) -> tuple[list[str], dict[str, int]]:
    """Fills a fresh workspace while processes die, lets the rest be done, and looks."""
    rules = think_up(random.Random(seed))
    workspace = build(folder, url, rules)
    release = workspace.release
    # Nothing of a connection or a thread may be shared with the processes to come.
    workspace.database.close()
    house = House(url, release, seed)
    for act in (*[house.write] * WRITERS, *[house.work] * WORKERS):
        house.begin(act)
    for _ in range(kills):
        time.sleep(house.chance.random() * 0.2)
        house.kill_one()
    time.sleep(1)
    for child in house.living:
        end(child)
    database = Database(url)
    settle(database, release)
    found = look(database, release, rules)
    database.close()
    return found


def build(folder: Path, url: str, rules: list[Rule]) -> Workspace:
    parts = [f"entity: {name}\n{FIELDS}" for name in ("thing", "mark")] + [rule.text() for rule in rules]
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text(f"name: Kills\npacks: [core]\ndatabase: {url}\n", encoding="utf-8")
    (folder / "schemas" / "kills.yaml").write_text("---\n".join(parts), encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply()
    return workspace


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", help="the URL of an empty one; else SQLite and a private PostgreSQL in turn")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="customary-kills-")))
        given = [options.database] if options.database else [f"sqlite:///{folder}/kills.db"]
        if not options.database:
            given += filter(None, [stack.enter_context(postgresql())])
        failed = False
        for url in given:
            name = sa.make_url(url).get_backend_name()
            begin = time.perf_counter()
            wrong, counts = kill(folder / name, url, options.kills, options.seed)
            told = ", ".join(f"{count:,} {what}" for what, count in counts.items())
            took = time.perf_counter() - begin
            print(f"{name}: {options.kills:,} kills in {took:.0f} s (seed {options.seed}): {told}", flush=True)
            print(
                "\n".join(f"  {each}" for each in wrong) or "  nothing lost, doubled, stuck or out of order", flush=True
            )
            failed = failed or bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
