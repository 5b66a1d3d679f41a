"""Mail on its way out: what it looks like, how fast it goes, and addresses that get no more."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customary.engine.database import Database
from customary.engine.messages import House, Lines, Mail, html, letters, send_due, stops
from customary.engine.messages.mail import is_hard, new_token
from customary.engine.messages.outbox import message
from customary.engine.records.identifier import new_id

from .conftest import Server

NOW = datetime.now(UTC)


@pytest.fixture
def queued(database: Database) -> Callable[..., str]:
    """Puts a mail into the outbox and gives its token."""

    def put(recipient: str = "zoe@example.com", body: str = "Hello", **details: Any) -> str:
        row = {"id": new_id(), "at": NOW, "recipient": recipient, "subject": "S", "body": body, "language": "el"}
        token = new_token()
        row |= {"status": "queued", "due": NOW, "attempts": 0, "details": details or None, "token": token}
        with database.write() as connection:
            connection.execute(message.insert(), row | {"pace": recipient.rpartition("@")[2]})
        return token

    return put


def way(database: Database, server: Server, lines: Lines | None = None, **more: Any) -> dict[str, Mail]:
    site = more.pop("site", "https://crm.example.com")
    return {"mail": Mail(database, House({**server.mail, **more}, site), lines or Lines())}


def fates(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {each.recipient: each.status for each in letters(connection)}


def test_a_mail_is_text_and_html_with_its_style_inside(database: Database, server: Server, queued: Callable) -> None:
    queued(body="Hello **Zoe**", markdown="Hello **Zoe** <b>x</b>\n\n> quoted")
    send_due(database, way(database, server), NOW)
    [mail] = server.mails
    plain, rich = mail.iter_parts()
    assert (plain.get_content_type(), plain.get_content().strip()) == ("text/plain", "Hello **Zoe**")
    shown = rich.get_content()
    assert rich.get_content_type() == "text/html"
    assert "<strong>Zoe</strong> &lt;b&gt;x&lt;/b&gt;" in shown
    assert '<blockquote style="' in shown
    assert "<style" not in shown
    assert "<img" not in shown


def test_what_stands_for_a_mail_has_130_bits() -> None:
    tokens = [new_token() for _ in range(200)]
    letters = math.log2(len(set("".join(tokens))))
    assert {round(len(each) * letters) for each in tokens} == {130}
    assert len(set(tokens)) == len(tokens)


def test_what_fills_a_hole_is_never_taken_for_markdown() -> None:
    evil = "[click](https://evil.example) *x* <b> 1. `c` ![p](http://evil)"
    assert html.links(html.escaped(evil)) == ()
    assert "<em>" not in html.page(html.escaped(evil), "en")


def test_one_connection_serves_many_mails(database: Database, server: Server, queued: Callable) -> None:
    for number in range(5):
        queued(f"n{number}@example.com")
    queued("nobody@example.com")
    queued("last@example.com")
    lines = Lines()
    assert send_due(database, way(database, server, lines), NOW) == 6
    queued("later@example.com")
    assert send_due(database, way(database, server, lines), NOW) == 1
    lines.close()
    assert (len(server.mails), server.visits) == (7, 1)


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(
    database: Database, server: Server, queued: Callable
) -> None:
    lines = Lines()
    queued("one@example.com")
    send_due(database, way(database, server, lines), NOW)
    lines._idle[0].server.sock.shutdown(socket.SHUT_RDWR)
    queued("two@example.com")
    assert send_due(database, way(database, server, lines), NOW) == 1
    lines.close()
    assert server.visits == 2


def test_a_domain_gets_so_many_in_a_minute_and_others_go_on(
    database: Database, server: Server, queued: Callable
) -> None:
    for number in range(5):
        queued(f"n{number}@slow.example.com")
    queued("zoe@example.com")
    now = datetime.now(UTC)
    assert send_due(database, way(database, server, per_minute=3), now) == 4
    with database.read() as connection:
        held = [each for each in letters(connection) if each.status == "queued"]
    assert [each.attempts for each in held] == [0, 0]
    assert send_due(database, way(database, server, per_minute=3), now) == 0
    assert send_due(database, way(database, server), now + timedelta(minutes=2)) == 2


def test_mail_of_a_sort_says_how_to_take_leave_of_it(database: Database, server: Server, queued: Callable) -> None:
    token = queued(sort="news", markdown="Hello")
    queued("other@example.com", markdown="Hello")
    send_due(database, way(database, server), NOW)
    news, plain = server.mails
    link = f"https://crm.example.com/unsubscribe/{token}"
    assert (news["List-Unsubscribe"], news["List-Unsubscribe-Post"]) == (f"<{link}>", "List-Unsubscribe=One-Click")
    assert all(link in part.get_content() for part in news.iter_parts())
    assert "Να μη λαμβάνω" in news.get_body(("plain",)).get_content()
    assert plain["List-Unsubscribe"] is None


def test_who_took_leave_gets_no_more_of_that_sort_and_all_other_mail(
    database: Database, server: Server, queued: Callable
) -> None:
    queued("Zoe@Example.com", sort="news")
    queued("zoe@example.com", sort="offers")
    queued("zoe@example.com")
    with database.write() as connection:
        stops.unsubscribe(connection, "zoe@example.com", "news", NOW)
        stops.unsubscribe(connection, "zoe@example.com", "news", NOW)
    assert send_due(database, way(database, server), NOW) == 2
    with database.read() as connection:
        [failed] = letters(connection, status="failed")
    assert str(failed.why) == "whoever has this address wants no more mail of this sort"


def test_an_address_that_there_is_not_is_marked_and_a_full_mailbox_is_not(
    database: Database, server: Server, queued: Callable
) -> None:
    queued("nobody@example.com")
    queued("full@example.com")
    send_due(database, way(database, server), NOW)
    with database.read() as connection:
        results = {each.recipient: each.result["hard"] for each in letters(connection)}
    assert fates(database) == {"nobody@example.com": "failed", "full@example.com": "failed"}
    assert results == {"nobody@example.com": True, "full@example.com": False}


@pytest.mark.parametrize(
    ("code", "said", "hard"),
    [
        (550, "550 no such user", True),
        (550, "550 5.1.1 unknown", True),
        (550, "550 5.7.1 spam", False),
        (552, "552 full", False),
        (554, "554 5.1.10 null MX", True),
        (450, "450 4.1.1 later", False),
    ],
)
def test_an_answer_tells_whether_the_address_is_to_blame(code: int, said: str, hard: bool) -> None:
    assert is_hard(code, said) is hard


def test_links_and_openings_are_followed_only_where_the_settings_say_so(
    database: Database, server: Server, queued: Callable
) -> None:
    token = queued(markdown="[Offer](https://example.com/offer)")
    send_due(database, way(database, server), NOW)
    other = queued("eve@example.com", markdown="[Offer](https://example.com/offer)")
    send_due(database, way(database, server, tracking=True), NOW)
    before, after = (each.get_body(("html",)).get_content() for each in server.mails)
    assert "https://example.com/offer" in before
    assert token not in before
    assert f"https://crm.example.com/mail-link/{other}/0" in after
    assert f"https://crm.example.com/mail-opened/{other}" in after
    assert "https://example.com/offer" not in after
