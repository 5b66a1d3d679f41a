"""Measures the real server beside raw driver and bare Litestar and prints the ratios: `make bench`."""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.cluster import postgresql
from bench.house import build
from bench.load import Figures, Request, measure
from customary.engine import people, records
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

LIST = "/api/deal?" + urllib.parse.urlencode(
    {"where": "open && amount > 1000", "sort": "expected_close", "limit": 50, "fields": "name,account,stage,amount"}
)
PAGE = "/deal?view=open"
CONTACT = {"name": "Bench", "email": "bench@example.com"}
DEAL = {"name": "Bench", "amount": {"amount": "12.50", "currency": "EUR"}}
PORT = 18_300
OWN_DEALS = 500
COMMAND = str(Path(sys.executable).with_name("customary"))


@dataclass(frozen=True)
class Measured:
    """One thing of the product beside its yardstick, and the ratio the product promises."""

    name: str
    product: Callable[[], Iterator[Request]]
    yardstick: Callable[[], Iterator[Request]]
    at_least: float | None = None


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="customary-bench-")))
        database = options.database or stack.enter_context(postgresql()) or f"sqlite:///{folder / 'bench.db'}"
        print(f"Filling {database.split(':')[0]} with {options.deals} deals and {options.contacts} contacts ...")
        begin = time.perf_counter()
        workspace = build(folder, database, options.deals, options.contacts)
        print(f"  {time.perf_counter() - begin:.1f} s through the product's own writer")
        key, password = _person(workspace)
        of_seller, own_deals = _seller(workspace)
        _compile_time()
        with ExitStack() as cold:
            _serve(cold, [COMMAND, "serve", str(folder)], PORT)
        _serve(stack, [COMMAND, "serve", str(folder), "--processes", "2"], PORT)
        _settle(workspace)
        visitor = _sign_in(PORT, password)
        given = _what_bare_needs(workspace, database, key, visitor)
        given |= {"own deals": own_deals, "seller": of_seller}
        environment = {"CUSTOMARY_BENCH": str(folder / "given")}
        (folder / "given").write_bytes(pickle.dumps(given))
        bare = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--workers", "2", "--log-level", "warning"]
        _serve(stack, bare, PORT + 1, environment)
        for measured in _measurements(given, key, visitor):
            for connections in (1, 16):
                _report(measured, connections, options.seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--database", help="a URL; else a private PostgreSQL when there is one, else SQLite")
    return parser.parse_args()


def _measurements(given: dict[str, Any], key: str, visitor: str) -> list[Measured]:
    bearer = {"Authorization": f"Bearer {key}"}
    seller = {"Authorization": f"Bearer {given['seller']}"}
    cookie = {"Cookie": visitor}
    deal = {**DEAL, "account": given["account"]}
    one, deep = f"/api/deal/{given['id']}", f"{LIST}&after={urllib.parse.quote(given['deep'])}"
    return [
        Measured("read one deal", _same(one, bearer), _same("/one"), 0.3),
        Measured("list of 50, filter and sort", _same(LIST, bearer), _same("/list"), 0.5),
        Measured("deep page beside the first", _same(deep, bearer), lambda: _same(LIST, bearer)(), None),
        Measured("create a contact", _posts("contact", CONTACT, seller), _post_plain, 0.4),
        Measured("create a deal and its task", _posts("deal", deal, seller), _post_plain, 0.4),
        Measured("update a deal", _patches(given["own deals"], seller), _post_plain, 0.4),
        Measured("list page", _same(PAGE, cookie), _same("/html"), 0.3),
        Measured("form page", _same("/deal/new", cookie), _same("/html"), None),
    ]


def _report(measured: Measured, connections: int, seconds: float) -> None:
    beside_port = PORT if measured.name.startswith("deep") else PORT + 1
    beside = measure(beside_port, measured.yardstick, connections, seconds)
    product = measure(PORT, measured.product, connections, seconds)
    ratio = product.rate / beside.rate if beside.rate else 0.0
    promised = f" (promised {measured.at_least})" if measured.at_least else ""
    print(f"\n{measured.name}, {connections} connection{'s' if connections > 1 else ''}: {ratio:.2f}{promised}")
    _line("Customary", product)
    _line("yardstick", beside)


def _line(name: str, figures: Figures) -> None:
    print(f"  {name:10} {figures}", flush=True)


# Requests -----------------------------------------------------------------------------------------


def _same(path: str, headers: dict[str, str] | None = None) -> Callable[[], Iterator[Request]]:
    return lambda: itertools.repeat(Request("GET", path, headers or {}))


def _post_plain() -> Iterator[Request]:
    return itertools.repeat(Request("POST", "/plain"))


def _posts(entity: str, values: dict[str, Any], headers: dict[str, str]) -> Callable[[], Iterator[Request]]:
    body = json.dumps(values).encode()
    headers = headers | {"Content-Type": "application/json"}
    return lambda: itertools.repeat(Request("POST", f"/api/{entity}", headers, body))


def _patches(ids: list[str], headers: dict[str, str]) -> Callable[[], Iterator[Request]]:
    def requests() -> Iterator[Request]:
        for number, identifier in enumerate(itertools.cycle(ids)):
            body = json.dumps({"next_step": f"Call again, {number}"}).encode()
            yield Request("PATCH", f"/api/deal/{identifier}", {**headers, "Content-Type": "application/json"}, body)

    return requests


# Servers ------------------------------------------------------------------------------------------


def _serve(stack: ExitStack, command: list[str], port: int, environment: dict[str, str] | None = None) -> None:
    """Starts a server, waits for its first answer, and says how long that took and what memory it holds."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--port", str(port)], env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    while not _answers(port):
        if process.poll() is not None:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        time.sleep(0.02)
    took = time.perf_counter() - begin
    named = " ".join(each for each in (Path(command[0]).name, *command[1:]) if "/" not in each)
    print(f"{named}: first answer after {took:.2f} s, {_memory(process.pid)} MB a process", flush=True)


def _settle(workspace: Workspace) -> None:
    """Until the worker has looked at all that was filled in, and PostgreSQL knows its tables as after an import.

    Both would else work beside the requests that are measured then.
    """
    begin, waiting = time.perf_counter(), sa.text("SELECT count(*) FROM customary_queue")
    while True:
        with workspace.database.read() as connection:
            if not connection.execute(waiting).scalar_one():
                break
        time.sleep(0.5)
    print(f"rules looked at the rest of what was filled in after {time.perf_counter() - begin:.0f} s", flush=True)
    if not workspace.database.is_sqlite:
        with workspace.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _memory(parent: int) -> str:
    """Resident megabytes of the process and its children."""
    lines = subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in lines.splitlines()[1:]]
    return " / ".join(str(rss // 1024) for pid, ppid, rss in rows if parent in (pid, ppid))


# What is measured ---------------------------------------------------------------------------------


def _person(workspace: Workspace) -> tuple[str, str]:
    """A key and a password of an admin."""
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        user = people.add(work, "bench@example.com", "a long bench password", ("admin",), name="Bench")
        return people.add_key(connection, user, "bench", work.now), "a long bench password"


def _seller(workspace: Workspace) -> tuple[str, list[str]]:
    """A key of somebody who may read and change only their own deals, and the ids of those."""
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        user = people.add(work, "seller@example.com", "a long bench password", ("sales_rep",), name="Seller")
        account = records.create(work, "account", {"name": "Account of the seller"})
        rows = ({"name": f"Own {n:03}", "account": account, "owner": user} for n in range(OWN_DEALS))
        made = records.create_many(work, "deal", rows)
        return people.add_key(connection, user, "bench", work.now), [str(id) for id in made]


def _sign_in(port: int, password: str) -> str:
    """The cookies of a visitor who signed in."""
    cookies: dict[str, str] = {}

    def ask(method: str, body: str = "") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        connection.request(method, "/sign-in", body, {**headers, "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = each.split(";", 1)[0].partition("=")
            cookies[name] = value
        return answer.read().decode()

    token = re.search(r'name="_csrf" value="([^"]+)"', ask("GET")).group(1)
    ask("POST", urllib.parse.urlencode({"email": "bench@example.com", "password": password, "_csrf": token}))
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _what_bare_needs(workspace: Workspace, database: str, key: str, visitor: str) -> dict[str, Any]:
    """The product's own answers, and the SQL that it ran for its list."""
    bearer, cookie = {"Authorization": f"Bearer {key}"}, {"Cookie": visitor}
    first = json.loads(_fetch(LIST, bearer))
    ids = [item["id"] for item in json.loads(_fetch("/api/deal?limit=500", bearer))["items"]]
    one = json.loads(_fetch(f"/api/deal/{ids[0]}", bearer))
    with workspace.database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE bench_plain (id TEXT PRIMARY KEY, name TEXT, amount BIGINT)")
    return {
        "database": database,
        "id": ids[0],
        "one": one,
        "account": one["account"]["id"],
        "list": first,
        "deep": _deep_cursor(first, bearer),
        "html": _fetch(PAGE, cookie),
        "statements": _statements(workspace),
    }


def _deep_cursor(page: dict[str, Any], bearer: dict[str, str]) -> str:
    """The cursor some twenty thousand records on, or as far on as there are any."""
    cursor = page["next"]
    for _ in range(20):
        further = f"{LIST.replace('limit=50', 'limit=1000')}&after={urllib.parse.quote(cursor)}"
        page = json.loads(_fetch(further, bearer))
        if page["next"] is None:
            break
        cursor = page["next"]
    return cursor


def _fetch(path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"GET {path} answered {answer.status}: {text[:500]}")
    return text


def _statements(workspace: Workspace) -> list[tuple[str, Any]]:
    """What the product's reader sends to the database for the list."""
    sent: list[tuple[str, Any]] = []
    query = urllib.parse.parse_qs(LIST.partition("?")[2])
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM, "api")
        where = records.compile_where(work, "deal", query["where"][0])
        asked = records.Query(
            where=where, sort=(("expected_close", False),), limit=50, fields=tuple(query["fields"][0].split(","))
        )
        records.select(work, "deal", asked)
        sa.event.listen(
            workspace.database.engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, parameters, *_: sent.append((statement, parameters)),
        )
        records.select(work, "deal", asked)
    return [each for each in sent if each[0].lstrip().upper().startswith("SELECT")]


def _compile_time() -> None:
    """How long a hundred entities with two thousand fields take from text to model."""
    from customary.engine.model import compile_source
    from customary.engine.problem import Problems
    from customary.engine.text.source import File
    from customary.engine.text.workspace import read_source

    kinds = ("text", "integer", "decimal", "date", "boolean", "money", "email", "datetime", "long_text", "percent")
    text = "".join(
        f"---\nentity: thing_{n}\ntitle: f0\nfields:\n"
        + "".join(f"  f{m}: {{type: {kinds[m % len(kinds)]}, label: {{en: Field {m}}}}}\n" for m in range(20))
        for n in range(100)
    )
    files = [File("customary.yaml", "workspace", "name: Big\n"), File("schemas/big.yaml", "workspace", text)]
    begin = time.perf_counter()
    problems = Problems()
    compile_source(read_source(files, problems), problems)
    took = time.perf_counter() - begin
    print(f"compile of 100 entities with 2,000 fields: {took:.2f} s, {len(problems)} problems")


if __name__ == "__main__":
    main()
