"""Connections to a mail server: opened when needed, kept for a while, and used again for the next mail."""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from customary.engine.environment import secret

TIMEOUT_SECONDS = 30
PASSWORD_VARIABLE = "CUSTOMARY_MAIL_PASSWORD"  # noqa: S105 - a name, not a password
"""Where the password may stand instead of in a file that many can read."""
IDLE_SECONDS = 30
MOST_MAILS = 100
"""Servers close a connection that has brought many mails; it is left before they do."""


@dataclass
class _Line:
    server: smtplib.SMTP
    key: tuple[Any, ...]
    mails: int = 0
    used_at: float = field(default_factory=time.monotonic)


class Lines:
    """The open connections of a process. Safe to use from many threads; each connection serves one at a time."""

    def __init__(self) -> None:
        self._idle: list[_Line] = []
        self._turn = threading.Lock()

    def send(self, mail: Mapping[str, Any], email: EmailMessage, sender: str | None = None) -> None:
        """Hands one mail to the server of the settings. Raises what smtplib raises."""
        kept = self._kept(_key(mail))
        if kept is not None:
            try:
                with self._using(kept):
                    kept.server.send_message(email, from_addr=sender)
                return
            except smtplib.SMTPServerDisconnected:
                pass  # it was closed while it lay idle; a new one is opened
        fresh = _Line(connected(mail), _key(mail))
        with self._using(fresh):
            fresh.server.send_message(email, from_addr=sender)

    def close(self) -> None:
        """Takes leave of all servers."""
        with self._turn:
            lines, self._idle = self._idle, []
        for each in lines:
            _quit(each.server)

    def _kept(self, key: tuple[Any, ...]) -> _Line | None:
        now, late = time.monotonic(), []
        with self._turn:
            late = [each for each in self._idle if now - each.used_at > IDLE_SECONDS]
            self._idle = [each for each in self._idle if each not in late]
            found = next((each for each in self._idle if each.key == key), None)
            if found is not None:
                self._idle.remove(found)
        for each in late:
            _quit(each.server)
        return found

    @contextmanager
    def _using(self, line: _Line) -> Iterator[None]:
        """Keeps the connection afterwards, unless it broke. A refusal is an answer and breaks nothing."""
        try:
            yield
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
            self._keep(line)
            raise
        except BaseException:
            line.server.close()
            raise
        self._keep(line)

    def _keep(self, line: _Line) -> None:
        line.mails, line.used_at = line.mails + 1, time.monotonic()
        if line.mails >= MOST_MAILS or line.server.sock is None:
            _quit(line.server)
            return
        with self._turn:
            self._idle.append(line)


def connected(mail: Mapping[str, Any]) -> smtplib.SMTP:
    """A new connection to the server of the settings, signed in. Raises what smtplib raises."""
    security = mail.get("security", "none")
    port = int(mail.get("port") or {"tls": 465, "starttls": 587}.get(security, 25))
    context = ssl.create_default_context() if security != "none" else None
    if security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail["host"], port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail["host"], port, timeout=TIMEOUT_SECONDS)
    try:
        if security == "starttls":
            server.starttls(context=context)
        if mail.get("user"):
            server.login(mail["user"], mail.get("password") or secret(PASSWORD_VARIABLE) or "")
    except BaseException:
        server.close()
        raise
    return server


def _key(mail: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(mail.get(each) for each in ("host", "port", "security", "user", "password"))


def _quit(server: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()
