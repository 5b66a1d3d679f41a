"""Mail from the outbox to a real SMTP server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from customary.engine.database import Database
from customary.engine.messages import letters, send_due
from customary.engine.messages.outbox import message
from customary.engine.records.identifier import new_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Server:
    """Takes mail; refuses that for addresses which begin with `nobody`, and all of it while `busy`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.busy = False

    async def handle_RCPT(self, server: object, session: object, envelope: object, address: str, options: list) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        if self.busy:
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.mail = {"host": "127.0.0.1", "port": port, "from": "House <house@example.com>"}
    yield handler
    controller.stop()


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
    assert send_due(database, server.mail, NOW) == 1
    assert send_due(database, server.mail, NOW + timedelta(days=1)) == 0
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


def test_without_a_mail_server_nothing_is_sent(database: Database, queued: Callable) -> None:
    queued("zoe@example.com", status="kept")
    queued("zoe@example.com")
    assert send_due(database, {}, NOW) == 0
    assert fates(database) == [("kept", 0), ("queued", 0)]


def test_a_busy_server_is_asked_again_later(database: Database, server: Server, queued: Callable) -> None:
    queued("zoe@example.com")
    server.busy = True
    assert send_due(database, server.mail, NOW) == 0
    assert send_due(database, server.mail, NOW + timedelta(seconds=30)) == 0
    assert fates(database) == [("queued", 1)]
    server.busy = False
    assert send_due(database, server.mail, NOW + timedelta(minutes=3)) == 1
    assert fates(database) == [("sent", 2)]


def test_a_refused_receiver_fails_at_once_and_the_others_are_sent(
    database: Database, server: Server, queued: Callable
) -> None:
    queued("nobody@example.com")
    queued("zoe@example.com")
    assert send_due(database, server.mail, NOW) == 1
    assert fates(database) == [("failed", 1), ("sent", 1)]
    with database.read() as connection:
        assert letters(connection, status="failed")[0].error == "550 no such user"


def test_a_server_that_is_not_there_is_given_up_after_some_tries(database: Database, queued: Callable) -> None:
    queued("zoe@example.com")
    now = NOW
    for _ in range(8):
        send_due(database, {"host": "127.0.0.1", "port": 1}, now)
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
    sent = send_due(database, {"host": "127.0.0.1", "port": port, "user": "crm"}, NOW)
    controller.stop()
    assert (sent, seen) == (1, [(b"crm", b"secret")])


def test_a_subject_cannot_smuggle_headers(database: Database, server: Server, queued: Callable) -> None:
    queued("zoe@example.com", "A\nBcc: eve@example.com")
    queued("zoe@example.com\nBcc: eve@example.com")
    send_due(database, server.mail, NOW)
    assert server.mails == []
    assert fates(database) == [("failed", 1), ("failed", 1)]
