"""The inbox: told, counted, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine import messages, records
from customary.engine.records import Work


@pytest.fixture
def told(inside: Callable[..., Any], first: Callable[..., Any]) -> tuple[str, records.Record]:
    """The id of a notification for the person who is signed in, and the record it is about."""
    me, about = first("user", 'email == "ann@example.com"').id, first("deal")

    def tell(work: Work) -> str:
        return str(messages.notify(work, me, "Look at <this>", about=("deal", about.id)))

    return inside(tell), about


def test_what_was_told_stands_in_the_inbox_and_is_counted(client: TestClient, told: tuple[str, Any]) -> None:
    html = client.get("/inbox").text
    assert "Look at &lt;this&gt;" in html
    assert told[1].title in html
    assert "1 unread message" in client.get("/inbox/count").text


def test_following_one_reads_it_and_leads_to_its_record(client: TestClient, told: tuple[str, Any]) -> None:
    answer = client.post(f"/inbox/{told[0]}", follow_redirects=False)
    assert answer.headers["Location"] == f"/deal/{told[1].id}"
    assert "unread" not in client.get("/inbox/count").text


def test_all_are_read_at_once(client: TestClient, told: tuple[str, Any]) -> None:
    client.post("/inbox/read")
    assert "unread" not in client.get("/inbox/count").text
    assert "Mark all as read" not in client.get("/inbox").text
