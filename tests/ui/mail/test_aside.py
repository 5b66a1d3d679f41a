"""Filing by hand what could not be filed, with the files that only the server has."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.automation.outside.mails import heard
from customary.engine.messages.incoming import received_about, take_in
from customary.engine.messages.incoming.received import aside, directed, file_as_it_is
from customary.engine.messages.incoming.taking import BELONGS_NOWHERE, NowhereToGo, set_aside
from customary.engine.workspace import Workspace

from .test_mails import workspace as workspace  # noqa: PLC0414 - a fixture: with a mailbox


def raw(id: str = "<m9@example.com>") -> bytes:
    found = EmailMessage()
    found["From"], found["Subject"], found["Message-ID"] = "Eve <eve@example.com>", "Invoice <b>", id
    found.set_content("Please find it <i>here</i>.")
    found.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="invoice.pdf")
    return found.as_bytes()


@pytest.fixture
def mail(inside: Callable[..., Any]) -> UUID:
    """One that belongs nowhere."""
    inside(lambda work: set_aside(work, "office", 7, raw(), BELONGS_NOWHERE))
    [found] = inside(lambda work: aside(work.connection))
    return found.id


def test_a_mail_is_filed_to_the_record_that_is_named_with_its_files(
    client: TestClient, workspace: Workspace, inside: Callable[..., Any], mail: UUID
) -> None:
    account = inside(lambda work: records.create(work, "account", {"name": "Eve & Sons 50%25"}))
    assert f"/mailboxes/aside/{mail}" in client.get("/mailboxes").text
    page = client.get(f"/mailboxes/aside/{mail}").text
    assert "Please find it &lt;i&gt;here&lt;/i&gt;." in page and "Invoice &lt;b&gt;" in page
    place = f"/mailboxes/aside/{mail}/record"
    like = client.post(place, data={"entity": "account", "title": "Eve"})
    assert (like.status_code, f'value="{account}"' in like.text) == (422, True)
    found = {"record": str(account), "found_entity": "account", "found_title": "Eve"}
    other = client.post(place, data={"entity": "account", "title": "Somebody else", **found})
    assert (other.status_code, "Nothing of that name" in other.text) == (422, True)
    assert "Nothing of that name" in client.post(place, data={"entity": "account", "title": "Nobody at all"}).text
    told = client.post(place, data={"entity": "account", "title": "Eve", "record": str(account)})
    assert "The mail is filed to “Eve &amp; Sons 50%25”" in told.text
    box = inside(lambda work: work.model.mailboxes["office"])
    assert inside(lambda work: take_in(work, workspace.files, box, 7, raw(), heard))
    [found] = inside(lambda work: received_about(work.connection, account))
    assert [each["name"] for each in found.files] == ["invoice.pdf"]
    assert inside(lambda work: aside(work.connection)) == []
    assert client.get(f"/mailboxes/aside/{mail}").status_code == 404


def test_what_cannot_be_read_or_is_gone_is_filed_as_it_is(
    client: TestClient, workspace: Workspace, inside: Callable[..., Any], mail: UUID
) -> None:
    account = inside(lambda work: records.create(work, "account", {"name": "Eve & Sons"}))
    client.post(f"/mailboxes/aside/{mail}/record", data={"entity": "account", "title": "Eve & Sons"})
    assert inside(lambda work: directed(work.connection, "office", 7, "<other@example.com>")) is None
    box = inside(lambda work: work.model.mailboxes["office"])
    with pytest.raises(NowhereToGo):  # another mail, which has this number by now
        inside(lambda work: take_in(work, workspace.files, box, 7, raw("<m10@example.com>"), heard))
    inside(lambda work: file_as_it_is(work.connection, "office", 7))
    [found] = inside(lambda work: received_about(work.connection, account))
    assert (found.subject, found.files) == ("Invoice <b>", [])


def test_bad_input_finds_nothing_and_breaks_nothing(client: TestClient, mail: UUID) -> None:
    place = f"/mailboxes/aside/{mail}/record"
    for data in ({}, {"entity": "nothing", "title": "x"}, {"entity": "account", "title": "%"}, {"record": "x"}):
        assert client.post(place, data=data).status_code == 422, data
    assert client.post(place, data={"entity": "account", "record": str(mail)}).status_code == 404
    assert client.post(place, data={"entity": "nothing", "record": str(mail)}).status_code == 404
    assert client.get("/mailboxes/aside/00000000-0000-0000-0000-000000000000").status_code == 404


def test_only_who_may_see_mailboxes_files_mails(signed_in: Callable[..., TestClient], mail: UUID) -> None:
    bob = signed_in("sales_rep")
    assert bob.get(f"/mailboxes/aside/{mail}").status_code == 403
    assert bob.post(f"/mailboxes/aside/{mail}/record", data={"entity": "account", "title": "x"}).status_code == 403


@pytest.mark.browser
def test_the_page_is_for_everybody(page: Any, mail: UUID, accessible: Callable[[Any], list[str]]) -> None:
    page.goto(f"/mailboxes/aside/{mail}")
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#title-problem")
    assert accessible(page) == []
