"""Writes a mail into the outbox: `send_email: {to: =email, message: welcome}`, or with `subject` and `body`.

`attach` brings files of the record's fields, those that expressions give, and documents, which are printed when the
mail goes out; `from` is one of the workspace's senders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.automation.outside import answering
from customary.engine.automation.outside.consenting import asked_for
from customary.engine.automation.outside.documents import filled_in
from customary.engine.messages import NoAddress, stops, write
from customary.engine.messages.enclosed import TOO_LARGE, is_too_large, of_file
from customary.engine.messages.html import escaped
from customary.engine.messages.incoming.received import threading
from customary.engine.model.rules.senders import may_send
from customary.engine.records.told import Told
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given = step["to"]
    found = [acting.value(each) for each in (given if isinstance(given, tuple) else (given,))]
    addresses = [_address(acting, each) for each in found if each not in (None, "")]
    if not addresses:
        return Done(skipped=Reason("there is no address to send to"))
    name, subjects, bodies = _texts(step, acting)
    sort = acting.work.model.messages[name].unsubscribe if name else None
    refused = {to: why for to in addresses if (why := _why_not(acting, to, sort)) is not None}
    if len(refused) == len(set(addresses)):
        return Done(skipped=next(iter(refused.values())))
    wanted = [to for to in dict.fromkeys(addresses) if to not in refused]
    purpose, held = asked_for(acting, name)
    more = {**_sender(step, acting), **purpose}
    telling = acting.telling(Told())
    sent = {to: _write(telling, to, name, subjects, bodies, step.get("attach") or (), more, held) for to in wanted}
    if held is not None:
        return Done(input={"to": list(sent), "message": name}, skipped=held)
    return Done(input={"to": list(sent), "message": name}, result=sent)


def _why_not(acting: Acting, to: str, sort: str | None) -> Reason | None:
    return stops.why_not(acting.work.connection, to, sort) or answering.why_not(acting, to)


def _sender(step: Mapping[str, Any], acting: Acting) -> dict[str, str]:
    """Whom it comes from, where the step says; only who may be."""
    given = acting.value(step["from"]) if step.get("from") is not None else None
    if given in (None, ""):
        return {}
    sender = _address(acting, given)
    if not may_send(acting.work.model.settings, sender):
        raise CannotDo("no mail may come from “{sender}”: mail.senders does not list it", sender=sender)
    return {"from": sender}


def _write(
    acting: Acting,
    to: str,
    name: str | None,
    subjects: Mapping[str, Any],
    bodies: Mapping[str, Any],
    attach: Any,
    more: Mapping[str, Any],
    held: Reason | None,
) -> dict[str, str]:
    language = _language(acting, to, bodies)
    subject = acting.in_language(subjects, language) if subjects else ""
    body = acting.in_language(bodies, language)
    details = {"markdown": acting.in_language(bodies, language, escaped), "shown": True}
    if enclosed := _enclosed(acting, attach if isinstance(attach, tuple) else (attach,), language):
        details["enclosed"] = enclosed
    if (found := answering.answered(acting, to)) is not None:
        details |= threading(found)
    if name and (sort := acting.work.model.messages[name].unsubscribe):
        details["sort"] = sort
    details |= more
    details["tells"] = acting.scope.told.to_json(acting.work, acting.told_about)
    try:
        id = write(
            acting.work,
            to,
            subject,
            body,
            language=language,
            name=name,
            details=details,
            about=acting.told_about,
            run=acting.run,
            position=acting.position,
            held=held,
        )
    except NoAddress as error:
        raise CannotDo("“{text}” is not an e-mail address", text=error.text) from error
    return {"message_id": str(id), "subject": subject, "language": language}


def _enclosed(acting: Acting, attach: Iterable[Any], language: str) -> list[dict[str, Any]]:
    """The files of fields, those that expressions give, and documents, as the outbox names them."""
    found: list[dict[str, Any]] = []
    for each in attach:
        if isinstance(each, Mapping):
            sheet = asdict(filled_in(acting, each["document"], language)[1])
            found.append({"document": {key: value for key, value in sheet.items() if key != "language"}})
            continue
        value = acting.scope.record[each] if isinstance(each, str) else acting.value(each)
        found += [of_file(file) for file in (value if isinstance(value, tuple) else (value,)) if file is not None]
    if is_too_large(found):
        raise CannotDo(TOO_LARGE.text, **TOO_LARGE.values)
    return found


def _address(acting: Acting, found: Any) -> str:
    """An address, or the e-mail of a record."""
    return str(found.get("email") or "") if isinstance(found, Mapping) else str(found)


def _texts(step: Mapping[str, Any], acting: Acting) -> tuple[str | None, Mapping[str, Any], Mapping[str, Any]]:
    if name := step.get("message"):
        message = acting.work.model.messages.get(name)
        if message is None:
            raise CannotDo("there is no message “{name}” any more", name=name)
        return name, message.subject, message.body
    if not step.get("body"):
        raise CannotDo("the mail has neither a message nor a body")
    return None, step.get("subject") or {}, step["body"]


def _language(acting: Acting, to: str, bodies: Mapping[str, Any]) -> str:
    """The receiver's: that of the user with this address, else that of the record, else the workspace's first."""
    offered = acting.work.model.settings.languages
    known = (_of_user(acting, to), acting.scope.record["language"] if _speaks(acting, acting.about[0]) else None)
    return next((each for each in known if each in bodies or (each in offered and "" in bodies)), offered[0])


def _of_user(acting: Acting, to: str) -> str | None:
    users = acting.work.model.playing("user")
    if users is None or "email" not in users.fields or not _speaks(acting, users.name):
        return None
    table = acting.work.release.tables.entity(users.name)
    found = sa.select(table.column("language")).where(
        table.column("email") == to, table.column("archived_at").is_(None)
    )
    return acting.work.connection.execute(found).scalars().first()


def _speaks(acting: Acting, entity: str) -> bool:
    return bool(entity) and "language" in acting.work.model.entities[entity].fields
