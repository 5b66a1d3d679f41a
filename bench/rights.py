"""What rights cost: lists of somebody with five roles beside those of an administrator limited to the same records.

`python -m bench.rights` fills 1,000,000 records on SQLite and on a private PostgreSQL, and prints ratios: first pages
in two orders, and twenty pages one after the other. The administrator is limited in two ways: by the same conditions,
typed as a filter, and by a mark on the very records, which an index keeps in order.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.cluster import postgresql
from customary.engine import people, records
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Query, Work
from customary.engine.workspace import Workspace

DEFINITIONS = """
entity: user
plays: user
title: name
fields:
  name: {type: text}
  email: {type: email}
  region: {type: text, max_length: 20}
  team: {type: link, to: team}
---
entity: team
plays: team
title: name
fields: {name: {type: text}, parent: {type: link, to: team}}
---
entity: case
title: name
fields:
  name: {type: text}
  owner: {type: user}
  region: {type: text, max_length: 20}
  kind: {type: text, max_length: 20}
  level: {type: integer}
  amount: {type: integer}
  seen: {type: boolean}
views:
  dear: {kind: table, columns: [name, amount], sort: [-amount]}
  marked: {kind: table, columns: [name], where: seen, sort: [-created_at]}
  marked_dear: {kind: table, columns: [name, amount], where: seen, sort: [-amount]}
---
role: admin
admin: true
---
role: owning
entities: {case: {read: own}}
---
role: leading
entities: {case: {read: team}}
---
role: near
entities: {case: {read: '=region == user.region'}}
---
role: urgent
entities: {case: {read: '=kind == "urgent" && level >= 3'}}
---
role: new
entities: {case: {read: '=kind == "new" && region == user.region'}}
"""
ROLES = ("owning", "leading", "near", "urgent", "new")
PEOPLE, COLLEAGUES, REGIONS = 400, 8, 50
KINDS = (*["usual"] * 17, "urgent", "new", "new")
MARKED = "seen"
TYPED = (
    'owner.team.name in ["Above", "Below"] || region == "region 0" || kind == "urgent" && level >= 3'
    ' || kind == "new" && region == "region 0"'
)
PROMISED = 1.3
Read = Callable[[Work, str | None], Any]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="customary-rights-") as folder, postgresql() as url:
        for name, database in {"sqlite": f"sqlite:///{folder}/bench.db", "postgresql": url}.items():
            if database and options.database in (None, name):
                print(f"{name}, {options.records:,} records:", flush=True)
                workspace = _build(Path(folder) / name, database)
                House(workspace, options.records).compare(options.rounds)
                workspace.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.rights", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=60, help="how often each list is read, in turn")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one kind alone")
    return parser.parse_args()


def _build(folder: Path, database: str) -> Workspace:
    (folder / "schemas").mkdir(parents=True)
    (folder / "customary.yaml").write_text(f"name: Bench\npacks: []\ndatabase: {database}\n", encoding="utf-8")
    (folder / "schemas" / "bench.yaml").write_text(DEFINITIONS, encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply()
    return workspace


class House:
    """A workspace with very many cases, and two people who are to read the same of them."""

    def __init__(self, workspace: Workspace, count: int) -> None:
        self.workspace = workspace
        staff = self.do(self.hire)
        self.do(lambda work: self.fill(work, staff, count))
        self.look_at_tables()
        with workspace.database.read() as connection:
            release = workspace.release
            self.seller, self.admin = (people.actor_of_user(connection, id, release) for id in (staff[0], staff[-1]))

    def do(self, act: Callable[[Work], Any]) -> Any:
        with self.workspace.database.write() as connection:
            return act(self.workspace.work(connection, SYSTEM))

    def hire(self, work: Work) -> list[UUID]:
        """Who leads a team with one below it, the colleagues there, everybody else, and at last an administrator."""
        above = records.create(work, "team", {"name": "Above"})
        below = records.create(work, "team", {"name": "Below", "parent": above})
        teams = {n: below if n else above for n in range(COLLEAGUES)}
        staff = []
        for n in range(PEOPLE):
            roles = ROLES if n == 0 else ("admin",) if n == PEOPLE - 1 else ()
            staff.append(people.add(work, f"p{n}@example.com", None, roles, f"Person {n}"))
            records.update(work, "user", staff[n], {"region": f"region {n % REGIONS}", "team": teams.get(n)})
        return staff

    def fill(self, work: Work, staff: list[UUID], count: int) -> None:
        """Cases as they come in, straight into their table: no rule would look at them."""
        made, chance = work.release.tables.entity("case"), random.Random(8)
        begin = work.now - timedelta(seconds=count)
        for start in range(0, count, 10_000):
            rows = []
            for n in range(start, min(start + 10_000, count)):
                values = {made.physical[name]: value for name, value in _case(chance, staff).items()}
                at = begin + timedelta(seconds=n)
                rows.append({"id": records.new_id(), "created_at": at, "updated_at": at, "revision": 1, **values})
            work.connection.execute(made.table.insert(), rows)

    def look_at_tables(self) -> None:
        """What an import lets the database do at its end."""
        with self.workspace.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if self.workspace.database.is_sqlite else "VACUUM ANALYZE")

    def compare(self, rounds: int) -> None:
        for name, read in READ.items():
            mine = self.read(self.seller, read, None)
            for how, where in {"marked": MARKED, "filtered": TYPED}.items():
                assert self.read(self.admin, read, where) == mine, f"{name}, {how}: not the same records"
                asked = ((self.seller, None), (self.admin, where))
                took: list[list[float]] = [[], []]
                for _ in range(rounds):
                    for place, (actor, where) in enumerate(asked):
                        begin = time.perf_counter()
                        self.read(actor, read, where)
                        took[place].append(time.perf_counter() - begin)
                roles, limited = (statistics.median(each) * 1000 for each in took)
                print(
                    f"  {name}, beside {how}: {roles / limited:.2f} (at most {PROMISED}), "
                    f"{roles:.2f} and {limited:.2f} ms",
                    flush=True,
                )

    def read(self, actor: people.Actor, read: Read, where: str | None) -> Any:
        with self.workspace.database.read() as connection:
            return read(self.workspace.work(connection, actor, "api"), where)


def _case(chance: random.Random, staff: list[UUID]) -> Mapping[str, Any]:
    owner, region, kind, level = (
        chance.randrange(PEOPLE), chance.randrange(REGIONS), chance.choice(KINDS), chance.randrange(6)
    )  # fmt: skip
    seen = owner < COLLEAGUES or region == 0 or (kind == "urgent" and level >= 3)
    return {
        "name": f"Case {chance.random()}", "owner": staff[owner], "region": f"region {region}", "kind": kind,
        "level": level, "amount": chance.randrange(1_000_000), "seen": seen,
    }  # fmt: skip


def _page(sort: tuple[tuple[str, bool], ...] = (), pages: int = 1) -> Read:
    def read(work: Work, where: str | None) -> list[UUID]:
        condition, after = where and records.compile_where(work, "case", where), None
        for _ in range(pages):
            page = records.select(work, "case", Query(where=condition, sort=sort, limit=50, after=after))
            after = page.next
        return [each.id for each in page.records]

    return read


READ: dict[str, Read] = {
    "the newest 50": _page(),
    "the dearest 50": _page((("amount", True),)),
    "the first 20 pages": _page(pages=20),
}


if __name__ == "__main__":
    main()
