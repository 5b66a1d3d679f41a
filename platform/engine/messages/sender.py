"""Sends what lies in the outbox: each mail is leased, handed to the mail server, and its fate written down."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.messages.outbox import FAILED, QUEUED, SENT, message

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 6
TIMEOUT_SECONDS = 30
PASSWORD_VARIABLE = "CUSTOMARY_MAIL_PASSWORD"  # noqa: S105 - a name, not a password
"""Where the password may stand instead of in a file that many can read."""

log = logging.getLogger("customary.messages")


def send_due(database: Database, mail: Mapping[str, Any], now: datetime, limit: int = 50) -> int:
    """Sends the mails that are due and gives how many were sent. Without a mail server it does nothing.

    Many processes may do this at once: a mail is claimed by moving its due time on before it is sent. A process
    that dies in between leaves it to be tried again, under the same Message-ID.
    """
    if not mail.get("host"):
        return 0
    sent = 0
    for row in _claim(database, now, limit):
        try:
            deliver(mail, _email(row, mail))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            _failed(database, row, now, error)
        else:
            sent += 1
            _write(database, row, {"status": SENT, "sent_at": now, "due": None, "error": None})
    return sent


def deliver(mail: Mapping[str, Any], email: EmailMessage) -> None:
    """Hands one mail to the server of the settings: host, port, user, password, security (none, starttls, tls)."""
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


def _claim(database: Database, now: datetime, limit: int) -> list[Mapping[str, Any]]:
    due = (
        sa.select(message)
        .where(message.c.status == QUEUED, message.c.due <= now)
        .order_by(message.c.due, message.c.id)
        .limit(limit)
    )
    with database.read() as connection:
        if connection.execute(due.limit(1)).first() is None:
            return []
    with database.write() as connection:
        rows = list(connection.execute(due.with_for_update(skip_locked=True)).mappings())
        ids = [row["id"] for row in rows]
        connection.execute(
            message.update().where(message.c.id.in_(ids)).values(due=now + LEASE, attempts=message.c.attempts + 1)
        )
    return rows


def _email(row: Mapping[str, Any], mail: Mapping[str, Any]) -> EmailMessage:
    sender = str(mail.get("from") or mail.get("user") or f"customary@{mail['host']}")
    email = EmailMessage()
    email["From"] = sender
    email["To"] = row["recipient"]
    email["Subject"] = row["subject"]
    email["Date"] = format_datetime(row["at"])
    email["Message-ID"] = f"<{row['id']}@{sender.rpartition('@')[2].rstrip('>') or 'customary'}>"
    email["Auto-Submitted"] = "auto-generated"
    # Setting the content takes all headers of contents away, so what is said of it comes after.
    email.set_content(row["body"])
    email["Content-Language"] = row["language"]
    return email


def _failed(database: Database, row: Mapping[str, Any], now: datetime, error: Exception) -> None:
    attempts = row["attempts"] + 1
    refused = isinstance(error, ValueError | smtplib.SMTPRecipientsRefused)
    log.warning("Mail %s could not be sent (attempt %s): %s", row["id"], attempts, error)
    if refused or attempts >= MOST_ATTEMPTS:
        _write(database, row, {"status": FAILED, "due": None, "error": _said(error)[:1000]})
    else:
        _write(database, row, {"due": now + timedelta(minutes=2**attempts), "error": _said(error)[:1000]})


def _said(error: Exception) -> str:
    """What went wrong, in the mail server's words where it has said any."""
    answers = list(error.recipients.values()) if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    if isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    told = (f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers)
    return "; ".join(told) or str(error) or type(error).__name__


def _write(database: Database, row: Mapping[str, Any], values: dict[str, Any]) -> None:
    with database.write() as connection:
        connection.execute(message.update().where(message.c.id == row["id"]).values(values))
