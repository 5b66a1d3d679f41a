"""Taking leave of a sort of mail, as its receivers and their mail programs do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine.messages import stops, write
from customary.engine.messages.outbox import find_letter
from customary.engine.workspace import Workspace


@pytest.fixture
def stranger(workspace: Workspace, app_of: Callable) -> Iterator[TestClient]:
    with TestClient(app_of(workspace)) as client:
        yield client


@pytest.fixture
def token(inside: Callable[..., Any]) -> str:
    id = inside(lambda work: write(work, "Zoe@example.com", "News", "News", details={"sort": "news"}))
    return inside(lambda work: find_letter(work.connection, id)).token


def test_looking_changes_nothing_and_one_press_does(stranger: TestClient, token: str, inside: Callable) -> None:
    page = stranger.get(f"/unsubscribe/{token}")
    assert (page.status_code, "Zoe@example.com" in page.text) == (200, True)
    assert inside(lambda work: stops.why_not(work.connection, "zoe@example.com", "news")) is None
    assert "You get no more of these mails" in stranger.post(f"/unsubscribe/{token}").text
    assert inside(lambda work: stops.why_not(work.connection, "zoe@example.com", "news")) is not None
    assert inside(lambda work: stops.why_not(work.connection, "zoe@example.com", "offers")) is None


def test_a_mail_program_needs_one_call_as_often_as_it_likes(stranger: TestClient, token: str, inside: Callable) -> None:
    for _ in range(2):
        answer = stranger.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert inside(lambda work: stops.why_not(work.connection, "zoe@example.com", "news")) is not None


def test_nobody_takes_leave_for_others(stranger: TestClient, inside: Callable) -> None:
    id = inside(lambda work: write(work, "zoe@example.com", "Bill", "Bill"))
    other = inside(lambda work: find_letter(work.connection, id)).token
    for wrong in (other, "x" * 24, "%00", "a" * 3000, str(id)):
        assert stranger.get(f"/unsubscribe/{wrong}").status_code == 404
        assert stranger.post(f"/unsubscribe/{wrong}").status_code == 404
