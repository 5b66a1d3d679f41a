"""A real SMTP server on this machine that takes mail, refuses it and counts who comes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller


class Server:
    """Takes mail; refuses that for addresses which begin with `nobody` or `full`, and all of it while `busy`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.busy = False
        self.visits = 0

    async def handle_EHLO(
        self, server: object, session: object, envelope: object, hostname: str, responses: list[str]
    ) -> list[str]:
        self.visits += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: object, session: object, envelope: object, address: str, options: list) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("full"):
            return "552 5.2.2 the mailbox is full"
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
