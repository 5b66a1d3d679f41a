"""Random roles and records, and the same in a database: what the paths and the evaluator are compared over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yaml
from hypothesis import strategies as st
from tests.engine.access.evaluator import Person, World
from tests.engine.conftest import NOW, release_of

from customary.engine import people, records
from customary.engine.access.shares import share
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Cause, Work, new_id

ENTITIES = """
entity: user
plays: user
title: name
fields: {name: {type: text}, email: {type: email}, region: {type: text}, team: {type: link, to: team}}
---
entity: team
plays: team
title: name
fields: {name: {type: text}, parent: {type: link, to: team}}
---
entity: firm
title: name
fields:
  name: {type: text, search: true}
  owner: {type: user}
  region: {type: text}
  amount: {type: integer}
  score: {type: integer}
---
entity: deal
title: name
fields:
  name: {type: text, search: true}
  firm: {type: link, to: firm, inverse: deals}
  owner: {type: user}
  region: {type: text}
  amount: {type: integer}
  note: {type: text, search: true}
  firm_score: {type: integer, formula: firm.score}
  lines: {type: lines, of: line.deal}
views:
  board: {kind: board, pipeline: flow, card: [amount, note], sum: amount}
---
entity: line
title: name
fields:
  deal: {type: link, to: deal, required: true}
  name: {type: text}
  region: {type: text}
  amount: {type: integer}
---
pipeline: flow
entity: deal
stages: {new: {}, old: {outcome: done}}
---
dashboard: whole
tiles:
  firm: {kind: number, of: firm}
  deal: {kind: number, of: deal}
  line: {kind: number, of: line}
  deal_amount: {kind: number, of: deal, sum: amount}
  deal_note: {kind: bar, of: deal, by: note}
  deal_region: {kind: table, of: deal, columns: [name], where: region != "none"}
---
role: admin
admin: true
---
"""
REGIONS = st.sampled_from(["north", "south", None])
AMOUNTS = st.sampled_from([None, 1, 7, 9])
TEAMS = {"Top": None, "Left": "Top", "Leaf": "Left", "Right": "Top"}
STAGES = ("new", "old")
COMMON = [
    "all",
    "none",
    "=region == user.region",
    "=!(region == user.region)",
    "=amount > 7 || region == user.region && amount != 1",
    "=amount > 5",
]


def grants(rules: list[str], fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    said = st.sampled_from(rules)
    marks = st.dictionaries(st.sampled_from(fields), st.sampled_from(["hidden", "read_only", "on_create"]), max_size=2)
    acts = dict.fromkeys(("read", "create", "update", "export"), said)
    deny = st.sampled_from([False, False, True])
    return st.fixed_dictionaries({**acts, "fields": marks, "deny": deny})


ROLE = st.fixed_dictionaries(
    {},
    optional={
        "firm": grants([*COMMON, "own", "team"], ["region", "score"]),
        "deal": grants([*COMMON, "own", "team", "=firm.owner == user"], ["region", "amount", "note", "stage"]),
        "line": grants(COMMON, ["region"]),
    },
)
WHO = st.sampled_from(["Ann", "Bob", "Eve", None])
WORLD = st.fixed_dictionaries(
    {
        "roles": st.fixed_dictionaries({"one": ROLE, "two": ROLE, "three": ROLE}),
        "held": st.lists(st.sets(st.sampled_from(["one", "two", "three"]), min_size=1), min_size=3, max_size=3),
        "teams": st.lists(st.sampled_from([*TEAMS, None]), min_size=3, max_size=3),
        "regions": st.lists(REGIONS, min_size=3, max_size=3),
        "firms": st.lists(st.tuples(WHO, REGIONS, AMOUNTS), min_size=3, max_size=3),
        "deals": st.lists(
            st.tuples(WHO, REGIONS, AMOUNTS, st.sampled_from(["F0", "F1", "F2", None])), min_size=5, max_size=5
        ),
        "lines": st.lists(st.tuples(st.sampled_from(["D0", "D1", "D2"]), REGIONS, AMOUNTS), min_size=3, max_size=3),
        "shares": st.lists(
            st.tuples(
                st.sampled_from(["D0", "D1", "D2"]),
                st.sampled_from([("person", "Ann"), ("person", "Eve"), ("team", "Left"), ("team", "Top")]),
                st.booleans(),
                st.booleans(),
            ),
            min_size=2,
            max_size=4,
        ),
    }
)


def world_of(drawn: dict[str, Any]) -> World:
    names = ("Ann", "Bob", "Eve")
    persons = {
        name: Person(name, sorted(drawn["held"][at]), drawn["regions"][at], drawn["teams"][at])
        for at, name in enumerate(names)
    }
    firms = {
        f"F{at}": {"owner": owner, "region": region, "amount": amount}
        for at, (owner, region, amount) in enumerate(drawn["firms"])
    }
    deals = {
        f"D{at}": {"owner": owner, "region": region, "amount": amount, "firm": firm, "stage": STAGES[at % 2]}
        for at, (owner, region, amount, firm) in enumerate(drawn["deals"])
    }
    lines = {
        f"L{at}": {"deal": deal, "region": region, "amount": amount}
        for at, (deal, region, amount) in enumerate(drawn["lines"])
    }
    shares = [(deal, *to, writing, in_force) for deal, to, writing, in_force in drawn["shares"]]
    return World(drawn["roles"], persons, TEAMS, {"firm": firms, "deal": deals, "line": lines}, shares)


class Played:
    """A world in the database, within one transaction."""

    def __init__(self, connection: Any, world: World) -> None:
        roles = "\n---\n".join(
            yaml.safe_dump({"role": name, "entities": said, "dashboards": ["whole"]}, sort_keys=False)
            for name, said in world.roles.items()
        )
        self.connection, self.world = connection, world
        self.release = release_of(ENTITIES + roles, connection.dialect.name == "sqlite")
        self.work = self.as_(SYSTEM)
        self.ids: dict[str, Any] = {}
        for name, above in TEAMS.items():
            self.ids[name] = records.create(self.work, "team", {"name": name, "parent": self.ids.get(above)})
        for who in world.people.values():
            id = people.add(self.work, f"{who.name}@example.com", None, who.roles, who.name)
            records.update(self.work, "user", id, {"region": who.region, "team": self.ids.get(who.team)})
            self.ids[who.name] = id
        for entity in ("firm", "deal", "line"):
            for at, (name, values) in enumerate(world.records[entity].items()):
                linked = {key: self.ids.get(value) for key, value in values.items() if key in ("owner", "firm", "deal")}
                extra = {"firm": {"score": at}, "deal": {"note": f"hint{at}"}, "line": {}}[entity]
                self.ids[name] = records.create(
                    self.work, entity, {**values, **linked, **extra, "name": f"name {name}"}
                )
        self.names = {id: name for name, id in self.ids.items()}
        for deal, kind, to, writing, in_force in world.shares:
            self._share(deal, "user" if kind == "person" else "team", to, writing, in_force)

    def as_(self, actor: Any) -> Work:
        return Work(self.connection, self.release, actor, NOW, Cause("api"))

    def of(self, who: Person) -> Work:
        return self.as_(people.actor_of_user(self.connection, self.ids[who.name], self.release))

    def named(self, ids: Any) -> set[str]:
        return {self.names[id] for id in ids}

    def _share(self, deal: str, column: str, to: str, writing: bool, in_force: bool) -> None:
        until = NOW.date() if in_force else NOW.date() - timedelta(days=1)
        row = {"id": new_id(), "entity": "deal", "record": self.ids[deal], column: self.ids[to], "writing": writing}
        self.connection.execute(share.insert().values(**row, until=until, at=NOW))
