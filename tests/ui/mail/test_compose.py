"""A first mail about a record, written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine import files, records
from customary.engine.messages import letters, stops
from customary.engine.workspace import Workspace

from .test_mails import workspace as workspace  # noqa: PLC0414 - a fixture: with a mailbox

MAIL = {"to": "zoe@example.com", "sender": "mailbox office", "subject": "Our talk", "text": "Dear **Zoe**,\r\nhello"}


@pytest.fixture
def zoe(inside: Callable[..., Any]) -> UUID:
    values = {"name": "Zoe Papas", "email": "zoe@example.com", "language": "el"}
    return inside(lambda work: records.create(work, "contact", values))


def test_a_mail_goes_out_with_its_files_and_stands_on_the_timeline(
    client: TestClient, zoe: UUID, inside: Callable[..., Any]
) -> None:
    assert f"/contact/{zoe}/mail" in client.get(f"/contact/{zoe}").text
    page = client.get(f"/contact/{zoe}/mail").text
    assert "Zoe Papas · zoe@example.com" in page and "office@example.com" in page
    brought = {"files": ("Σχέδιο.txt", b"abc", "text/plain")}
    told = client.post(f"/contact/{zoe}/mail", data=MAIL, files=brought)
    assert "The mail is on its way." in told.text and "Dear **Zoe**," in told.text and "Σχέδιο.txt" in told.text
    [letter] = inside(lambda work: letters(work.connection, record=zoe))
    assert (letter.recipient, letter.language, letter.status) == ("zoe@example.com", "el", "queued")
    details = letter.details
    assert (details["mailbox"], details["by_hand"], details["enclosed"][0]["name"]) == ("office", True, "Σχέδιο.txt")
    kept = inside(lambda work: files.find(work.connection, [UUID(details["enclosed"][0]["file"])]))
    assert [each.record for each in kept.values()] == [zoe]


def test_all_that_is_wrong_is_said_at_once_and_files_are_kept(client: TestClient, zoe: UUID) -> None:
    brought = {"files": ("a.txt", b"abc", "text/plain")}
    data = {"to": "boss@example.com", "sender": "me", "subject": " ", "text": ""}
    again = client.post(f"/contact/{zoe}/mail", data=data, files=brought)
    assert again.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', again.text) == ["to", "sender", "subject", "text"]
    kept = re.search(r'name="files" value="([^"]+)" checked', again.text)[1]
    assert client.post(f"/contact/{zoe}/mail", data={**MAIL, "files": kept}, follow_redirects=False).status_code == 303


def test_a_deal_reaches_its_contact_and_nobody_who_wants_no_mail(
    client: TestClient, zoe: UUID, first: Callable, inside: Callable[..., Any]
) -> None:
    deal = first("deal")
    inside(lambda work: records.update(work, "deal", deal.id, {"contact": zoe}))
    assert "zoe@example.com" in client.get(f"/deal/{deal.id}/mail").text
    inside(lambda work: stops.bounced(work.connection, "zoe@example.com", "550", work.now))
    refused = client.post(f"/deal/{deal.id}/mail", data=MAIL)
    assert (refused.status_code, "mail to this address comes back" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"subject": "x" * 301}, "Subject must be at most 300 characters long"),
        ({"text": "a\0b"}, "Text must not contain control characters"),
        ({"to": "zoe@house.local"}, "To must be an e-mail address"),
    ],
)
def test_what_no_mail_may_hold_is_refused(
    client: TestClient, zoe: UUID, inside: Callable[..., Any], wrong: dict[str, str], told: str
) -> None:
    inside(lambda work: records.update(work, "contact", zoe, {"email": wrong.get("to", MAIL["to"])}))
    refused = client.post(f"/contact/{zoe}/mail", data={**MAIL, **wrong})
    assert (refused.status_code, told in refused.text) == (422, True)


def test_files_and_records_of_others_are_out_of_reach(
    client: TestClient, zoe: UUID, inside: Callable[..., Any], workspace: Workspace
) -> None:
    other = inside(lambda work: files.keep(work.connection, workspace.files, zoe, "x.txt", b"x", None, work.now))
    assert client.post(f"/contact/{zoe}/mail", data={**MAIL, "files": f"{other.id}/x.txt"}).status_code == 404
    assert client.post(f"/contact/{zoe}/mail", data={**MAIL, "files": "x"}, follow_redirects=False).status_code == 303
    assert client.get("/contact/00000000-0000-0000-0000-000000000000/mail").status_code == 404
    assert client.get(f"/nothing/{zoe}/mail").status_code == 404


def test_who_does_not_see_the_record_or_the_address_cannot_write(
    signed_in: Callable[..., TestClient], first: Callable, zoe: UUID
) -> None:
    lead = first("lead")
    bob = signed_in("sales_rep")
    assert bob.get(f"/contact/{zoe}/mail").status_code == 200
    assert [bob.get(f"/lead/{lead.id}/mail").status_code, bob.post(f"/lead/{lead.id}/mail").status_code] == [404, 404]


@pytest.mark.browser
def test_the_page_is_for_everybody(page: Any, zoe: UUID, accessible: Callable[[Any], list[str]]) -> None:
    page.goto(f"/contact/{zoe}/mail")
    assert accessible(page) == []
    page.get_by_role("button", name="Send the mail").click()
    page.wait_for_selector(".errors")
    assert accessible(page) == []
