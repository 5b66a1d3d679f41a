"""A folder on an IMAP server, as far as mail is read from it: nothing is changed there."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from customary.engine.environment import secret

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TIMEOUT_SECONDS = 30
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ASKED_FOR = re.compile(r"<[!#-\[\]-~]{1,300}>")
"""A Message-ID that every server can be asked for, as it stands."""


class Folder(Protocol):
    """A folder of mails by their numbers, which hold while `validity` is the same; `following` is the next one."""

    validity: int
    following: int

    def after(self, number: int) -> list[int]:
        """The numbers of the mails that came after one."""

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on a day or later."""

    def named(self, message_id: str) -> int | None:
        """The number of the mail with a Message-ID; None where it is gone, or cannot be asked for."""

    def size(self, number: int) -> int:
        """How many bytes a mail has; 0 where it is gone."""

    def read(self, number: int) -> bytes:
        """A mail, without marking it as seen; empty where it is gone."""


class NoPassword(Exception):
    """The environment does not hold the password of a mailbox; the text is the name of the variable."""


def refusals() -> tuple[type[Exception], ...]:
    """What is raised where a server cannot be reached or does not do as asked."""
    import imaplib

    from imap_tools import ImapToolsError

    return OSError, imaplib.IMAP4.error, ImapToolsError


def password_variable(name: str) -> str:
    """Where the password of a mailbox stands."""
    return f"CUSTOMARY_MAILBOX_PASSWORD_{name.upper()}"


@contextmanager
def opened(name: str, server: Mapping[str, Any]) -> Iterator[Folder]:
    """The folder of a mailbox. Raises NoPassword, and what `refusals` names."""
    password = secret(password_variable(name))
    if password is None:
        raise NoPassword(password_variable(name))
    mailbox = _connected(server)
    try:
        mailbox.login(str(server["user"]), password, initial_folder=None)
        folder = str(server.get("folder") or "INBOX")
        status = mailbox.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        mailbox.folder.set(folder, readonly=True)
        yield ImapFolder(mailbox, status["UIDVALIDITY"], status["UIDNEXT"])
    finally:
        _leave(mailbox)


@dataclass
class ImapFolder:
    """The folder that is open on a connection."""

    mailbox: BaseMailBox
    validity: int
    following: int

    def after(self, number: int) -> list[int]:
        # A server answers “n:*” with its last mail even where that has a smaller number.
        return sorted(each for each in map(int, self.mailbox.uids(f"UID {number + 1}:*")) if each > number)

    def since(self, day: date) -> list[int]:
        from imap_tools import AND

        return sorted(map(int, self.mailbox.uids(AND(date_gte=day))))

    def named(self, message_id: str) -> int | None:
        from imap_tools import AND, H

        if not _ASKED_FOR.fullmatch(message_id):
            return None
        return max(map(int, self.mailbox.uids(AND(header=H("Message-ID", message_id)))), default=None)

    def size(self, number: int) -> int:
        found = _SIZE.search(b" ".join(_pieces(self._asked(number, "(RFC822.SIZE)"))))
        return int(found[1]) if found else 0

    def read(self, number: int) -> bytes:
        answer = self._asked(number, "(BODY.PEEK[])")
        return next((each[1] for each in answer if isinstance(each, tuple)), b"")

    def _asked(self, number: int, what: str) -> list[Any]:
        return self.mailbox.client.uid("FETCH", str(number), what)[1]


def _connected(server: Mapping[str, Any]) -> BaseMailBox:
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

    security, host = server.get("security", "tls"), str(server["host"])
    port = int(server.get("port") or (993 if security == "tls" else 143))
    if security == "none":
        return MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)
    kind = MailBoxStartTls if security == "starttls" else MailBox
    return kind(host, port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context())


def _pieces(answer: list[Any]) -> Iterator[bytes]:
    for each in answer:
        yield from (piece for piece in (each if isinstance(each, tuple) else (each,)) if isinstance(piece, bytes))


def _leave(mailbox: BaseMailBox) -> None:
    with suppress(*refusals()):
        mailbox.client.logout()
