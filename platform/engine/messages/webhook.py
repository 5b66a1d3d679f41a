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
from customary.engine.messages.secrets import filled_in, the_secret
from customary.engine.messages.signature import HEADER, signed
from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.model.rules.payload import Unfit, read, take
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
        returns = (letter.details or {}).get("returns")
        answer = call(self._call(letter), self.allowed)
        told = judged(answer)
        _check(answer, returns)
        return told

    def _call(self, letter: Letter) -> Call:
        details, body, now = letter.details or {}, letter.body.encode(), datetime.now(UTC)
        headers = {"User-Agent": "Customary", "Accept": "application/json", "Idempotency-Key": str(letter.id)}
        if body:
            headers["Content-Type"] = "application/json"
        plain, secret = filled_in(self.database, details.get("headers", {}), now)
        if details.get("sign"):
            secret = {**secret, HEADER: signed(the_secret(self.database, details["sign"], now), body, now)}
        seconds = details.get("timeout_seconds", 10)
        return Call(letter.subject, letter.recipient, {**headers, **plain}, secret, body, seconds)


def judged(answer: Answer) -> Mapping[str, Any]:
    """What was answered, when it says that the call was taken. Raises Undeliverable, NotNow."""
    told = {"status": answer.status, "text": answer.body.decode(errors="replace").replace("\x00", "")}
    if 200 <= answer.status < 300:
        return told
    why = Reason("it answered {status}", {"status": answer.status})
    if answer.status in _LATER or answer.status >= 500:
        raise NotNow(why, _after(answer), answer=told)
    raise Undeliverable(why, told)


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
