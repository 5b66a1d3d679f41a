"""The outbox: what rules wrote, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.engine import messages, records
from customary.engine.messages import breaker
from customary.engine.messages.outbox import message
from customary.engine.reasons import reason_text
from customary.engine.records import Work
from customary.engine.words import Reason


@pytest.fixture
def mail(inside: Callable[..., Any], first: Callable[..., records.Record]) -> Callable[..., UUID]:
    """`mail("failed", error="…")` is a mail of that status, about a deal."""
    about = first("deal")

    def written(work: Work, status: str, error: str | None, subject: str) -> UUID:
        text = "Dear <you>,\nthank you."
        id = messages.write(work, "jo@example.com", subject, text, about=("deal", about.id))
        values = {"status": status, "error": error, "attempts": 2 if error else 0}
        work.connection.execute(message.update().where(message.c.id == id).values(values))
        return id

    def write(status: str, error: str | None = None, subject: str = "Thanks") -> UUID:
        return inside(written, status, error, subject)

    return write


def test_what_became_of_each_mail_is_told(client: TestClient, mail: Callable[..., UUID]) -> None:
    assert "Nothing sent yet" in client.get("/messages").text
    mail("sent", subject="One")
    mail("failed", "550 no such user", subject="Two")
    mail("kept", subject="Three")
    page = client.get("/messages").text
    assert [each in page for each in ("One", "Two", "Three", "550 no such user", "Not sent")] == [True] * 5
    assert "No mail server is set up" in page
    failed = client.get("/messages?status=failed").text
    assert "Two" in failed and "One" not in failed and "Three" not in failed
    for query in ("status=%00", "before=nonsense"):
        assert client.get(f"/messages?{query}").status_code == 200


def test_a_mail_shows_its_text_and_why_it_failed(
    client: TestClient, mail: Callable[..., UUID], first: Callable[..., records.Record]
) -> None:
    page = client.get(f"/messages/{mail('failed', '550 no such user')}").text
    for told in ("Dear &lt;you&gt;", "550 no such user", "Tried 2 times.", "jo@example.com", first("deal").title):
        assert told in page
    assert client.get("/messages/00000000-0000-0000-0000-000000000000").status_code == 404


def test_without_a_server_no_mail_is_sent_again(client: TestClient, mail: Callable[..., UUID]) -> None:
    id = mail("kept")
    assert "Send now" not in client.get(f"/messages/{id}").text
    assert "cannot be sent now" in client.post(f"/messages/{id}").text


@pytest.mark.parametrize(("status", "after"), [("failed", "queued"), ("kept", "queued"), ("sent", "sent")])
def test_with_a_server_a_mail_that_was_not_sent_becomes_due(
    inside: Callable[..., Any], mail: Callable[..., UUID], status: str, after: str
) -> None:
    id = mail(status)

    def send(work: Work) -> tuple[bool, str]:
        settings = replace(work.model.settings, mail={"host": "mail.example.com"})
        release = replace(work.release, model=replace(work.model, settings=settings))
        done = messages.send_again(replace(work, release=release), id)
        found = messages.find_letter(work.connection, id)
        return done, found.status

    assert inside(send) == (after != status, after)


@pytest.fixture
def message_of(inside: Callable[..., Any]) -> Callable[..., UUID]:
    """`message_of("webhook", "failed", ...)` is a message of that kind and status; what else is given are columns."""

    def written(work: Work, kind: str, status: str, values: dict[str, Any]) -> UUID:
        id = messages.put(work, kind, to="https://example.com/x", subject="POST", body='{"a": "<b>"}')
        work.connection.execute(message.update().where(message.c.id == id).values(status=status, **values))
        return id

    return lambda kind, status, **values: inside(written, kind, status, values)


def status_of(inside: Callable[..., Any], *ids: UUID) -> list[str]:
    return inside(lambda work: [messages.find_letter(work.connection, id).status for id in ids])


def test_what_failed_is_sent_again_one_or_many_or_all(
    client: TestClient, inside: Callable[..., Any], message_of: Callable[..., UUID]
) -> None:
    one, two, three = (message_of("webhook", "failed", error="no answer") for _ in range(3))
    mail, done = message_of("mail", "failed"), message_of("webhook", "sent")
    page = client.get("/messages?status=failed").text
    assert page.count('name="id"') == 4 and "Send all 4" in page
    said = client.post("/messages", data={"act": "send", "status": "failed", "id": [str(one), str(two), str(done)]})
    assert "2 messages are being sent" in said.text
    assert status_of(inside, one, two, three, mail, done) == ["queued", "queued", "failed", "failed", "sent"]
    assert "1 message is being sent" in client.post("/messages", data={"act": "all", "status": "failed"}).text
    assert status_of(inside, three, mail) == ["queued", "failed"]
    for data in (
        {},
        {"act": "all", "status": "sent"},
        {"act": "send", "id": "nonsense"},
        {"act": "drop", "id": "\x00"},
    ):
        assert client.post("/messages", data=data).status_code == 200
    assert status_of(inside, done) == ["sent"]


def test_what_nobody_wants_any_more_is_dropped(
    client: TestClient, inside: Callable[..., Any], message_of: Callable[..., UUID]
) -> None:
    one, two, done = message_of("webhook", "failed"), message_of("mail", "kept"), message_of("webhook", "sent")
    assert "1 message dropped" in client.post("/messages", data={"act": "drop", "id": [str(one), str(done)]}).text
    assert "was dropped" in client.post(f"/messages/{two}", data={"act": "drop"}).text
    assert "cannot be dropped now" in client.post(f"/messages/{done}", data={"act": "drop"}).text
    assert status_of(inside, one, two, done) == ["dropped", "dropped", "sent"]
    assert "cannot be sent now" in client.post(f"/messages/{one}").text
    assert "Dropped" in client.get("/messages?status=dropped").text


def test_a_call_shows_what_was_sent_and_what_came_back(client: TestClient, message_of: Callable[..., UUID]) -> None:
    why = reason_text(Reason("it answered {status}", {"status": 503}))
    id = message_of("webhook", "failed", error=why, attempts=6, result={"status": 503, "text": "<busy>"})
    page = client.get(f"/messages/{id}").text
    for told in ("POST https://example.com/x", "{&#34;a&#34;: &#34;&lt;b&gt;&#34;}", "it answered 503", "&lt;busy&gt;"):
        assert told in page
    assert "POST https://example.com/x" in client.get("/messages").text


@pytest.mark.parametrize(
    ("kind", "result", "details"),
    [
        ("document", {"file": "x", "name": "Offer.pdf", "size": 3}, {"into": "paper"}),
        ("sms", {"status": 201, "text": "{}"}, None),
        ("mail", None, {"sort": "news"}),
        ("mail", {"said": "550 no", "bounced": True}, {"private": True}),
    ],
)
def test_every_kind_of_message_has_its_page(
    client: TestClient, message_of: Callable[..., UUID], kind: str, result: Any, details: Any
) -> None:
    page = client.get(f"/messages/{message_of(kind, 'sent', result=result, details=details)}")
    assert (page.status_code, "https://example.com/x" in page.text) == (200, kind != "document")


def test_who_asks_for_a_message_again_wakes_its_destination(
    client: TestClient, inside: Callable[..., Any], message_of: Callable[..., UUID]
) -> None:
    id = message_of("webhook", "failed", destination="dead.example.com:443")
    for _ in range(5):
        inside(lambda work: breaker.failed(work.connection, "dead.example.com:443", work.now))
    assert "dead.example.com:443 has failed several times in a row" in client.get("/messages").text
    client.post(f"/messages/{id}")
    assert "dead.example.com:443 has failed" not in client.get("/messages").text


def test_mails_are_for_administrators_only(signed_in: Callable[..., TestClient], mail: Callable[..., UUID]) -> None:
    id, bob = mail("kept"), signed_in("sales_rep")
    answers = [bob.get("/messages"), bob.get(f"/messages/{id}"), bob.post(f"/messages/{id}"), bob.post("/messages")]
    assert [each.status_code for each in answers] == [403, 403, 403, 403]
    assert "does not open this part of the settings" in answers[0].text


def test_long_outboxes_are_paged(client: TestClient, inside: Callable[..., Any]) -> None:
    def fill(work: Work) -> None:
        for number in range(53):
            messages.write(work, "jo@example.com", f"Number {number}.", "Text")

    inside(fill)
    page = client.get("/messages").text
    assert "Number 52." in page and "Number 3." in page and "Number 2." not in page
    with_id = sa.select(message.c.id).where(message.c.subject == "Number 3.")
    last = inside(lambda work: work.connection.execute(with_id).scalar_one())
    rest = client.get(f"/messages?before={last}").text
    assert "Number 2." in rest and "Number 3." not in rest and "Earlier ones" not in rest


@pytest.mark.browser
def test_the_outbox_is_accessible(page: Any, mail: Callable[..., UUID], accessible: Callable[[Any], list[str]]) -> None:
    mail("failed", "550 no such user")
    page.goto("/messages?status=failed")
    assert accessible(page) == []
    page.click(".runs-rule")
    assert accessible(page) == []
