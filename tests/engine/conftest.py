"""A small CRM in a real database, for the rooms that read and write records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine import people, records
from customary.engine.database import Database
from customary.engine.model import compile_source
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.problem import Problems
from customary.engine.records import Cause, Work
from customary.engine.records.changes import change, queue
from customary.engine.releases import Release
from customary.engine.tables import Tables
from customary.engine.text import WORKSPACE, File, read_source

from ..far_side import FarSide, far_side

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

SETTINGS = "name: Test\ncurrency: EUR\ntime_zone: Europe/Athens\n"

DEFINITIONS = """
entity: user
plays: user
title: name
fields:
  name: {type: text, required: true, search: true}
  email: {type: email, unique: true}
  team: {type: link, to: team, inverse: members}
  language: {type: choice, options: {en: {}, zh: {}, el: {}}}
---
entity: team
plays: team
title: name
fields:
  name: {type: text, required: true}
  parent: {type: link, to: team, inverse: subteams}
---
entity: task
plays: task
title: title
fields:
  title: {type: text, required: true, search: true}
  about: {type: any_link}
  due: {type: datetime}
  owner: {type: user, default: =user}
  done: {type: boolean, default: false}
---
entity: activity
plays: activity
title: subject
fields:
  subject: {type: text, required: true}
  about: {type: any_link}
  at: {type: datetime, required: true, default: =now()}
---
entity: account
title: name
highlights: [industry, owner]
fields:
  name: {type: text, required: true, unique: true, max_length: 80, search: true}
  industry: {type: choice, options: [retail, software, steel]}
  owner: {type: user, default: =user}
  secret: {type: text}
  tags: {type: tags}
  active: {type: boolean, default: true}
---
entity: contact
title: '{{ first }} {{ last }}'
fields:
  first: {type: text}
  last: {type: text, required: true, search: true}
  email: {type: email, search: true}
  account: {type: link, to: account, inverse: contacts, on_delete: cascade}
---
entity: deal
title: name
fields:
  name: {type: text, required: true, search: true}
  account: {type: link, to: account, inverse: deals, on_delete: restrict, where: active}
  main: {type: link, to: contact, inverse: main_deals, on_delete: clear}
  contacts: {type: links, to: contact, inverse: deals}
  owner: {type: user, default: =user}
  amount: {type: money, min: 0}
  discount: {type: percent, max: 40}
  weighted: {type: money, formula: amount * probability / 100}
  closes: {type: date}
  note: {type: long_text}
  lost_reason: {type: choice, options: [price, timing], visible: outcome == "lost", required: outcome == "lost"}
  code: {type: text, read_only: revision > 1}
  number: {type: auto_number, format: 'D-{{ year(created_at) }}-###', per: year}
  lines: {type: lines, of: line.deal}
checks:
  late: {check: closes == null || closes >= date(created_at), message: {en: must not be before creation}, field: closes}
unique: {per_account: [account, name]}
views:
  all: {kind: table, columns: [name, amount], sort: [name]}
  largest: {kind: table, columns: [name, amount], sort: [-amount]}
  board: {kind: board, pipeline: sales, card: [account, amount], sum: amount}
---
entity: line
title: product
fields:
  deal: {type: link, to: deal, required: true, inverse: line_list}
  product: {type: text, required: true}
  quantity: {type: integer, min: 1, default: 1}
  price: {type: money}
  total: {type: money, formula: price * quantity}
---
pipeline: sales
entity: deal
stages:
  qualify: {label: {en: Qualify}, probability: 10, tasks: [{title: 'Research {{ name }}', due: 2d, owner: =owner}]}
  propose: {label: {en: Propose}, probability: 40, requires: [amount, closes]}
  negotiate: {label: {en: Negotiate}, probability: 70, guard: size(lines) > 0}
  won: {label: {en: Won}, outcome: won, probability: 100, locks: [amount, lines]}
  lost: {label: {en: Lost}, outcome: lost, probability: 0}
moves: forward
---
role: admin
admin: true
---
role: seller
entities:
  user: {read: all}
  team: {read: all}
  task: {read: all, create: all, update: own, delete: own}
  activity: {read: all, create: all}
  account: {read: all, create: all, update: own, delete: own, fields: {secret: hidden, tags: read_only}}
  contact: {read: =account.owner == user, create: all, update: all}
  deal: {read: own, create: own, update: own, delete: own}
---
role: leader
entities:
  deal: {read: team}
  account: {read: all}
---
role: viewer
entities:
  '*': {read: all}
pipelines: {sales: {move: [[qualify, propose]], reopen: true}}
---
role: closer
entities:
  deal: {read: all, update: all}
pipelines: {sales: {move: [[qualify, propose]], reopen: true}}
---
workflow: welcome
when: {created: deal}
do:
  - set: {note: Welcome}
"""


class Crm:
    """A release of the definitions in a database, and units of work in it."""

    def __init__(self, database: Database, definitions: str = DEFINITIONS) -> None:
        self.database = database
        self.release = release_of(definitions, database.is_sqlite)
        with database.write() as connection:
            self.release.tables.metadata.create_all(connection)
        self.now = NOW

    @contextmanager
    def work(self, actor: Actor = SYSTEM, origin: str = "api") -> Iterator[Work]:
        """One transaction; every unit of work is a second later than the one before."""
        self.now += timedelta(seconds=1)
        with self.database.write() as connection:
            yield Work(connection, self.release, actor, self.now, Cause(origin))

    @contextmanager
    def reading(self, actor: Actor = SYSTEM) -> Iterator[Work]:
        with self.database.read() as connection:
            yield Work(connection, self.release, actor, self.now, Cause("api"))

    def add(self, entity: str, /, actor: Actor = SYSTEM, **values: Any) -> UUID:
        with self.work(actor) as work:
            return records.create(work, entity, values)

    def update(self, entity: str, id: UUID, /, actor: Actor = SYSTEM, **values: Any) -> int:
        with self.work(actor) as work:
            return records.update(work, entity, id, values)

    def values(self, entity: str, id: UUID, actor: Actor = SYSTEM) -> dict[str, Any]:
        with self.reading(actor) as work:
            return dict(records.get(work, entity, id).values)

    def value(self, entity: str, id: UUID, name: str) -> Any:
        return self.values(entity, id)[name]

    def person(self, name: str, *roles: str, team: UUID | None = None) -> Actor:
        """Somebody with an account."""
        email = f"{name.lower()}@example.com"
        with self.work() as work:
            id = people.add(work, email, None, roles, name)
            if team is not None:
                records.update(work, "user", id, {"team": team})
        with self.database.read() as connection:
            return people.actor_of_user(connection, id, self.release)

    def again(self, actor: Actor) -> Actor:
        """Somebody as they are by now."""
        with self.database.read() as connection:
            return people.actor_of_user(connection, actor.id, self.release)

    def changes(self, id: UUID) -> list[dict[str, Any]]:
        """The change rows of a record, the oldest first."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(change).where(change.c.record == id).order_by(change.c.id))
            return [dict(row) for row in rows.mappings()]

    def queued(self) -> list[UUID]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(queue.c.record).order_by(queue.c.id)).scalars())

    def rows(self, entity: str) -> int:
        with self.database.read() as connection:
            return connection.execute(
                sa.select(sa.func.count()).select_from(self.release.tables.entity(entity).table)
            ).scalar_one()


@cache
def release_of(definitions: str, is_sqlite: bool) -> Release:
    """Compiled once for each kind of database: what a release keeps of its statements is for that kind."""
    problems = Problems()
    files = [File("customary.yaml", WORKSPACE, SETTINGS), File("schemas/test.yaml", WORKSPACE, definitions)]
    model = compile_source(read_source(files, problems), problems)
    problems.raise_errors()
    return Release(1, model, Tables.fresh(model), NOW)


@pytest.fixture
def far() -> Iterator[FarSide]:
    """Another system, which answers over HTTP."""
    with far_side() as far:
        yield far


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database)


@pytest.fixture
def at() -> datetime:
    return NOW
