"""The workspace that is measured: packs core and sales with many deals, contacts and accounts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from customary.engine import records
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

BATCH = 5_000
ACCOUNTS = 1_000


def build(folder: Path, database: str, deals: int, contacts: int) -> Workspace:
    """A fresh workspace in `folder`, filled through the product's own writer."""
    (folder / "customary.yaml").write_text(
        f"name: Bench\npacks: [core, sales]\ndatabase: {database}\ncalls_per_minute: 100000000\n", encoding="utf-8"
    )
    workspace = Workspace.open(folder)
    workspace.apply()
    chance = random.Random(7)
    accounts = create(workspace, "account", ({"name": f"Account {n:05}"} for n in range(ACCOUNTS)))
    people = ({"name": f"Person {n:05}", "account": chance.choice(accounts)} for n in range(contacts))
    create(workspace, "contact", people)
    create(workspace, "deal", (_deal(n, accounts, chance) for n in range(deals)))
    return workspace


def create(workspace: Workspace, entity: str, rows: Iterable[dict[str, object]]) -> list[UUID]:
    """Records made in transactions of some thousands."""
    made: list[UUID] = []
    for batch in _batches(iter(rows)):
        with workspace.database.write() as connection:
            made += records.create_many(workspace.work(connection, SYSTEM, "import"), entity, batch)
    return made


def _deal(number: int, accounts: list[UUID], chance: random.Random) -> dict[str, object]:
    return {
        "name": f"Deal {number:06}",
        "account": chance.choice(accounts),
        "amount": Money(Decimal(chance.randrange(100, 100_000)), "EUR"),
        "expected_close": date.today() + timedelta(days=chance.randrange(200)),
    }


def _batches(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch
