"""Changes a structure while people read and write, and tells who noticed: `python -m bench.online`.

The real server answers in two processes, readers and writers keep it busy, and `customary apply` is run for one change
after the other. No request may fail, and what was answered with a yes must be there at the end.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.cluster import postgresql
from customary.engine import people, records
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import prove
from customary.engine.workspace import Workspace

COMMAND = str(Path(sys.executable).with_name("customary"))
UNBOUND = "calls_per_minute: 100000000\n"
SHELVES, OWN, BATCH = 100, 40, 5_000
READERS, WRITERS = 2, 4
FOLLOW_SECONDS = 3.0

START = """entity: shelf
fields:
  name: {type: text}
---
entity: item
title: name
fields:
  name: {type: text, required: true, search: true}
  score: {type: integer}
  town: {type: text}
  note: {type: text}
  shelf: {type: link, to: shelf, inverse: items}
"""

TOTAL = "  total: {type: decimal, rollup: 'items.sum(i, i.score)', index: true}\n"

CHANGES: tuple[tuple[str, str, str], ...] = (
    ("a field with a default", "  town:", "  colour: {type: choice, options: [red, blue], default: red}\n  town:"),
    ("a field of another kind", "score: {type: integer}", "score: {type: decimal, scale: 2}"),
    ("an index", "town: {type: text}", "town: {type: text, index: true}"),
    ("a computed field that is kept", "  name: {type: text}\n---", f"  name: {{type: text}}\n{TOTAL}---"),
    ("a field renamed", "town: {type: text, index: true}", "city: {type: text, index: true, was: town}"),
    ("a field dropped", "  note: {type: text}\n", ""),
)
"""What is done, and how: a piece of the definitions, and what stands in its place."""


@dataclass
class Told:
    """What the readers and writers saw, who rest for `pause` seconds after each request."""

    pause: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "write": []})
    failures: list[str] = field(default_factory=list)
    scores: dict[UUID, int] = field(default_factory=dict)
    """The last score of each record that was answered with a yes."""
    made: int = 0

    def __str__(self) -> str:
        lines = []
        for kind, taken in self.seconds.items():
            ordered = sorted(taken)
            p99, most = ordered[int(len(ordered) * 0.99)], ordered[-1]
            lines.append(f"{len(ordered)} {kind}s, p99 {p99 * 1000:.0f} ms, longest {most * 1000:.0f} ms")
        return "; ".join(lines)


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="customary-online-")))
        if options.sqlite:
            database = f"sqlite:///{folder / 'online.db'}"
        else:
            database = options.database or stack.enter_context(postgresql())
        run(folder, database, options.records, options.seconds, options.port, options.pause, print)


def run(
    folder: Path, database: str, count: int, seconds: float, port: int, pause: float, say: Callable[[str], None]
) -> Told:
    """Does all the changes under load, of `seconds` at the least. Raises AssertionError when somebody notices."""
    workspace, key, shelves = build(folder, database, count)
    say(f"{count} records in {workspace.database.url.get_backend_name()}")
    told, stopped = Told(pause), threading.Event()
    with serving(folder, port), loading(told, stopped, port, key, _own(workspace), shelves):
        text, end = START, time.monotonic() + seconds
        time.sleep(1)
        for name, old, new in CHANGES:
            assert old in text
            text = text.replace(old, new)
            took = _apply(folder, text)
            say(f"  {name}: applied in {took:.1f} s")
            time.sleep(FOLLOW_SECONDS / 3)
        time.sleep(max(FOLLOW_SECONDS, end - time.monotonic()))
    say(f"  {told}")
    _check(workspace, told, count)
    workspace.close()
    return told


def build(folder: Path, database: str, count: int) -> tuple[Workspace, str, list[str]]:
    """A workspace with so many items, the key of somebody who may do everything, and the shelves."""
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "customary.yaml").write_text(
        f'name: Online\npacks: [core]\ndatabase: "{database}"\n{UNBOUND}', encoding="utf-8"
    )
    (folder / "schemas" / "items.yaml").write_text(START, encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply()
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        user = people.add(work, "online@example.com", None, ("admin",), name="Online")
        shelves = records.create_many(work, "shelf", ({"name": f"Shelf {n}"} for n in range(SHELVES)))
        key = people.add_key(connection, user, "online", work.now)
    rows = _rows(workspace, shelves, count)
    table = workspace.release.tables.entity("item").table
    while batch := list(itertools.islice(rows, BATCH)):
        with workspace.database.write() as connection:
            connection.execute(table.insert(), batch)
    return workspace, key, list(map(str, shelves))


def _rows(workspace: Workspace, shelves: list[UUID], count: int) -> Iterator[dict[str, Any]]:
    table, now, chance = workspace.release.tables.entity("item"), datetime.now(UTC), random.Random(7)
    for n in range(count):
        values = {"name": f"Item {n}", "score": n % 100, "town": f"Town {n % 50}", "shelf": chance.choice(shelves)}
        made = {"id": records.new_id(), "created_at": now, "updated_at": now, "revision": 1}
        yield {**made, **table.store({**values, "note": "A note"})}


def _own(workspace: Workspace) -> list[list[str]]:
    """Records that one writer each keeps writing."""
    table = workspace.release.tables.entity("item").table
    with workspace.database.read() as connection:
        ids = list(connection.execute(sa.select(table.c.id).limit(OWN * WRITERS)).scalars())
    return [[str(id) for id in ids[writer::WRITERS]] for writer in range(WRITERS)]


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    """The real server, in two processes."""
    process = subprocess.Popen(
        [COMMAND, "serve", str(folder), "--port", str(port), "--processes", "2"], stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            assert process.poll() is None
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def loading(
    told: Told, stopped: threading.Event, port: int, key: str, own: list[list[str]], shelves: list[str]
) -> Iterator[None]:
    """Readers and writers, each over a connection of its own."""
    work = [lambda: _read(told, stopped, port, key, own[0])] * READERS
    work += [lambda ids=ids: _write(told, stopped, port, key, ids, shelves) for ids in own]
    threads = [threading.Thread(target=each) for each in work]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stopped.set()
        for each in threads:
            each.join()


def _read(told: Told, stopped: threading.Event, port: int, key: str, ids: list[str]) -> None:
    ask = _asking(told, port, key)
    for id in itertools.cycle(ids):
        if stopped.is_set():
            return
        ask("read", "GET", "/api/item?limit=20")
        ask("read", "GET", f"/api/item/{id}")


def _write(told: Told, stopped: threading.Event, port: int, key: str, ids: list[str], shelves: list[str]) -> None:
    ask = _asking(told, port, key)
    for number, id in enumerate(itertools.cycle(ids)):
        if stopped.is_set():
            return
        if ask("write", "PATCH", f"/api/item/{id}", {"score": number}) is not None:
            told.scores[UUID(id)] = number
        made = ask("write", "POST", "/api/item", {"name": "New", "score": number, "shelf": shelves[number % SHELVES]})
        if made is not None:
            told.scores[UUID(made["id"])] = number
            told.made += 1


def _asking(told: Told, port: int, key: str) -> Callable[..., dict[str, Any] | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(kind: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        began = time.perf_counter()
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        told.seconds[kind].append(time.perf_counter() - began)
        time.sleep(told.pause)
        if not 200 <= answer.status < 300:
            told.failures.append(f"{method} {path}: {answer.status} {text[:300]!r}")
            return None
        return json.loads(text) if text else {}

    return ask


def _apply(folder: Path, text: str) -> float:
    (folder / "schemas" / "items.yaml").write_text(text, encoding="utf-8")
    began = time.perf_counter()
    done = subprocess.run([COMMAND, "apply", str(folder), "--yes"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - began


def _check(workspace: Workspace, told: Told, count: int) -> None:
    """That nobody noticed anything, and everything is there."""
    assert told.failures == [], told.failures[:5]
    release = workspace.releases.current()
    item, shelf = release.tables.entity("item"), release.tables.entity("shelf")
    with workspace.database.read() as connection:
        assert prove(connection, release.tables) == []
        columns = item.columns(["id", "score", "colour", "city", "shelf"])
        totals: Counter[UUID] = Counter()
        found = 0
        for row in connection.execute(sa.select(*columns)):
            values = item.load(row)
            found += 1
            totals[values["shelf"]] += values["score"]
            assert values["colour"] == "red", values
            if values["id"] in told.scores:
                assert values["score"] == told.scores[values["id"]], (values, told.scores[values["id"]])
        assert found == count + told.made
        for row in connection.execute(sa.select(*shelf.columns(["id", "total"]))):
            values = shelf.load(row)
            assert values["total"] == Decimal(totals[values["id"]]), values


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.online", description=__doc__)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds that each rests after a request")
    parser.add_argument("--port", type=int, default=18_400)
    parser.add_argument("--database", help="a URL; else a private PostgreSQL")
    parser.add_argument("--sqlite", action="store_true", help="a SQLite file in its place")
    return parser.parse_args()


if __name__ == "__main__":
    main()
