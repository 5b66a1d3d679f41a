"""Notifications: each person's own, newest first, counted cheaply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine import messages
from customary.engine.database import Database
from customary.engine.messages.notifications import MOST_COUNTED
from customary.engine.people.actor import SYSTEM
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Cause, Work
from customary.engine.workspace import Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN, BOB = new_id(), new_id()


@pytest.fixture
def as_(database: Database, tmp_path: Path) -> Callable[..., Any]:
    """`as_(person, fn, *args)` is what `fn(work, *args)` gives to that person."""
    (tmp_path / "customary.yaml").write_text("name: House\npacks: [core]\n")
    workspace = Workspace(tmp_path, database)
    workspace.prepare()
    workspace.apply(by="test")

    def do(person: UUID, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with database.write() as connection:
            work = Work(connection, workspace.release, replace(SYSTEM, id=person), NOW, Cause("form"))
            return fn(work, *args, **named)

    return do


def test_notifications_are_paged_newest_first(as_: Callable[..., Any]) -> None:
    first, second, third = (as_(ANN, messages.notify, ANN, text) for text in ("One", "Two", "Three"))
    page = as_(ANN, messages.newest, 2)
    assert [each.id for each in page] == [third, second]
    assert [each.id for each in as_(ANN, messages.newest, 2, before=second)] == [first]


def test_one_is_read_and_kept_for_later_again(as_: Callable[..., Any]) -> None:
    first, second = (as_(ANN, messages.notify, ANN, text) for text in ("One", "Two"))
    as_(ANN, messages.mark_read, first)
    assert as_(ANN, messages.find, first).read_at == NOW
    assert [each.id for each in as_(ANN, messages.newest, unread=True)] == [second]
    as_(ANN, messages.mark_unread, first)
    assert as_(ANN, messages.unread_count) == 2


def test_nobody_finds_or_marks_what_another_was_told(as_: Callable[..., Any]) -> None:
    id = as_(ANN, messages.notify, ANN, "For Ann")
    assert as_(BOB, messages.find, id) is None
    for act in (messages.mark_read, messages.mark_unread):
        as_(BOB, act, id)
    as_(BOB, messages.mark_read)
    assert (as_(BOB, messages.unread_count), as_(ANN, messages.unread_count)) == (0, 1)


def test_the_count_ends_at_many_and_takes_the_index(as_: Callable[..., Any], database: Database) -> None:
    def fill(work: Work) -> None:
        for number in range(MOST_COUNTED + 5):
            messages.notify(work, ANN, str(number))

    as_(ANN, fill)
    assert as_(ANN, messages.unread_count) == MOST_COUNTED
    if database.is_sqlite:
        plan = 'EXPLAIN QUERY PLAN SELECT id FROM customary_notification WHERE "user" = ? AND read_at IS NULL LIMIT 100'
        with database.read() as connection:
            steps = connection.exec_driver_sql(plan, (ANN.hex,)).all()
        assert "customary_notification_unread" in str(steps)
    with database.read() as connection:
        names = {each["name"] for each in sa.inspect(connection).get_indexes("customary_notification")}
    assert "customary_notification_unread" in names
