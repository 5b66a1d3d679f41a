"""Double opt-in: nothing is kept of what a form sent before its sender followed a link in a mail.

Until then it lies in a ticket, which only who got the mail can redeem, and which is gone after three days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Refusal
from customary.engine.messages.forms import entries
from customary.engine.messages.forms.taking import Heard, Sent, hold_back, problems_of, settle
from customary.engine.messages.mail import NoAddress, write
from customary.engine.model.rules.form import WebForm
from customary.engine.people import throttle, tickets
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import is_empty

LASTS = timedelta(days=3)
WAITS = "web form "
"""What the purposes of its tickets begin with."""

Letter = Callable[[str], tuple[str, str]]
"""Subject and text of the mail, in the sender's language, around a link."""


@dataclass(frozen=True)
class Asked:
    """What waits to be confirmed."""

    id: UUID
    language: str
    values: Mapping[str, Any]


def ask(work: Work, form: WebForm, sent: Sent, letter: Letter) -> None:
    """Keeps what was sent aside and writes the mail; once, and to one address not more often than it bears.

    Raises Refused, and throttle.TooMany where too much came from there.
    """
    if problems := problems_of(work, form, sent):
        raise Refused(problems)
    entries.forget_waiting(work.connection, work.now - LASTS)
    if not entries.begin(work.connection, sent.id, form.name, work.now, work.cause.consent):
        return
    hold_back(work, form, sent)
    to = str(sent.values[form.confirmed_by])
    if not _is_borne(work, form, to):
        return
    secret = tickets.issue(work.connection, _purpose(form), work.now, LASTS, data=_data(form, sent))
    subject, body = letter(f"{work.model.settings.web_address.rstrip('/')}/forms/{form.name}/confirm/{secret}")
    try:
        write(work, to, subject, body, language=sent.language, details={"private": True})
    except NoAddress:
        return  # the field took it, and mail does not: nobody could follow the link


def asked_with(connection: sa.Connection, form: WebForm, secret: str, now: datetime) -> Asked | None:
    """What a link confirms; None where it leads nowhere any more."""
    found = tickets.look(connection, secret, _purpose(form), now)
    return _asked(form, found.data) if found is not None else None


def confirm(work: Work, form: WebForm, secret: str, heard: Heard) -> bool:
    """Takes what waited; False where it did not any more. Raises Refused where it cannot be taken by now."""
    found = tickets.redeem(work.connection, secret, _purpose(form), work.now)
    if found is None:
        return False
    asked = _asked(form, found.data)
    if entries.is_waiting(work.connection, asked.id):
        settle(work, form, Sent(asked.id, asked.language, asked.values), heard)
    return True


def _is_borne(work: Work, form: WebForm, to: str) -> bool:
    """Whether the address got few enough of these mails lately; who sends the form is not told."""
    try:
        with work.connection.begin_nested():
            throttle.begin(work.connection, throttle.of_form_mail(form.name, to), work.now)
    except throttle.TooMany:
        return False
    return True


def _data(form: WebForm, sent: Sent) -> dict[str, Any]:
    values = {name: form.fields[name].to_json(each) for name, each in sent.values.items() if not is_empty(each)}
    return {"id": str(sent.id), "language": sent.language, "values": values}


def _asked(form: WebForm, data: Mapping[str, Any]) -> Asked:
    return Asked(UUID(data["id"]), data["language"], dict(_values(form, data["values"])))


def _values(form: WebForm, plain: Mapping[str, Any]) -> Any:
    """The values, as far as the form of today takes them."""
    for name, each in plain.items():
        try:
            if name in form.fields:
                yield name, form.fields[name].from_json(each)
        except Refusal:
            continue


def _purpose(form: WebForm) -> str:
    return WAITS + form.name
