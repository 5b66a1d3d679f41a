"""Rules that are thought up from a seed, and what must have come of them: nothing lost, doubled, stuck or overtaken."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.database import Database
from customary.engine.messages.outbox import message
from customary.engine.people.actor import SYSTEM
from customary.engine.records import storage
from customary.engine.records.changes import change, queue
from customary.engine.records.work import Work
from customary.engine.releases import Release

FIELDS = (
    "fields:\n  name: {type: text, required: true}\n  kind: {type: integer}\n  n: {type: integer, default: 0}\n"
    "  nothing: {type: text}\n"
)
KINDS = 6
SHORT, LONG = "until: '=now() + duration(\"1s\")'", "for: 30d"


@dataclass(frozen=True)
class Rule:
    """A workflow as it was thought up: what starts it, for which kinds, whether it waits, mails, and fails at last."""

    name: str
    trigger: str
    below: int
    marks: int
    wait: str = ""
    mails: bool = False
    fails: bool = False

    def text(self) -> str:
        steps = [f"  - create: {{mark: {{name: '{{{{ name }}}} {self.name} {n}'}}}}" for n in range(self.marks)]
        if self.wait:
            steps.insert(1, f"  - wait: {{{self.wait}}}")
        if self.mails:
            steps.append("  - send_email: {to: nobody@example.com, subject: Kill, body: 'About {{ name }}'}")
        if self.fails:
            steps.append("  - create: {mark: {name: =nothing}}")
        when = "{created: thing}" if self.trigger == "created" else "{changed: thing.n}"
        return f"workflow: {self.name}\nwhen: {when}\nwhere: kind < {self.below}\ndo:\n" + "\n".join(steps) + "\n"

    @property
    def length(self) -> int:
        return self.marks + bool(self.wait) + self.mails + self.fails

    @property
    def ends(self) -> set[str]:
        """As what its runs may stand there when all is done."""
        return {tables.FAILED if self.fails else tables.WAITING if self.wait == LONG else tables.DONE}

    def starts_for(self, row: sa.RowMapping, kind: int) -> bool:
        made = row["kind"] == "created"
        fits = made if self.trigger == "created" else not made and "n" in (row["after"] or {})
        return fits and kind < self.below


def think_up(chance: random.Random) -> list[Rule]:
    """Rules of every sort; one waits longer than anybody looks, one never comes to its end."""
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
    patient = Rule("patient", "created", 2, 2, wait=LONG)
    mailing = Rule("mailing", "changed", 3, 1, wait=SHORT, mails=True)
    return [*rules, patient, mailing, Rule("failing", "created", 4, 2, fails=True)]


def definitions(rules: list[Rule]) -> str:
    parts = [f"entity: {name}\n{FIELDS}" for name in ("thing", "mark")]
    return "---\n".join(parts + [rule.text() for rule in rules])


def look(
    database: Database, release: Release, rules: list[Rule], answered: Mapping[UUID, int]
) -> tuple[list[str], dict[str, int]]:
    """What is lost, doubled, stuck or out of order; and how much there was of everything.

    `answered` has the things whose writers were told that they are there, with the number that they were told last.
    """
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
    found += _differing("things", Counter(answered.items()), Counter((id, each["n"]) for id, each in things.items()))
    counted = ((id, n) for id, last in answered.items() for n in range(last + 1))
    found += _differing("writes", Counter(counted), Counter((row["record"], row["after"]["n"]) for row in changes))
    found += _differing("runs", due, Counter((run["change"], run["workflow"]) for run in runs))
    stuck = (run for run in runs if run["status"] not in named[run["workflow"]].ends)
    found += [f"run {run['id']} is {run['status']}: {run['reason']}" for run in stuck]
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


def _steps_due(runs: Sequence[sa.RowMapping], rules: Mapping[str, Rule]) -> Iterator[tuple[UUID, str, str]]:
    for run in runs:
        rule = rules[run["workflow"]]
        if run["status"] == tables.WAITING:
            yield from ((run["id"], "1", "done"), (run["id"], "2", "waiting"))
        elif rule.fails:
            yield from ((run["id"], str(n), "undone") for n in range(1, rule.length))
            yield run["id"], str(rule.length), "failed"
        else:
            yield from ((run["id"], str(n), "done") for n in range(1, rule.length + 1))


def _marks_due(
    runs: Sequence[sa.RowMapping], rules: Mapping[str, Rule], things: Mapping[UUID, Mapping[str, Any]]
) -> Iterator[str]:
    for run in runs:
        rule = rules[run["workflow"]]
        made = 1 if run["status"] == tables.WAITING else 0 if rule.fails else rule.marks
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
