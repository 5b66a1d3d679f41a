"""Sends strings that break software through every door of a workspace: `python -m bench.strings LIST ...`.

A list is a file of lines, of JSON strings, or a folder of such; without one, a few of our own are sent. The workspace
has an entity with a field of every kind. What must hold: no answer is an error of the server, no page holds anything
that a browser would obey, nothing leads away, and the record next door, the tables and the number of people are what
they were.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from bench.cluster import postgresql
from bench.doors import DOORS, House, shape, through, wrong_with
from customary.app import create_app
from customary.engine import people
from customary.engine.fields import kinds
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace, create
from customary.ui.visitor import SESSION, csrf_of

NEEDED: Mapping[str, Mapping[str, Any]] = {
    "any_link": {"to": ["user", "thing"]},
    "auto_number": {"format": "T-#####"},
    "choice": {"options": ["small", "large"]},
    "choices": {"options": ["small", "large"]},
    "link": {"to": "thing"},
    "links": {"to": "thing"},
    "barcode": {"format": "ean13"},
}
"""What some kinds of fields cannot do without."""
OURS = (
    "\x00", "\ud800a", "'; DROP TABLE customary_account; --", "\"><script>alert(1)</script>", "javascript:alert(1)",
    "=cmd|'/C calc'!A0", "{{ 7*7 }}", "../../etc/passwd", "a\r\nEvil: 1", "9" * 400, "-1e999", "%s%n%00", "ß漢" * 900,
)  # fmt: skip
LEFT_OUT = ("lines",)
NEIGHBOUR = {"name": "Neighbour", "a_text": "mine", "a_integer": 7, "a_markdown": "*mine*"}


def texts_in(places: Iterable[Path]) -> list[str]:
    """The strings of all lists, each once."""
    files = [each for place in places for each in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    found = (text for file in files if file.suffix in (".json", ".txt", ".csv") for text in _texts(file))
    return list(dict.fromkeys(text for text in found if text))


def _texts(file: Path) -> list[str]:
    text = file.read_text("utf-8", "replace")
    return json.loads(text) if file.suffix == ".json" else text.splitlines()


def attempt(
    client: Any, workspace: Workspace, texts: Iterable[str], seed: int, doors: int
) -> tuple[list[str], Counter]:
    """What was wrong with any answer, or with what is there afterwards; and how many answers there were, by status."""
    fields = {name: each for name, each in workspace.release.model.entities["thing"].fields.items() if name[:2] == "a_"}
    house = House(client, fields, random.Random(seed))
    before, found, counts = _around(client, workspace), [], Counter()
    for text in texts:
        for door, answer in through(house, text, doors):
            counts[f"{answer.status_code // 100}xx"] += 1
            found += [f"{door}: {wrong}: {text[:80]!r}" for wrong in wrong_with(answer)]
    return found + [
        f"{what} is another" for what, each in _around(client, workspace).items() if each != before[what]
    ], counts


def _around(client: Any, workspace: Workspace) -> dict[str, Any]:
    """What no string may change."""
    neighbour = client.get("/api/thing", params={"where": 'name == "Neighbour"'}).json()["items"]
    people_there = client.get("/api/user", params={"count": "exact"}).json()
    return {"the neighbour": neighbour, "the tables": shape(workspace), "the number of people": people_there["count"]}


def build(folder: Path, database: str) -> Workspace:
    """A workspace with an entity that has a field of every kind, and a record whose values are to stay."""
    create(folder, ["core"], database, name="Strings")
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "schemas" / "thing.yaml").write_text(_definition(), encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply(by="bench")
    return workspace


def _definition() -> str:
    named = {f"a_{kind}": {"type": kind, **NEEDED.get(kind, {})} for kind in sorted(kinds()) if kind not in LEFT_OUT}
    fields = {"name": {"type": "text", "required": True}, **named}
    return json.dumps({"entity": "thing", "title": "name", "fields": fields})


@contextmanager
def signed_in(workspace: Workspace) -> Iterator[TestClient]:
    """Somebody who may do everything."""
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), "ann@example.com", None, ["admin"], name="Ann Lee")
        token = people.start(connection, id, datetime.now(UTC)).token
    with TestClient(create_app(workspace), raise_server_exceptions=False) as client:
        client.cookies.set(SESSION, token)
        client.headers["X-CSRF-Token"] = csrf_of(token)
        client.post("/api/thing", json=NEIGHBOUR).raise_for_status()
        yield client


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.strings", description=__doc__)
    parser.add_argument("lists", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--doors", type=int, default=len(DOORS), help="Send each through so many, by chance.")
    parser.add_argument("--most", type=int, help="Take so many of the strings, by chance.")
    parser.add_argument("--database", help="the URL of an empty one; else SQLite and a private PostgreSQL in turn")
    options = parser.parse_args()
    texts = [*OURS, *texts_in(options.lists)]
    if options.most and options.most < len(texts):
        texts = random.Random(options.seed).sample(texts, options.most)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="customary-strings-")))
        urls = (
            [options.database] if options.database else [f"sqlite:///{folder}/a.db", stack.enter_context(postgresql())]
        )
        return max(_report(folder / url.partition(":")[0], url, texts, options) for url in urls if url)


def _report(folder: Path, url: str, texts: list[str], options: argparse.Namespace) -> int:
    workspace, begin = build(folder, url), time.perf_counter()
    with signed_in(workspace) as client:
        found, counts = attempt(client, workspace, texts, options.seed, options.doors)
    workspace.close()
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    print(f"{folder.name}: {len(texts):,} strings in {time.perf_counter() - begin:.0f} s: {told}")
    print("\n".join(f"  {each}" for each in found) or "  nothing found", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
