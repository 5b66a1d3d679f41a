"""Strangers are let ask so often, and no oftener whatever process they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from anyio.from_thread import start_blocking_portal
from litestar import Request
from litestar.testing import TestClient

from customary.engine.database import Database
from customary.engine.messages.pace import FORGOTTEN, pace, take
from customary.ui.web.rate import Quota, Rate, place_of


def called_from(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


def test_a_bucket_fills_again() -> None:
    rate = Rate("hooks", at_once=2, per_second=0.5)
    assert [rate.wait_here(*each) for each in (("a", 0), ("a", 0), ("a", 0), ("b", 0))] == [0, 0, 2, 0]
    assert [rate.wait_here("a", moment) for moment in (2, 2, 100, 100)] == [0, 2, 0, 0]


def test_all_processes_together_let_no_more_through(database: Database) -> None:
    processes = [Rate("hooks", at_once=3, per_second=0.001) for _ in range(3)]
    with start_blocking_portal() as portal:  # a loop of its own, whatever browser has one here
        waits = [portal.call(each.wait, called_from("192.0.2.1"), database) for each in processes for _ in range(2)]
        assert [seconds > 0 for seconds in waits] == [False] * 4 + [True] * 2
        assert portal.call(processes[0].wait, called_from("192.0.2.2"), database) == 0


def test_who_is_known_is_held_back_in_all_processes(database: Database) -> None:
    one, other, ann, bob = Quota(told_at_once=2), Quota(told_at_once=2), uuid4(), uuid4()
    with start_blocking_portal() as portal:
        for quota in (one, other, one, other):
            for _ in range(2):
                portal.call(quota.count, database, ann, 5)
    assert (one.wait(ann) > 0, other.wait(ann) > 0) == (False, True)
    with start_blocking_portal() as portal:
        for _ in range(2):
            portal.call(one.count, database, ann, 5)
            portal.call(one.count, database, bob, 5)
    assert (one.wait(ann) > 0, one.wait(bob), one.wait(None)) == (True, 0, 0)


def test_pages_and_the_api_say_when_one_may_call_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.app.state.quota = Quota(told_at_once=1)
    release = client.app.state.workspace.releases.current()
    settings = replace(release.model.settings, calls_per_minute=2)
    # The model is one for all tests that apply the same.
    monkeypatch.setitem(vars(release.model), "settings", settings)
    answers = [client.get(path) for path in ("/account", "/api/account", "/account", "/account", "/api/account")]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert all(0 < int(each.headers["Retry-After"]) <= 60 for each in answers[3:])


def test_who_has_not_called_for_an_hour_is_forgotten(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as connection:
        take(connection, "hooks a", 1, now)
        take(connection, "hooks b", 1, now + FORGOTTEN + timedelta(seconds=1))
        assert connection.execute(sa.select(pace.c.name)).scalars().all() == ["hooks b"]


def test_who_calls_again_after_hours_has_all_places(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as connection:
        taken = [take(connection, "hooks a", 1, at) for at in (now, now, now + 2 * FORGOTTEN, now + 2 * FORGOTTEN)]
    assert taken == [True, False, True, False]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_line_of_ipv6_is_one_place(address: str, place: str) -> None:
    assert place_of(called_from(address)) == place
