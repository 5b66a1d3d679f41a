"""Measures rules at work: `python -m bench.automation`, on SQLite and on a private PostgreSQL."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from bench.cluster import postgresql
from customary.engine import records
from customary.engine.automation import tables
from customary.engine.automation.relay import run_once
from customary.engine.automation.running.leasing import lease_due
from customary.engine.automation.running.runs import advance_all
from customary.engine.automation.worker import Worker, send_once
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

FIELDS = """
fields:
  name: {type: text, required: true}
  town: {type: text}
  score: {type: integer, default: 0}
  done: {type: boolean, default: false}
  account: {type: link, to: account}
"""
WORKFLOWS, ACTIVE = 20, 10


def definitions() -> str:
    """Entities of one shape that differ in the rules that look at them."""
    names = ("watched", "plain", "bulk", "stepped", "patient", "prompt")
    parts = [f"entity: {name}{FIELDS}" for name in names]
    parts += [_rule(f"look_{n}", "watched", f"score == {1000 + n} && town != null") for n in range(WORKFLOWS)]
    parts += [_rule(f"few_{n}", "bulk", f"score >= {n * 10} && score < {n * 10 + 10}") for n in range(ACTIVE)]
    parts.append("workflow: stepped\nwhen: {created: stepped}\ndo:\n  - set: {town: '{{ name }}'}\n  - note: Seen\n")
    parts.append(
        "workflow: patient\nwhen: {created: patient}\ndo:\n  - wait: {for: 1h}\n"
        "  - send_email: {to: bench@example.com, subject: Hello, body: '{{ name }}'}\n"
    )
    parts.append("workflow: prompt\nwhen: {created: prompt}\ndo:\n  - set: {town: '{{ name }}'}\n")
    return "---\n".join(parts)


def _rule(name: str, entity: str, where: str) -> str:
    return (
        f"workflow: {name}\nwhen: [{{created: {entity}}}, {{updated: {entity}}}]\nwhere: '{where}'\n"
        f"do:\n  - set: {{done: true}}\n"
    )


class Bench:
    """One workspace of one kind of database, and what is measured in it."""

    def __init__(self, workspace: Workspace, rows: int) -> None:
        self.workspace, self.rows = workspace, rows
        self.database, self.releases = workspace.database, workspace.releases

    def all(self) -> None:
        for measure in (self.relay, self.steps, self.patient, self.latency, self.saves, self.waiting, self.bulk):
            measure()

    def relay(self) -> None:
        count = 6_000
        self.make("watched", count)
        with clocked() as took:
            self.drain()
        self.tell(f"changes relayed and matched against {WORKFLOWS} workflows", count / took(), "/s", 3_000)

    def steps(self) -> None:
        count = 1_000
        self.make("stepped", count)
        self.drain()
        with clocked() as took, clocked(time.process_time) as spent:
            done = self.take_steps()
        self.tell("runs of two record steps", done / took(), "/s", 500)
        print(f"    {spent() / done * 1000:.2f} ms of this process's own time each", flush=True)

    def patient(self) -> None:
        count, later = 400, datetime.now(UTC) + timedelta(hours=2)
        self.make("patient", count)
        with clocked() as took:
            self.drain()
            self.take_steps()
            self.take_steps(later)
            while send_once(self.database, self.releases, later):
                pass
        self.tell("runs with a wait and an outside step", count / took(), "/s", 150)

    def latency(self) -> None:
        """From the commit to the first step, while nothing else is to be done."""
        worker, took = Worker(self.database, self.releases), []
        worker.start()
        for _ in range(40):
            time.sleep(0.05)
            [id] = self.make("prompt", 1)
            begin = time.perf_counter()
            begun = sa.select(tables.step.c.id).join(tables.run, tables.run.c.id == tables.step.c.run)
            while not self.scalar(begun.where(tables.run.c.record == id)):
                time.sleep(0.005)
            took.append(time.perf_counter() - begin)
        worker.stop()
        self.tell("commit to first step, p95, idle", statistics.quantiles(took, n=20)[-1] * 1000, " ms", 300, most=True)

    def saves(self) -> None:
        """Saves one by one, of both kinds in turn, so that what else the machine does concerns both."""
        ids = {name: self.make(name, 1)[0] for name in ("bulk", "plain")}
        spent = dict.fromkeys(ids, 0.0)
        for number in range(400):
            for name, id in ids.items():
                values = {"score": number * 10 + 5}
                with clocked() as took:
                    self.do(lambda work, name=name, id=id, values=values: records.update(work, name, id, values))
                spent[name] += took()
        self.drain()
        self.tell(
            f"a save with {ACTIVE} rules beside one with none", spent["bulk"] / spent["plain"], "x", 1.3, most=True
        )

    def waiting(self) -> None:
        """A look at what is due, without and with very many runs that wait."""
        before = self.poll()
        with self.database.write() as connection:
            for start in range(0, self.rows, 5_000):
                connection.execute(tables.run.insert(), [_waiting() for _ in range(min(5_000, self.rows - start))])
        self.tell(f"a look for work beside {self.rows:,} waiting runs", self.poll() / before, "x", 1.3, most=True)
        with self.database.write() as connection:
            connection.execute(tables.run.delete().where(tables.run.c.workflow == "gone"))

    def poll(self) -> float:
        """Processor and database time of a look, the best of several."""
        now, best = datetime.now(UTC), []
        for _ in range(7):
            with clocked() as took:
                for _ in range(50):
                    lease_due(self.database, now)
            best.append(took())
        return min(best)

    def bulk(self) -> None:
        with clocked() as without:
            self.make("plain", self.rows)
        with clocked() as took:
            self.make("bulk", self.rows)
            self.drain()
        runs = self.scalar(
            sa.select(sa.func.count()).select_from(tables.run).where(tables.run.c.workflow.like("few_%"))
        )
        name = f"import of {self.rows:,} rows with {ACTIVE} workflows, {runs:,} runs begun, beside one without"
        self.tell(name, took() / without(), "x", 2.0, most=True)

    def make(self, entity: str, count: int) -> list[UUID]:
        rows = ({"name": f"Row {n}", "town": "Athens", "score": n % 1000} for n in range(count))
        return self.do(lambda work: records.create_many(work, entity, rows))

    def drain(self) -> None:
        while run_once(self.database, self.releases, datetime.now(UTC)):
            pass

    def take_steps(self, now: datetime | None = None) -> int:
        done = 0
        while ids := lease_due(self.database, now or datetime.now(UTC)):
            advance_all(self.database, self.releases, ids, now or datetime.now(UTC))
            done += len(ids)
        return done

    def do(self, act: Callable) -> object:
        with self.database.write() as connection:
            return act(self.workspace.work(connection, SYSTEM, "import"))

    def scalar(self, statement: sa.Select) -> object:
        with self.database.read() as connection:
            return connection.execute(statement).scalar()

    def tell(self, name: str, value: float, unit: str, target: float, most: bool = False) -> None:
        sign = "at most" if most else "at least"
        print(f"  {name}: {value:,.2f}{unit} ({sign} {target:g})", flush=True)


@contextmanager
def clocked(clock: Callable[[], float] = time.perf_counter) -> Iterator[Callable[[], float]]:
    """Seconds between the beginning and the end of a block."""
    begin, end = clock(), []
    yield lambda: end[0] - begin
    end.append(clock())


def _waiting() -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "id": records.new_id(), "workflow": "gone", "release": 1, "change": records.new_id(), "entity": "plain",
        "record": records.new_id(), "cause": {}, "status": tables.WAITING, "cursor": 0, "results": {},
        "position": "1", "at": now, "due": now + timedelta(days=30), "attempts": 0,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.automation", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of the import, and of the runs that wait")
    parser.add_argument("--only", help="one measurement: relay, steps, patient, latency, saves, waiting or bulk")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one kind alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="customary-bench-") as folder, postgresql() as url:
        databases = {"sqlite": f"sqlite:///{folder}/bench.db", "postgresql": url}
        for name, database in databases.items():
            if database and options.database in (None, name):
                print(f"{name}:")
                bench = Bench(build(Path(folder) / name, database), options.rows)
                getattr(bench, options.only or "all")()


def build(folder: Path, database: str) -> Workspace:
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text(f"name: Bench\npacks: [core]\ndatabase: {database}\n", encoding="utf-8")
    (folder / "schemas" / "bench.yaml").write_text(definitions(), encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply()
    return workspace


if __name__ == "__main__":
    main()
