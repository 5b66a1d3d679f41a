"""Text messages: what is written into the outbox for telephones, and how it is handed to a gateway over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import phonenumbers

from customary.engine.database import Database
from customary.engine.expressions import Expression, Template
from customary.engine.messages.addresses import Allowed
from customary.engine.messages.http import Call, call
from customary.engine.messages.outbox import Letter, put
from customary.engine.messages.secrets import filled_in
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.messages.webhook import judged
from customary.engine.model.workspace import Settings
from customary.engine.records.work import Work
from customary.engine.words import Reason

LONGEST = 1600
"""Ten parts: what no gateway takes is no message."""


class NoNumber(ValueError):
    """A text that is not a telephone number in its international form."""


def put_sms(
    work: Work,
    to: str,
    text: str,
    *,
    language: str = "en",
    name: str | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
    position: str | None = None,
    details: Mapping[str, Any] | None = None,
    held: Reason | None = None,
) -> UUID:
    """Puts a text message into the outbox and gives its id. Raises NoNumber."""
    more = {"language": language, "name": name, "about": about, "run": run, "position": position}
    more |= {"details": details, "held": held}
    return put(work, "sms", to=number(to), body=text[:LONGEST], **more)


def number(text: str) -> str:
    """The number in its international form. Raises NoNumber."""
    try:
        found = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise NoNumber(text[:100]) from error
    if not phonenumbers.is_possible_number(found):
        raise NoNumber(text[:100])
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def is_landline(text: str) -> bool:
    """Whether a number is known to be one that takes no text messages."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(text)) == phonenumbers.PhoneNumberType.FIXED_LINE
    except phonenumbers.NumberParseException:
        return False


@dataclass(frozen=True)
class Sms:
    """The way to the gateway of the settings, which say how it wants to be told."""

    database: Database
    allowed: Allowed
    settings: Settings

    def deliver(self, letter: Letter) -> Mapping[str, Any]:
        """Hands one message to the gateway and gives what it answered. Raises Undeliverable, NotNow."""
        return judged(call(self._call(letter), self.allowed))

    def _call(self, letter: Letter) -> Call:
        gateway = self.settings.sms
        body = self._filled(gateway["body"], letter)
        is_form = gateway["encoding"] == "form"
        if is_form and not all(isinstance(each, str) for each in body.values()):
            raise Undeliverable(Reason("a form holds texts alone; see sms: in customary.yaml"))
        sent = urlencode(body) if is_form else json.dumps(body, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if is_form else "application/json"
        plain, secret = filled_in(self.database, gateway["headers"], datetime.now(UTC))
        headers = {"User-Agent": "Customary", "Content-Type": kind, "Idempotency-Key": str(letter.id), **plain}
        return Call("POST", gateway["url"], headers, secret, sent.encode())

    def _filled(self, given: Any, letter: Letter) -> Any:
        if isinstance(given, Mapping):
            return {name: self._filled(each, letter) for name, each in given.items()}
        if isinstance(given, tuple):
            return [self._filled(each, letter) for each in given]
        told = {"to": letter.recipient, "text": letter.body, "id": str(letter.id)}
        scope = SimpleNamespace(bindings=told, record=None, old=None, now=letter.at, zone=self.settings.time_zone)
        if isinstance(given, Expression):
            return given.evaluate(scope)
        return given.render(scope) if isinstance(given, Template) else given
