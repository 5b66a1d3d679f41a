"""Taking leave of a sort of mail, as its receivers and their mail programs do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine.messages import stops, write
from customary.engine.messages.outbox import find_letter
from customary.engine.records import create, get
from customary.engine.records.personal.consents import Purpose
from customary.engine.workspace import Workspace

HTMX = {"HX-Request": "true"}


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


def test_the_link_withdraws_what_was_agreed_to_and_the_record_tells(stranger, client, inside: Callable) -> None:
    def agree(work):
        id = create(work, "contact", {"name": "Zoe", "email": "zoe@example.com", "consent": True})
        table = work.release.tables.entity("contact")
        purpose = Purpose(table.code, id, table.physical["consent"]).to_json()
        letter = write(work, "Zoe@example.com", "News", "News", details={"sort": "consent", "purpose": purpose})
        return id, find_letter(work.connection, letter).token

    contact, link = inside(agree)
    assert "You get no more of these mails" in stranger.post(f"/unsubscribe/{link}").text
    assert inside(lambda work: get(work, "contact", contact).values["consent"]) is False
    assert inside(lambda work: stops.newest(work.connection)) == []
    page = client.get(f"/contact/{contact}").text
    assert "by the link in a mail" in page
    assert "I agree to receive news and offers by email." in page


def test_the_page_says_who_wrote_down_a_consent_and_the_list_filters_by_it(client, inside: Callable) -> None:
    contact = inside(lambda work: create(work, "contact", {"name": "Zoe Quist", "email": "zoe@example.com"}))
    saved = client.put(f"/contact/{contact}/field/consent", data={"consent": "true"}, headers=HTMX).text
    for page in (saved, client.get(f"/contact/{contact}").text):
        lines = page.partition('id="agreed"')[2].partition("</section>")[0]
        assert "Ann Lee" in lines and "on this page" in lines
    assert "Zoe Quist" in client.get("/contact", params={"where": "consent", "q": "Quist"}).text
    assert "Zoe Quist" not in client.get("/contact", params={"where": "!consent", "q": "Quist"}).text
