"""Writes a mail into the outbox: `send_email: {to: =email, message: welcome}`, or with `subject` and `body`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.messages import NoAddress, write


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given = step["to"]
    found = [acting.value(each) for each in (given if isinstance(given, tuple) else (given,))]
    addresses = [_address(acting, each) for each in found if each not in (None, "")]
    if not addresses:
        return Done(skipped="there is no address to send to")
    name, subjects, bodies = _texts(step, acting)
    language = _language(acting, bodies)
    subject = acting.in_language(subjects, language) if subjects else ""
    body = acting.in_language(bodies, language)
    sent = []
    for to in addresses:
        try:
            id = write(acting.work, to, subject, body, language=language, name=name, about=acting.about, run=acting.run)
        except NoAddress as error:
            raise CannotDo(str(error)) from error
        sent.append(str(id))
    return Done(input={"to": addresses, "message": name, "subject": subject}, result={"messages": sent})


def _address(acting: Acting, found: Any) -> str:
    """An address, or the e-mail of a record."""
    return str(found.get("email") or "") if isinstance(found, Mapping) else str(found)


def _texts(step: Mapping[str, Any], acting: Acting) -> tuple[str | None, Mapping[str, Any], Mapping[str, Any]]:
    if name := step.get("message"):
        message = acting.work.model.messages.get(name)
        if message is None:
            raise CannotDo(f"there is no message “{name}” any more")
        return name, message.subject, message.body
    if not step.get("body"):
        raise CannotDo("the mail has neither a message nor a body")
    return None, step.get("subject") or {}, step["body"]


def _language(acting: Acting, bodies: Mapping[str, Any]) -> str:
    """The receiver's: that of the record when it has one, else the workspace's first."""
    record = acting.scope.record
    chosen = record["language"] if "language" in acting.work.model.entities[acting.about[0]].fields else None
    first = acting.work.model.settings.languages[0]
    return chosen if chosen in bodies else first
