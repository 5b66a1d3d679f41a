"""Calls of other systems: what is written into the outbox for them, and how it is made over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from customary.engine.database import Database
from customary.engine.messages.addresses import Allowed
from customary.engine.messages.http import Answer, Call, call, parsed, port_of
from customary.engine.messages.outbox import Letter, put
from customary.engine.messages.secrets import secrets_of
from customary.engine.messages.signature import HEADER, signed
from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.model.payload import Unfit, read, take
from customary.engine.records.work import Work
from customary.engine.words import Reason

LONGEST_AFTER = timedelta(days=1)
_LATER = {408, 425, 429}


def put_call(
    work: Work,
    method: str,
    url: str,
    body: str,
    *,
    headers: Mapping[str, Any],
    sign: str | None = None,
    timeout_seconds: int = 10,
    returns: Mapping[str, Any] | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
    position: str | None = None,
) -> UUID:
    """Puts a call into the outbox and gives its id. Raises Undeliverable for what is no web address.

    A header is a text, or `{secret: name, before: 'Bearer '}`, which is filled in when the call is made.
    """
    at = parsed(url)
    details = {"headers": dict(headers), "sign": sign, "timeout_seconds": timeout_seconds, "returns": returns}
    return put(
        work,
        "webhook",
        to=url,
        subject=method,
        body=body,
        destination=f"{at.hostname}:{port_of(at)}",
        details=details,
        about=about,
        run=run,
        position=position,
    )


@dataclass(frozen=True)
class Webhook:
    """The way to other systems."""

    database: Database
    allowed: Allowed

    def deliver(self, letter: Letter) -> Mapping[str, Any]:
        """Makes a call and gives what was answered. Raises Undeliverable, NotNow."""
        answer = call(self._call(letter), self.allowed)
        told = {"status": answer.status, "text": answer.body.decode(errors="replace").replace("\x00", "")}
        if 200 <= answer.status < 300:
            _check(answer, (letter.details or {}).get("returns"))
            return told
        why = Reason("it answered {status}", {"status": answer.status})
        if answer.status in _LATER or answer.status >= 500:
            raise NotNow(why, _after(answer), answer=told)
        raise Undeliverable(why, told)

    def _call(self, letter: Letter) -> Call:
        details, body = letter.details or {}, letter.body.encode()
        headers = {"User-Agent": "Customary", "Accept": "application/json", "Idempotency-Key": str(letter.id)}
        if body:
            headers["Content-Type"] = "application/json"
        given = details.get("headers", {})
        headers |= {name: value for name, value in given.items() if isinstance(value, str)}
        secret = {
            name: value.get("before", "") + self._secret(value["secret"])
            for name, value in given.items()
            if not isinstance(value, str)
        }
        if details.get("sign"):
            secret[HEADER] = signed(self._secret(details["sign"]), body, datetime.now(UTC))
        return Call(letter.subject, letter.recipient, headers, secret, body, details.get("timeout_seconds", 10))

    def _secret(self, name: str) -> str:
        with self.database.read() as connection:
            found = secrets_of(connection, name, datetime.now(UTC))
        if not found:
            raise Undeliverable(Reason("there is no secret “{name}”, or no key to open it", {"name": name}))
        return found[0]


def _check(answer: Answer, returns: Mapping[str, Any] | None) -> None:
    """Whether the body is of the declared shape."""
    try:
        if returns is not None:
            take(returns, read(answer.body))
    except Unfit as error:
        why = Reason("its answer is not what was declared: {why}", {"why": error.why})
        raise Undeliverable(why, {"status": answer.status}) from error


def _after(answer: Answer) -> timedelta | None:
    """When the other side wants to be asked again, in seconds or as a date."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST_AFTER)
    try:
        after = parsedate_to_datetime(said) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return max(timedelta(), min(after, LONGEST_AFTER))
