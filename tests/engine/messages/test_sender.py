"""The outbox on its way out: mail to a real SMTP server, and destinations that fail."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from customary.engine.database import Database
from customary.engine.messages import House, Mail, letters, send_due, sender
from customary.engine.messages.outbox import Letter, message
from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.records.identifier import new_id
from customary.engine.words import Reason

from .conftest import Server

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def queued(database: Database) -> Callable[..., None]:
    def put(recipient: str, subject: str = "Hello", body: str = "Text", status: str = "queued") -> None:
        row = {"id": new_id(), "at": NOW, "recipient": recipient, "subject": subject, "body": body, "language": "en"}
        with database.write() as connection:
            connection.execute(message.insert(), row | {"status": status, "due": NOW, "attempts": 0})

    return put


def fates(database: Database) -> list[tuple[str, int]]:
    with database.read() as connection:
        return [(row.status, row.attempts) for row in connection.execute(message.select().order_by(message.c.id))]


def test_a_queued_mail_arrives_once_in_any_alphabet(database: Database, server: Server, queued: Callable) -> None:
    queued("zoe@example.com", "您好，Ευκαιρία", "Guten Tag\n商机 🎉\n")
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW) == 1
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW + timedelta(days=1)) == 0
    [mail] = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "zoe@example.com",
        "House <house@example.com>",
        "您好，Ευκαιρία",
    )
    assert mail.get_content().replace("\r\n", "\n") == "Guten Tag\n商机 🎉\n"
    assert mail["Content-Language"] == "en"
    assert mail["Message-ID"].endswith("@example.com>")
    assert fates(database) == [("sent", 1)]


def test_what_opens_an_account_does_not_stay_in_the_outbox(
    database: Database, server: Server, queued: Callable
) -> None:
    queued("ann@example.com", body="the link")
    with database.write() as connection:
        led = {"private": True, "markdown": "[the link](https://crm.example.com/secret)"}
        connection.execute(message.update().values(details=led, token="x" * 26))
    followed = House({**server.mail, "tracking": True}, site="https://crm.example.com")
    assert send_due(database, {"mail": Mail(database, followed)}, NOW) == 1
    plain, html = (part.get_content() for part in server.mails[0].iter_parts())
    assert plain.strip() == "the link" and "https://crm.example.com/secret" in html and "mail-link" not in html
    with database.read() as connection:
        assert [(each.body, each.details) for each in letters(connection)] == [("", {"private": True})]


def test_without_a_mail_server_nothing_is_sent(database: Database, queued: Callable) -> None:
    queued("zoe@example.com", status="kept")
    queued("zoe@example.com")
    assert send_due(database, {}, NOW) == 0
    assert fates(database) == [("kept", 0), ("queued", 0)]


def test_a_busy_server_is_asked_again_later(database: Database, server: Server, queued: Callable) -> None:
    queued("zoe@example.com")
    server.busy = True
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW) == 0
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW + timedelta(seconds=30)) == 0
    assert fates(database) == [("queued", 1)]
    server.busy = False
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW + timedelta(minutes=3)) == 1
    assert fates(database) == [("sent", 2)]


def test_a_refused_receiver_fails_at_once_and_the_others_are_sent(
    database: Database, server: Server, queued: Callable
) -> None:
    queued("nobody@example.com")
    queued("zoe@example.com")
    assert send_due(database, {"mail": Mail(database, House(server.mail))}, NOW) == 1
    assert fates(database) == [("failed", 1), ("sent", 1)]
    with database.read() as connection:
        assert letters(connection, status="failed")[0].error == "550 no such user"


def test_a_server_that_is_not_there_is_given_up_after_some_tries(database: Database, queued: Callable) -> None:
    queued("zoe@example.com")
    now = NOW
    for _ in range(8):
        send_due(database, {"mail": Mail(database, House({"host": "127.0.0.1", "port": 1}))}, now)
        now += timedelta(hours=2)
    assert fates(database) == [("failed", 6)]


def test_the_password_may_come_from_the_environment(
    database: Database, queued: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def login(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, authenticator=login, auth_require_tls=False, auth_required=True
    )
    controller.start()
    monkeypatch.setenv("CUSTOMARY_MAIL_PASSWORD", "secret")
    queued("zoe@example.com")
    sent = send_due(database, {"mail": Mail(database, House({"host": "127.0.0.1", "port": port, "user": "crm"}))}, NOW)
    controller.stop()
    assert (sent, seen) == (1, [(b"crm", b"secret")])


def test_a_subject_cannot_smuggle_headers(database: Database, server: Server, queued: Callable) -> None:
    queued("zoe@example.com", "A\nBcc: eve@example.com")
    queued("zoe@example.com\nBcc: eve@example.com")
    send_due(database, {"mail": Mail(database, House(server.mail))}, NOW)
    assert server.mails == []
    assert fates(database) == [("failed", 1), ("failed", 1)]


class Line:
    """A way out that does what it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.taken = error, []

    def deliver(self, letter: Letter) -> dict:
        if self.error is not None:
            raise self.error
        self.taken.append(letter.subject)
        return {"status": 200}


@pytest.fixture
def called(database: Database) -> Callable[..., None]:
    def put(destination: str, *subjects: str) -> None:
        rest = {"status": "queued", "due": NOW, "attempts": 0, "at": NOW, "body": "", "language": "en"}
        rows = [{"id": new_id(), "recipient": destination, "subject": each} for each in subjects]
        with database.write() as connection:
            for row in rows:
                connection.execute(message.insert(), row | rest | {"kind": "line", "destination": destination})

    return put


def test_a_destination_that_fails_is_left_in_peace_and_tried_again_with_one_message(
    database: Database, called: Callable
) -> None:
    called("dead.example.com", *(f"n{number}" for number in range(8)))
    line = Line(NotNow("no answer"))
    assert send_due(database, {"line": line}, NOW, limit=5) == 0
    called("alive.example.com", "other")
    line.error = None
    assert send_due(database, {"line": line}, NOW) == 1
    assert line.taken == ["other"]
    line.error = NotNow("no answer")
    assert send_due(database, {"line": line}, NOW + timedelta(minutes=1)) == 0
    assert sorted(attempts for _, attempts in fates(database)) == [0, 0, 1, 1, 1, 1, 1, 1, 1]
    line.error = None
    assert send_due(database, {"line": line}, NOW + timedelta(hours=1)) == 8
    assert sorted(line.taken) == ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "other"]


@pytest.mark.parametrize("error", [Undeliverable(Reason("nobody")), RuntimeError("broken")], ids=["given up", "broken"])
def test_what_never_went_out_says_nothing_of_its_destination(
    database: Database, called: Callable, error: Exception
) -> None:
    called("dead.example.com", *(f"n{number}" for number in range(8)))
    dead, other = Line(NotNow("no answer")), Line(error)
    for line, limit in ((dead, 4), (other, 1), (dead, 1), (dead, 8)):
        assert send_due(database, {"line": line}, NOW, limit=limit) == 0
    assert sorted(attempts for _, attempts in fates(database)) == [0, 0, 1, 1, 1, 1, 1, 1]


def test_what_only_the_message_is_to_blame_for_lets_no_destination_rest(database: Database, called: Callable) -> None:
    called("alive.example.com", *(f"n{number}" for number in range(8)))
    line = Line(NotNow("greylisted", blames=False))
    assert send_due(database, {"line": line}, NOW) == 0
    assert [attempts for _, attempts in fates(database)] == [1] * 8


def test_the_other_side_may_say_when_it_wants_to_be_asked_again(database: Database, called: Callable) -> None:
    called("busy.example.com", "one")
    line = Line(NotNow("busy", after=timedelta(hours=3)))
    send_due(database, {"line": line}, NOW)
    line.error = None
    assert send_due(database, {"line": line}, NOW + timedelta(hours=2)) == 0
    assert send_due(database, {"line": line}, NOW + timedelta(hours=3)) == 1


def test_what_came_back_is_kept_and_what_is_settled_is_heard(database: Database, called: Callable) -> None:
    called("alive.example.com", "one", "two")
    heard = []

    def settled(connection: object, letter: Letter, now: datetime) -> None:
        heard.append(letter.subject)

    line = Line()
    line.deliver = lambda letter: {"status": 200} if letter.subject == "one" else _refuse()
    assert send_due(database, {"line": line}, NOW, settled=settled) == 1
    with database.read() as connection:
        two, one = letters(connection)
    assert heard == ["one", "two"]
    assert (one.result, one.status, two.result, two.status, str(two.why)) == (
        {"status": 200},
        "sent",
        None,
        "failed",
        "not there",
    )


def _refuse() -> None:
    raise Undeliverable(Reason("not there"))


def test_a_round_ends_in_time_and_gives_back_what_it_has_not_tried(
    database: Database, called: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    called("slow.example.com", "one", "two")
    monkeypatch.setattr(sender, "ROUND_SECONDS", 0)
    assert send_due(database, {"line": Line()}, NOW) == 0
    assert fates(database) == [("queued", 0), ("queued", 0)]
