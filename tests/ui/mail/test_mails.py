"""Mails on the timeline: read by those who may read the record, answered in the thread, their files given."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine.automation.outside.mails import heard
from customary.engine.messages import letters
from customary.engine.messages.incoming import received_about, take_in
from customary.engine.messages.reactions import reactions_to
from customary.engine.messages.stops import bounced, why_not
from customary.engine.workspace import Workspace

MAILBOX = """
mailbox: office
entity: contact
label: Office
"""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    settings = workspace.directory / "customary.yaml"
    told = "web_address: https://crm.example.com\nmail: {host: smtp.invalid, from: crm@example.com, tracking: true}\n"
    told += "mailboxes: {office: {host: imap.invalid, user: o, address: office@example.com}}\n"
    settings.write_text(settings.read_text() + told, encoding="utf-8")
    (workspace.directory / "schemas" / "mailbox.yaml").write_text(MAILBOX, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


@pytest.fixture
def zoe(workspace: Workspace, inside: Callable[..., Any]) -> UUID:
    """A contact who has written a mail with a file."""
    from customary.engine import records

    def come(work: Any) -> UUID:
        id = records.create(work, "contact", {"name": "Zoe Papas", "email": "zoe@example.com"})
        found = EmailMessage()
        found["From"], found["Subject"], found["Message-ID"] = "Zoe <zoe@example.com>", "Help <b>", "<m1@example.com>"
        found.set_content("It is <b>broken</b>.\n\nOn Monday 3 March, Ann wrote:\n> hello")
        found.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="html", filename="list.csv")
        take_in(work, workspace.files, work.model.mailboxes["office"], 1, found.as_bytes(), heard)
        return id

    return inside(come)


def test_a_mail_stands_on_the_timeline_and_is_answered_in_its_thread(
    client: TestClient, zoe: UUID, inside: Callable[..., Any]
) -> None:
    page = client.get(f"/contact/{zoe}").text
    assert "It is &lt;b&gt;broken&lt;/b&gt;." in page
    assert "The whole mail" in page
    [mail] = inside(lambda work: received_about(work.connection, zoe))
    assert "&gt; hello" in client.get(f"/mails/{mail.id}").text
    empty = client.post(f"/mails/{mail.id}", data={"subject": "x", "text": " "})
    assert (empty.status_code, "is required" in empty.text) == (422, True)
    form = {"subject": "Re: Help", "text": "We come **today**."}
    assert client.post(f"/mails/{mail.id}", data=form, follow_redirects=False).status_code == 303
    [letter] = inside(lambda work: letters(work.connection))
    assert (letter.recipient, letter.body, letter.status) == ("zoe@example.com", "We come **today**.", "queued")
    assert (letter.details["in_reply_to"], letter.details["by_hand"]) == ("<m1@example.com>", True)
    assert "We come **today**." in client.get(f"/contact/{zoe}").text


def test_the_pages_are_for_everybody(
    page: Any, zoe: UUID, inside: Callable[..., Any], accessible: Callable[[Any], list[str]]
) -> None:
    [mail] = inside(lambda work: received_about(work.connection, zoe))
    inside(lambda work: bounced(work.connection, "eve@example.com", "550 nobody", work.now))
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for path in (f"/mails/{mail.id}", f"/contact/{zoe}", "/mailboxes"):
            page.goto(path)
            assert accessible(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/contact/{zoe}")
    page.get_by_role("link", name="Answer Zoe").click()
    page.get_by_label("Text").fill("We come today.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The answer is on its way.").wait_for()
    page.get_by_text("We come today.").wait_for()


def test_the_file_of_a_mail_is_given_as_a_file(client: TestClient, zoe: UUID, inside: Callable[..., Any]) -> None:
    [mail] = inside(lambda work: received_about(work.connection, zoe))
    answer = client.get(f"/mails/{mail.id}/files/0")
    assert (answer.content, answer.headers["content-type"]) == (b"a,b\n1,2\n", "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/mails/{mail.id}/files/1").status_code == 404


def test_who_may_not_read_the_record_reads_none_of_its_mails(
    signed_in: Callable[..., TestClient], zoe: UUID, inside: Callable[..., Any]
) -> None:
    [mail] = inside(lambda work: received_about(work.connection, zoe))
    other = signed_in()
    for path in (f"/mails/{mail.id}", f"/mails/{mail.id}/files/0"):
        assert other.get(path).status_code == 404
    assert other.post(f"/mails/{mail.id}", data={"text": "x"}).status_code == 404
    assert other.get("/mailboxes").status_code == 403


def test_a_link_leads_only_where_the_mail_does_and_is_noted(
    client: TestClient, zoe: UUID, inside: Callable[..., Any]
) -> None:
    from customary.engine.messages import write

    details = {"markdown": "[Offer](https://shop.example.com/offer)", "shown": True}
    inside(lambda work: write(work, "zoe@example.com", "S", "S", details=details, about=("contact", zoe)))
    [letter] = inside(lambda work: letters(work.connection))
    assert client.get(f"/mail-opened/{letter.token}").headers["content-type"] == "image/gif"
    led = client.get(f"/mail-link/{letter.token}/0", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (302, "https://shop.example.com/offer")
    assert client.get(f"/mail-link/{letter.token}/1", follow_redirects=False).status_code == 404
    assert client.get("/mail-link/nobody/0", follow_redirects=False).status_code == 404
    assert set(inside(lambda work: reactions_to(work.connection, [letter.id]))[letter.id]) == {"opened", "clicked"}
    assert "A link was followed" in client.get(f"/contact/{zoe}").text


def test_administrators_see_mailboxes_and_let_mail_go_to_an_address_again(
    client: TestClient, zoe: UUID, inside: Callable[..., Any]
) -> None:
    inside(lambda work: bounced(work.connection, "eve@example.com", "550 <nobody>", work.now))
    page = client.get("/mailboxes").text
    assert all(text in page for text in ("office@example.com", "eve@example.com", "550 &lt;nobody&gt;"))
    client.post("/mailboxes/addresses", data={"address": "eve@example.com"})
    assert inside(lambda work: why_not(work.connection, "eve@example.com", None)) is None
