"""What was written under the old release, after a field had changed its kind, is not lost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from customary.engine.people.actor import SYSTEM
from customary.engine.plan import apply, catch_up
from customary.engine.records import create, update
from customary.engine.records.work import Work

OLD = "entity: deal\nfields:\n  name: {type: text}\n  score: {type: integer}\n"
NEW = OLD.replace("integer", "decimal")


def test_late_writes_are_converted_again(ground):
    def work(connection, release) -> Work:
        return Work(connection, release, SYSTEM, datetime.now(UTC))

    ground.apply(OLD)
    old = ground.release
    with ground.database.write() as connection:
        first = create(work(connection, old), "deal", {"name": "A", "score": 1})
        second = create(work(connection, old), "deal", {"name": "B", "score": 2})
        third = create(work(connection, old), "deal", {"name": "C", "score": 3})
    plan = ground.plan(NEW)
    ground.release = apply(ground.database, plan, plan.source, "test")
    with ground.database.write() as connection:
        update(work(connection, old), "deal", first, {"score": 10})
        update(work(connection, old), "deal", second, {"score": None})
        late = create(work(connection, old), "deal", {"name": "D", "score": 40})
        update(work(connection, ground.release), "deal", third, {"score": Decimal("3.5")})
    assert catch_up(ground.database, plan, ground.release, after_seconds=0) == 3
    scores = [ground.value("deal", id, "score") for id in (first, second, third, late)]
    assert scores == [10, None, Decimal("3.5"), 40]


def test_nothing_waits_when_no_kind_changed(ground):
    ground.apply(OLD)
    plan = ground.plan(OLD + "  town: {type: text}\n")
    release = apply(ground.database, plan, plan.source, "test")
    assert catch_up(ground.database, plan, release, after_seconds=1000) == 0
