"""Changes are looked at in batches: as one by one, with few questions, and without harm to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine.automation.running import guard, leasing
from customary.engine.expressions import Expression
from customary.engine.messages.notifications import notification
from customary.engine.people import accounts
from customary.engine.reasons import read_reason
from customary.engine.records.work import Work
from customary.engine.records.write import create, update

from .conftest import House

VISIT = """
entity: visit
fields:
  name: {type: text, required: true}
  minutes: {type: integer}
  account: {type: link, to: account}
---
entity: stop
fields:
  name: {type: text, required: true}
  visit: {type: link, to: visit, inverse: stops}
"""


def rule(name: str, when: str, where: str, more: str = "") -> str:
    return f"---\nworkflow: {name}\nwhen: {when}\nwhere: '{where}'\n{more}do:\n  - note: Seen\n"


RULES = (
    rule("own", "{created: visit}", "minutes > 60")
    + rule("linked", "{created: visit}", 'account.name == "Acme"')
    + rule("listed", "{updated: visit}", "stops.exists(s, s.name == name)")
    + rule("before", "{changed: visit.minutes}", "old.minutes < 60 && account.name != null")
    + rule("gone", "{deleted: visit}", 'account.name == "Acme"')
    + rule("of_parts", "{related: {of: visit, changed: stop}}", "size(stops) > 1")
)


def begun(home: House) -> list[tuple[str, UUID]]:
    return sorted((run.workflow, run.record) for run in home.runs())


def test_a_batch_begins_what_its_changes_begin_one_by_one(house: Callable) -> None:
    home = house(VISIT + RULES, packs="core")
    acme, other = (home.create("account", name=name) for name in ("Acme", "Other"))
    long = home.create("visit", name="Long", minutes=90, account=other)
    short = home.create("visit", name="Short", minutes=10, account=acme)
    for _ in range(2):
        home.create("stop", name="Short", visit=short)
    home.update("visit", short, minutes=20)
    home.update("visit", long, minutes=99)
    lost = home.create("visit", name="Lost", account=acme)
    home.delete("visit", lost)
    assert home.turn() > 0
    expected = [
        ("before", short),
        ("gone", lost),
        ("linked", short),
        ("listed", short),
        ("of_parts", short),
        ("of_parts", short),
        ("own", long),
    ]
    assert begun(home) == sorted(expected)


def test_a_condition_is_asked_of_the_record_as_each_save_left_it(house: Callable) -> None:
    home = house(
        VISIT
        + rule("asked_in_sql", "{changed: visit.minutes}", "minutes > 60")
        + rule("asked_here", "{changed: visit.minutes}", "minutes > 60 && old.minutes != 70")
        + rule("made", "{created: visit}", "minutes == null")
        + rule("of_parts", "{related: {of: visit, changed: stop}}", "minutes == 20"),
    )
    there, gone = (home.create("visit", name=name) for name in ("There", "Gone"))
    for minutes in (90, 70, 80, 10, 20):
        home.now += timedelta(milliseconds=1)
        home.update("visit", there, minutes=minutes)
    home.create("stop", name="Short", visit=there)
    home.now += timedelta(milliseconds=1)
    home.update("visit", there, minutes=30)
    home.delete("visit", gone)
    home.settle()
    assert begun(home) == sorted(
        [("asked_in_sql", there)] * 3
        + [("asked_here", there)] * 2
        + [("made", there), ("made", gone), ("of_parts", there)]
    )
    [ended] = [run for run in home.runs() if run.record == gone]
    assert (ended.status, ended.reason) == ("stopped", "The record is not there any more.")
    assert {run.status for run in home.runs() if run.record == there} == {"done"}


def test_what_a_run_deletes_breaks_no_other_run_of_that_moment(house: Callable) -> None:
    home = house(
        VISIT
        + "---\nworkflow: clears\nwhen: {created: stop}\ndo:\n  - delete: {record: =visit}\n"
        + "---\nworkflow: of_whole\nwhen: {related: {of: visit, changed: stop}}\ndo:\n  - note: Seen\n"
    )
    visit = home.create("visit", name="Long")
    home.create("stop", name="Short", visit=visit)
    home.settle()
    assert {run.workflow for run in home.runs()} == {"clears", "of_whole"}
    assert {run.status for run in home.runs()} <= {"done", "stopped"}


def test_many_that_are_due_are_not_compared_with_each_other(house: Callable) -> None:
    """PostgreSQL looks up what keeps a run by its record, though it knows nothing yet of a table that just filled."""
    home = house(VISIT + rule("own", "{created: visit}", "minutes > 60"))
    explain = "EXPLAIN QUERY PLAN " if home.database.is_sqlite else "EXPLAIN "
    asked = leasing._due().params(now=home.now, most=80)
    with home.database.read() as connection:
        text = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [line for line in map(str, connection.exec_driver_sql(explain + text)) if "earlier" in line]
    assert plan and all("customary_run_record" in line for line in plan)


def test_what_one_save_does_to_a_record_is_looked_at_as_a_whole(house: Callable) -> None:
    home = house(
        VISIT.replace("minutes: {type", "parts: {type: integer, rollup: size(stops), index: true}\n  minutes: {type")
        + rule("own", "{created: visit}", "parts > 1")
    )

    def make(work: Work) -> UUID:
        id = create(work, "visit", {"name": "With two"})
        for _ in range(2):
            create(work, "stop", {"name": "Part", "visit": id})
        return id

    id = home.do(make)
    home.now += timedelta(seconds=1)
    home.update("visit", id, minutes=5)
    home.settle()
    assert begun(home) == [("own", id)]


def test_a_hundred_changes_are_matched_with_as_many_questions_as_ten(house: Callable) -> None:
    home = house(VISIT + RULES, packs="core")
    acme = home.create("account", name="Acme")

    def asked(count: int) -> int:
        rows = [{"name": f"{n}", "minutes": 10, "account": None if n else acme} for n in range(count)]
        home.do(lambda work: [create(work, "visit", row) for row in rows])
        statements: list[str] = []

        def note(_connection, _cursor, statement: str, *_: object) -> None:
            statements.append(statement)

        sa.event.listen(home.database.engine, "before_cursor_execute", note)
        home.turn()
        sa.event.remove(home.database.engine, "before_cursor_execute", note)
        return len(statements)

    asked(5)
    assert asked(100) == asked(10)


def test_a_condition_that_breaks_harms_no_other_rule_or_record(house: Callable, monkeypatch: object) -> None:
    home = house(
        VISIT
        + rule("own", "{created: visit}", "minutes > 60")
        + rule("odd", "{created: visit}", "minutes > 5 && user == null")
    )
    kept = Expression.holds

    def holds(self: Expression, scope) -> bool:
        if self.text.startswith("minutes > 5") and scope.record["name"] == "Bad":
            scope.work.connection.exec_driver_sql("SELECT nothing FROM nowhere")
        return kept(self, scope)

    monkeypatch.setattr(Expression, "holds", holds)
    ids = {name: home.create("visit", name=name, minutes=90) for name in ("Good", "Bad", "Fine")}
    home.settle()
    statuses = {(run.workflow, run.record): run.status for run in home.runs()}
    assert statuses == {
        **{("own", id): "done" for id in ids.values()},
        **{("odd", id): "failed" if name == "Bad" else "done" for name, id in ids.items()},
    }


def test_the_changes_of_one_record_keep_their_order_in_a_batch(house: Callable) -> None:
    home = house(VISIT + "---\nworkflow: each\nwhen: {changed: visit.minutes}\ndo:\n  - note: Seen\n", packs="core")
    ids = [home.create("visit", name=name) for name in "AB"]
    for minutes in range(1, 4):
        home.do(lambda work, minutes=minutes: [update(work, "visit", id, {"minutes": minutes}) for id in ids])
    home.settle()
    taken = [(run.record, home.do(lambda work, run=run: _minutes(work, run.change))) for run in home.runs()]
    assert [minutes for record, minutes in taken if record == ids[0]] == [1, 2, 3]
    assert {run.status for run in home.runs()} == {"done"}


def _minutes(work: Work, id: UUID) -> int:
    from customary.engine.records.changes import change

    return work.connection.execute(sa.select(change.c.after).where(change.c.id == id)).scalar_one()["minutes"]


def test_a_loop_through_another_system_is_cut_and_the_admins_are_told_once(
    house: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_AT_ONCE", 3)
    home = house(VISIT + "---\nworkflow: echo\nwhen: {changed: visit.minutes}\ndo:\n  - note: Seen\n", packs="core")
    admin, guest = (home.create("user", name=name, email=f"{name}@example.com") for name in ("ann", "bob"))
    with home.database.write() as connection:
        accounts.insert(connection, admin, "ann@example.com", None, ["admin"])
        accounts.insert(connection, guest, "bob@example.com", None, [])
    looping, calm = home.create("visit", name="L"), home.create("visit", name="C")
    for minutes in range(5):
        home.update("visit", looping, minutes=minutes)
        home.settle()
    home.update("visit", calm, minutes=1)
    home.settle()
    statuses = [(run.record, run.status) for run in home.runs() if run.workflow == "echo"]
    assert statuses == [*[(looping, "done")] * 3, *[(looping, "stopped")] * 2, (calm, "done")]
    with home.database.read() as connection:
        told = connection.execute(sa.select(notification.c.user, notification.c.text)).all()
    assert [user for user, _ in told] == [admin]
    assert str(read_reason(told[0].text)) == (
        "The rule Echo was cut off: This rule has run 3 times for the same record within 10 minutes, "
        "which looks like a loop."
    )
    home.now += timedelta(minutes=11)
    home.update("visit", looping, minutes=50)
    home.settle()
    assert home.runs()[-1].status == "done"
