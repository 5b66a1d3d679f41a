"""Mail: what is written into the outbox for people, and how it is handed to the workspace's mail server."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.messages import pace, stops
from customary.engine.messages.enclosed import enclosed_in
from customary.engine.messages.envelope import House, email
from customary.engine.messages.outbox import Letter, put
from customary.engine.messages.smtp import Lines
from customary.engine.messages.undelivered import NotNow, NotYet, Undeliverable
from customary.engine.records.work import Work
from customary.engine.words import Reason

MOST_PER_MINUTE = 120
"""Mails to one domain in a minute, where the settings say nothing."""
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_ADDRESS = {550, 551, 553}
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
TOKEN_LETTERS = 26
"""Of 32 there are: 130 bits."""


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
    details: Mapping[str, Any] | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
    position: str | None = None,
    held: Reason | None = None,
) -> UUID:
    """Puts a mail into the outbox and gives its id. Raises NoAddress; `subject` becomes one line.

    `details` say what there is beside the text: `markdown`, of which HTML is made; `sort`, of which the receiver may
    take leave; the `purpose` that they have to agree to; the `mailbox` it goes out from; `in_reply_to` and
    `references`; `answers`, the mail that it answers; `by_hand` where a person wrote it; `shown` where it stands on the
    timeline of its record, with what it `tells` (see `records/told.py`); `from`, where that is not the workspace's own
    address; `enclosed`, what goes with it (see `enclosed.py`). What is `held` is not sent, for the reason given.
    """
    found = address(to)
    return put(
        work,
        "mail",
        to=found,
        subject=" ".join(subject.split())[:500],
        body=body,
        language=language,
        name=name,
        details=details,
        about=about,
        run=run,
        position=position,
        pace=found.rpartition("@")[2].casefold(),
        token=new_token(),
        held=held,
    )


def address(text: object) -> str:
    """The address in its plain form. Raises NoAddress for anything that is none."""
    try:
        return validate_email(str(text or ""), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise NoAddress(str(text or "")) from error


def new_token() -> str:
    """What nobody guesses, in letters that survive in the name of an address and when they are read out."""
    return "".join(_LETTERS[byte % 32] for byte in token_bytes(TOKEN_LETTERS))


@dataclass(frozen=True)
class Mail:
    """The way to the mail server of the settings: host, port, user, password, security (none, starttls, tls)."""

    database: Database
    house: House
    lines: Lines = field(default_factory=Lines)
    store: Store | None = None
    """Where the files lie that go with mails."""

    def deliver(self, letter: Letter) -> None:
        """Hands one mail to the server. Raises Undeliverable, NotNow, NotYet."""
        enclosed = enclosed_in(letter, self.database, self.store) if self.store is not None else []
        self._check(letter)
        try:
            self.lines.send(self.house.mail, email(letter, self.house, enclosed))
        except smtplib.SMTPRecipientsRefused as error:
            refused = max(error.recipients.values(), default=(550, b""))
            raise _refused(int(refused[0]), _said(error)) from error
        except ValueError as error:
            raise Undeliverable(_said(error)) from error
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            raise _refused(error.smtp_code, _said(error), of_address=False) from error
        except (OSError, smtplib.SMTPException) as error:
            answered = isinstance(error, smtplib.SMTPResponseException) and not isinstance(
                error, smtplib.SMTPConnectError
            )
            raise NotNow(_said(error), blames=not answered) from error

    def _check(self, letter: Letter) -> None:
        """Whether the receiver still wants it, and whether it is its turn."""
        most, now = int(self.house.mail.get("per_minute") or MOST_PER_MINUTE), datetime.now(UTC)
        with self.database.write() as connection:
            why = stops.why_not(connection, letter.recipient, (letter.details or {}).get("sort"))
            if why is not None:
                raise Undeliverable(why)
            turn = letter.pace is None or pace.take(connection, letter.pace, most, now)
        if not turn:
            raise NotYet


def is_hard(code: int, said: str) -> bool:
    """Whether an answer says that there is no such address, and not only that this mail was not taken."""
    found = _ENHANCED.search(said)
    return found[1] == "5" and found[2] == "1" if found else code in _NO_SUCH_ADDRESS


def _refused(code: int, said: str, of_address: bool = True) -> Exception:
    if 400 <= code < 500:
        return NotNow(said, blames=False)
    return Undeliverable(said, {"bounced": True, "hard": of_address and is_hard(code, said), "said": said[:500]})


def _said(error: Exception) -> str:
    """What went wrong, in the mail server's words where it has said any."""
    answers = list(error.recipients.values()) if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    if isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    told = (f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers)
    return "; ".join(told) or str(error) or type(error).__name__
