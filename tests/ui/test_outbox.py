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
from customary.engine.messages.outbox import message
from customary.engine.records import Work


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
    assert "No mails yet" in client.get("/messages").text
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


def test_mails_are_for_administrators_only(signed_in: Callable[..., TestClient], mail: Callable[..., UUID]) -> None:
    id, bob = mail("kept"), signed_in("sales_rep")
    answers = [bob.get("/messages"), bob.get(f"/messages/{id}"), bob.post(f"/messages/{id}")]
    assert [each.status_code for each in answers] == [403, 403, 403]
    assert "administrators only" in answers[0].text


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
    page.goto("/messages")
    assert accessible(page) == []
    page.click(".runs-rule")
    assert accessible(page) == []
