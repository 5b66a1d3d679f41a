"""Computed fields that are kept are worked out for the records that were there before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from customary.engine.people.actor import SYSTEM
from customary.engine.plan import apply, finish
from customary.engine.records import create, delete, update
from customary.engine.records.work import Work

BASE = """
entity: account
fields:
  name: {type: text}
  bonus: {type: integer}
---
entity: deal
fields:
  name: {type: text}
  score: {type: integer}
  account: {type: link, to: account, inverse: deals}
"""


def with_fields(**more: str) -> str:
    lines = "".join(f"  {name}: {{{body}}}\n" for name, body in more.items())
    return BASE.replace("  bonus: {type: integer}\n", f"  bonus: {{type: integer}}\n{lines}")


def fill(ground) -> list:
    one, two = ground.add("account", name="A", bonus=1), ground.add("account", name="B", archived_at=None)
    ground.add("deal", name="D", score=3, account=one)
    ground.add("deal", name="E", score=4, account=one)
    ground.add("deal", name="F", score=5, account=one, archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    return [one, two]


TOTAL = "type: integer, rollup: 'deals.sum(d, d.score)'"
KEPT = TOTAL + ", index: true"


def test_a_field_that_is_kept_from_now_on_is_worked_out_for_all_records(ground):
    ground.apply(with_fields(total=TOTAL))
    one, two = fill(ground)
    lines = ground.apply(with_fields(total=KEPT))
    assert lines == [
        "~ field account.total; worked out for all records and kept, since it says index: true",
        "+ index account (total)",
        "~ field account.total: index – → true",
    ]
    assert [ground.value("account", id, "total") for id in (one, two)] == [7, 0]
    assert ground.apply(with_fields(total=TOTAL))[0] == "~ field account.total; is worked out when it is read"
    assert not ground.release.tables.entity("account").has("total")
    ground.apply(with_fields(total=KEPT))
    assert ground.value("account", one, "total") == 7


def test_another_formula_is_worked_out_again_with_all_that_reads_it(ground):
    more = {
        "total": KEPT,
        "share": "type: decimal, formula: total / 2",
        "whole": "type: decimal, formula: share + 1, index: true",
    }
    ground.apply(with_fields(**more))
    one, _ = fill(ground)
    doubled = {**more, "total": KEPT.replace("d.score)", "d.score * 2)")}
    lines = [line for line in ground.apply(with_fields(**doubled)) if "worked out" in line]
    assert [line.split("; ")[0] for line in lines] == ["~ field account.total", "~ field account.whole"]
    assert (ground.value("account", one, "total"), ground.value("account", one, "whole")) == (14, Decimal(8))


def test_what_options_say_is_taken_anew(ground):
    options = "type: choice, options: {gold: {percent: 30}, tin: {percent: %s}, other: {}}"
    share = "type: decimal, formula: tier.percent / 2, index: true"
    ground.apply(with_fields(tier=options % 5))
    ids = [ground.add("account", name=tier, tier=tier) for tier in ("gold", "tin", "other")]
    ground.apply(with_fields(tier=options % 5, share=share))
    assert [ground.value("account", id, "share") for id in ids] == [15, Decimal("2.5"), None]
    lines = ground.apply(with_fields(tier=options % 8, share=share))
    assert [line.split("; ")[0] for line in lines if "worked out" in line] == ["~ field account.share"]
    assert [ground.value("account", id, "share") for id in ids] == [15, 4, None]


def test_what_people_entered_is_never_written_over(ground):
    ground.apply(BASE)
    one, _ = fill(ground)
    before = ground.release.tables.entity("account").column("bonus")
    lines = ground.apply(
        BASE.replace("bonus: {type: integer}", "bonus: {type: integer, rollup: size(deals), index: true}")
    )
    assert "~ field account.bonus; is computed; what was entered is kept" in lines
    after = ground.release.tables.entity("account").column("bonus")
    assert ground.value("account", one, "bonus") == 2
    assert after.name != before.name
    with ground.database.read() as connection:
        kept = connection.exec_driver_sql(f"SELECT {before.name} FROM {before.table.name} WHERE f_name = 'A'").scalar()
    assert kept == 1


def test_values_follow_a_field_that_changes_its_kind(ground):
    ground.apply(with_fields(total=KEPT))
    one, _ = fill(ground)
    ground.apply(with_fields(total=KEPT).replace("score: {type: integer}", "score: {type: decimal, scale: 1}"))
    assert ground.value("account", one, "total") == 7


def test_late_writes_are_found_and_worked_out_again(ground):
    def work(connection, release) -> Work:
        return Work(connection, release, SYSTEM, datetime.now(UTC))

    ground.apply(BASE)
    old = ground.release
    one, two = fill(ground)
    plan = ground.plan(with_fields(total=KEPT))
    ground.release = apply(ground.database, plan, plan.source, "test")
    with ground.database.write() as connection:
        late = create(work(connection, old), "deal", {"name": "G", "score": 10, "account": two})
    assert ground.value("account", two, "total") == 0
    finish(ground.database, plan, ground.release, timedelta(0))
    assert [ground.value("account", id, "total") for id in (one, two)] == [7, 10]
    with ground.database.write() as connection:
        update(work(connection, ground.release), "deal", late, {"account": one})
    assert [ground.value("account", id, "total") for id in (one, two)] == [17, 0]


def test_a_column_that_the_old_release_reads_keeps_its_values_until_the_switch(ground):
    """Another formula is worked out after it, for all that reads the field too."""
    whole = "type: integer, formula: total + 1, index: true"
    ground.apply(with_fields(total=KEPT))
    one, _ = fill(ground)
    ground.apply(with_fields(total=KEPT.replace("d.score)", "d.score * 1)")))
    assert ground.value("account", one, "total") == 7
    plan = ground.plan(with_fields(total=KEPT.replace("d.score)", "d.score * 2)"), whole=whole))
    old = ground.release
    release = apply(ground.database, plan, plan.source, "test")
    table = old.tables.entity("account")
    with ground.database.read() as connection:
        row = connection.execute(sa.select(table.table).where(table.table.c.id == one)).one()
    assert table.load(row)["total"] == 7
    finish(ground.database, plan, release, timedelta(0))
    ground.release = release
    assert (ground.value("account", one, "total"), ground.value("account", one, "whole")) == (14, 15)


def test_writes_meanwhile_are_followed_along_links_that_moved(ground):
    def work(connection, release) -> Work:
        return Work(connection, release, SYSTEM, datetime.now(UTC))

    ground.apply(BASE)
    old = ground.release
    with ground.database.write() as connection:
        one, two = (create(work(connection, old), "account", {"name": name}) for name in "AB")
        moved = create(work(connection, old), "deal", {"name": "D", "score": 3, "account": one})
        gone = create(work(connection, old), "deal", {"name": "E", "score": 5, "account": one})
    plan = ground.plan(with_fields(total=KEPT))
    release = apply(ground.database, plan, plan.source, "test")
    with ground.database.write() as connection:
        update(work(connection, old), "deal", moved, {"account": two})
        delete(work(connection, old), "deal", gone)
        three = create(work(connection, old), "account", {"name": "C"})
    finish(ground.database, plan, release, timedelta(0))
    ground.release = release
    assert [ground.value("account", id, "total") for id in (one, two, three)] == [0, 3, 0]
