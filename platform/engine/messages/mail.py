"""Mail: what is written into the outbox for people, and how it is handed to the workspace's mail server."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from customary.engine.messages.outbox import Letter, put
from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.records.work import Work

TIMEOUT_SECONDS = 30
PASSWORD_VARIABLE = "CUSTOMARY_MAIL_PASSWORD"  # noqa: S105 - a name, not a password
"""Where the password may stand instead of in a file that many can read."""


class NoAddress(ValueError):
    """A text that is not an e-mail address: `text` is what stands there instead."""

    def __init__(self, text: str) -> None:
        self.text = text[:100]
        super().__init__(f"“{self.text}” is not an e-mail address")


def write(
    work: Work,
    to: str,
    subject: str,
    body: str,
    *,
    language: str = "en",
    name: str | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
) -> UUID:
    """Puts a mail into the outbox and gives its id. Raises NoAddress; `subject` becomes one line."""
    return put(
        work,
        "mail",
        to=address(to),
        subject=" ".join(subject.split())[:500],
        body=body,
        language=language,
        name=name,
        about=about,
        run=run,
    )


def address(text: object) -> str:
    """The address in its plain form. Raises NoAddress for anything that is none."""
    try:
        return validate_email(str(text or ""), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise NoAddress(str(text or "")) from error


@dataclass(frozen=True)
class Mail:
    """The way to the mail server of the settings: host, port, user, password, security (none, starttls, tls)."""

    settings: Mapping[str, Any]

    def deliver(self, letter: Letter) -> None:
        """Hands one mail to the server. Raises Undeliverable, NotNow."""
        try:
            hand_over(self.settings, _email(letter, self.settings))
        except (ValueError, smtplib.SMTPRecipientsRefused) as error:
            raise Undeliverable(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            answered = isinstance(error, smtplib.SMTPResponseException) and not isinstance(
                error, smtplib.SMTPConnectError
            )
            raise NotNow(_said(error), blames=not answered) from error


def hand_over(mail: Mapping[str, Any], email: EmailMessage) -> None:
    """Hands one mail to the server of the settings. Raises what smtplib raises."""
    security = mail.get("security", "none")
    port = int(mail.get("port") or {"tls": 465, "starttls": 587}.get(security, 25))
    context = ssl.create_default_context() if security != "none" else None
    if security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail["host"], port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail["host"], port, timeout=TIMEOUT_SECONDS)
    with server:
        if security == "starttls":
            server.starttls(context=context)
        if mail.get("user"):
            server.login(mail["user"], mail.get("password") or os.environ.get(PASSWORD_VARIABLE, ""))
        server.send_message(email)


def _email(letter: Letter, mail: Mapping[str, Any]) -> EmailMessage:
    sender = str(mail.get("from") or mail.get("user") or f"customary@{mail['host']}")
    email = EmailMessage()
    email["From"] = sender
    email["To"] = letter.recipient
    email["Subject"] = letter.subject
    email["Date"] = format_datetime(letter.at)
    email["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>') or 'customary'}>"
    email["Auto-Submitted"] = "auto-generated"
    # Setting the content takes all headers of contents away, so what is said of it comes after.
    email.set_content(letter.body)
    email["Content-Language"] = letter.language
    return email


def _said(error: Exception) -> str:
    """What went wrong, in the mail server's words where it has said any."""
    answers = list(error.recipients.values()) if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    if isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    told = (f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers)
    return "; ".join(told) or str(error) or type(error).__name__
