"""Kills servers and workers at random moments, and then counts: `python -m bench.kills --kills 1000`.

Two `customary serve` and two `customary work` run on one database; clients write over HTTP and send again what is not
answered. Workflows, writes and who dies follow from a seed. What must hold afterwards: every write that was answered
is there, once; every committed change has exactly the runs that it should have, every run has ended or waits, every
step of a record was done once, and every message is there once.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import multiprocessing
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.cluster import postgresql
from bench.rules import KINDS, definitions, look, think_up
from customary.engine import people
from customary.engine.automation.worker import work_once
from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM
from customary.engine.records import new_id
from customary.engine.releases import Release, Releases
from customary.engine.workspace import Workspace

SERVERS, WORKERS, CLIENTS = 2, 2, 3
LONGEST_PAUSE = 1.0
"""Seconds between two deaths, at most."""
IMPORTED = ["customary.app", "customary.cli.server", "customary.engine.workspace", "uvicorn", "uvloop"]
"""What a process has of another one: modules. It opens the workspace and the database itself, as its command does."""


def command(log: Path, *arguments: str) -> None:
    """A process that does as `customary serve` and `customary work` do."""
    from customary.cli import main

    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(told, stream)
    main(list(arguments), standalone_mode=False)


class House:
    """The processes that come and go."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ports = [_free_port() for _ in range(SERVERS)]
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED)
        log, path = folder / "killed.log", str(folder)
        serve = [(log, "serve", path, "--port", str(port)) for port in self.ports]
        self._begin = partial(context.Process, daemon=True)
        self._living = [self._begun(each) for each in (*serve, *[(log, "work", path)] * WORKERS)]

    def _begun(self, arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any]:
        process = self._begin(target=command, args=arguments)
        process.start()
        return arguments, process

    def kill_one(self) -> None:
        place = self.chance.randrange(len(self._living))
        arguments, process = self._living[place]
        _end(process)
        self._living[place] = self._begun(arguments)

    def end(self) -> None:
        for _, process in self._living:
            _end(process)


@dataclass
class Clients:
    """Programs that write over HTTP. `answered` has the things that are there, with the number each was told last."""

    ports: list[int]
    key: str
    seed: int
    answered: dict[UUID, int] = field(default_factory=dict)
    sent_again: int = 0
    failures: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for number in range(CLIENTS):
            self.threads.append(threading.Thread(target=self._write, args=(random.Random(self.seed + number),)))
            self.threads[-1].start()

    def stop(self) -> None:
        """Ends when what was sent is answered."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _write(self, chance: random.Random) -> None:
        ask, mine = self._asking(chance), []
        while not self.stopped.is_set():
            if not mine or chance.random() < 0.5:
                mine = [*mine[-20:], *self._make(ask, chance.randint(1, 8), chance)]
            else:
                for id in chance.sample(mine, min(len(mine), 3)):
                    ask("PATCH", f"/api/thing/{id}", {"n": self.answered[id] + 1})
                    self.answered[id] += 1
            self.stopped.wait(chance.random() * 0.3)

    def _make(self, ask: Callable[..., Any], count: int, chance: random.Random) -> list[UUID]:
        items = [{"name": str(new_id()), "kind": chance.randrange(KINDS)} for _ in range(count)]
        made = ask("POST", "/api/thing/bulk", {"items": items}, {"Idempotency-Key": items[0]["name"]})
        ids = [UUID(each["id"]) for each in made["items"]]
        self.answered |= dict.fromkeys(ids, 0)
        return ids

    def _asking(self, chance: random.Random) -> Callable[..., Any]:
        ports = itertools.cycle(chance.sample(self.ports, len(self.ports)))

        def ask(method: str, path: str, body: Any, more: Mapping[str, str] = {}) -> Any:  # noqa: B006
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **more}
            while True:
                try:
                    status, answer = _sent(next(ports), method, path, json.dumps(body), headers)
                except (OSError, http.client.HTTPException):
                    self.sent_again += 1
                    time.sleep(0.05)
                    continue
                if 200 <= status < 300:
                    return json.loads(answer)
                self.failures.append(f"{method} {path}: {status} {answer[:300]!r}")
                time.sleep(0.5)

        return ask


def _sent(port: int, method: str, path: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _free_port() -> int:
    """One that nobody is given by chance while its server is dead."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


def _end(process: Any) -> None:
    process.kill()
    process.join()


def kill(folder: Path, url: str, kills: int, seed: int) -> tuple[list[str], dict[str, int]]:
    """Fills a fresh workspace while processes die, lets the rest be done, and looks."""
    rules = think_up(random.Random(seed))
    release, key = build(folder, url, definitions(rules))
    house = House(folder, seed)
    clients = Clients(house.ports, key, seed)
    clients.start()
    while len(clients.answered) < CLIENTS:
        time.sleep(0.1)
    for _ in range(kills):
        time.sleep(house.chance.random() * LONGEST_PAUSE)
        house.kill_one()
    clients.stop()
    house.end()
    database = Database(url)
    settle(database, release)
    found, counts = look(database, release, rules, clients.answered)
    database.close()
    return found + clients.failures[:5], {"requests sent again": clients.sent_again, **counts}


def settle(database: Database, release: Release) -> None:
    """Does what is left, as a living worker would within its leases; what waits long goes on waiting."""
    releases = Releases(database)
    releases.keep(release)
    for minutes in (2, 4, 6):  # what begins late waits once more
        while work_once(database, releases, datetime.now(UTC) + timedelta(minutes=minutes)):
            pass


def build(folder: Path, url: str, text: str) -> tuple[Release, str]:
    """A workspace, and the key of somebody who may do everything."""
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text(f'name: Kills\npacks: [core]\ndatabase: "{url}"\n', encoding="utf-8")
    (folder / "schemas" / "kills.yaml").write_text(text, encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply()
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        user = people.add(work, "kills@example.com", None, ("admin",), name="Kills")
        key = people.add_key(connection, user, "kills", work.now)
    release = workspace.release
    workspace.close()
    return release, key


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
