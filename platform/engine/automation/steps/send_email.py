"""Writes a mail into the outbox: `send_email: {to: =email, message: welcome}`, or with `subject` and `body`.

`to` is an address, a record that has one, or a list of them. `attach` brings files of the record's fields, those that
expressions give, and documents, which are printed when the mail goes out; `from` is one of the workspace's senders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.automation.outside import answering
from customary.engine.automation.outside.consenting import asked_for
from customary.engine.automation.outside.documents import filled_in
from customary.engine.automation.outside.receivers import address_of, language_of, message_of, receivers
from customary.engine.messages import NoAddress, stops, write
from customary.engine.messages.enclosed import TOO_LARGE, is_too_large, of_file
from customary.engine.messages.html import escaped
from customary.engine.messages.incoming.received import threading
from customary.engine.model.rules.senders import may_send
from customary.engine.records.told import Told
from customary.engine.words import Reason


@dataclass(frozen=True)
class Texts:
    """What a mail says: the message that it is, subjects and bodies by language, and what makes the end of each one,
    as plain text and in Markdown."""

    name: str | None
    subjects: Mapping[str, Any]
    bodies: Mapping[str, Any]
    end: Callable[[str], tuple[str, str]] | None = None


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    return send(step, acting, texts_of(step, acting))


def send(step: Mapping[str, Any], acting: Acting, texts: Texts, **details: Any) -> Done:
    """Writes a mail to each receiver of a step."""
    found, name = _receivers(step, acting), texts.name
    if not found:
        return Done(skipped=Reason("there is no address to send to"))
    refused = {to: why for to in found if (why := why_not(acting, to, name)) is not None}
    if len(refused) == len(found):
        return Done(skipped=next(iter(refused.values())))
    wanted = {to: given for to, given in found.items() if to not in refused}
    purpose, held = asked_for(acting, name)
    more = {**details, **_sender(step, acting), **purpose}
    telling = acting.telling(Told())
    attach = (*_several(step.get("attach")), *(message_of(acting, name).attachments if name else ()))
    sent = {
        to: _write(telling, to, language_of(acting, to, given, texts.bodies), texts, attach, more, held)
        for to, given in wanted.items()
    }
    if held is not None:
        return Done(input={"to": list(sent), "message": name}, skipped=held)
    return Done(input={"to": list(sent), "message": name}, result=sent)


def why_not(acting: Acting, to: str, name: str | None) -> Reason | None:
    """Why no mail goes to an address, if none does."""
    sort = message_of(acting, name).unsubscribe if name else None
    return stops.why_not(acting.work.connection, to, sort) or answering.why_not(acting, to)


def _receivers(step: Mapping[str, Any], acting: Acting) -> dict[str, Any]:
    """The addresses, each with what it was found in."""
    found = [each for given in _several(step["to"]) for each in receivers(acting, given)]
    return {to: each for each in found if (to := address_of(acting, each, "email"))}


def _several(given: Any) -> tuple[Any, ...]:
    return given if isinstance(given, tuple) else () if given is None else (given,)


def _sender(step: Mapping[str, Any], acting: Acting) -> dict[str, str]:
    """Whom it comes from, where the step says; only who may be."""
    given = acting.value(step["from"]) if step.get("from") is not None else None
    if given in (None, ""):
        return {}
    sender = address_of(acting, given, "email")
    if not may_send(acting.work.model.settings, sender):
        raise CannotDo("no mail may come from “{sender}”: mail.senders does not list it", sender=sender)
    return {"from": sender}


def _write(
    acting: Acting,
    to: str,
    language: str,
    texts: Texts,
    attach: Iterable[Any],
    more: Mapping[str, Any],
    held: Reason | None,
) -> dict[str, str]:
    subject = acting.in_language(texts.subjects, language) if texts.subjects else ""
    body, markdown = _bodies(acting, texts, language)
    details = {"markdown": markdown, "shown": True}
    if enclosed := _enclosed(acting, attach, language):
        details["enclosed"] = enclosed
    details |= {**_place(acting, to, texts.name), **more}
    details["tells"] = acting.scope.told.to_json(acting.work, acting.told_about)
    try:
        id = write(
            acting.work,
            to,
            subject,
            body,
            language=language,
            name=texts.name,
            details=details,
            about=acting.told_about,
            run=acting.run,
            position=acting.position,
            held=held,
        )
    except NoAddress as error:
        raise CannotDo("“{text}” is not an e-mail address", text=error.text) from error
    return {"message_id": str(id), "subject": subject, "language": language}


def _bodies(acting: Acting, texts: Texts, language: str) -> tuple[str, str]:
    """The text of a mail with its end, plain and in Markdown."""
    plain, markdown = (acting.in_language(texts.bodies, language, form) for form in (str, escaped))
    if texts.end is None:
        return plain, markdown
    plain_end, marked_end = texts.end(language)
    return f"{plain}\n\n{plain_end}".strip(), f"{markdown}\n\n{marked_end}".strip()


def _place(acting: Acting, to: str, name: str | None) -> dict[str, Any]:
    """What a mail answers, and of which sort it is."""
    found = answering.answered(acting, to)
    place = dict(threading(found)) if found is not None else {}
    if name and (sort := acting.work.model.messages[name].unsubscribe):
        place["sort"] = sort
    return place


def _enclosed(acting: Acting, attach: Iterable[Any], language: str) -> list[dict[str, Any]]:
    """The files of fields, those that expressions give, and documents, as the outbox names them."""
    found: list[dict[str, Any]] = []
    for each in attach:
        if isinstance(each, Mapping):
            sheet = asdict(filled_in(acting, each["document"], language)[1])
            found.append({"document": {key: value for key, value in sheet.items() if key != "language"}})
            continue
        value = acting.scope.record[each] if isinstance(each, str) else acting.value(each)
        files = (of_file(file) for file in _several(value))
        found += [file for file in files if file not in found]
    if is_too_large(found):
        raise CannotDo(TOO_LARGE.text, **TOO_LARGE.values)
    return found


def texts_of(step: Mapping[str, Any], acting: Acting) -> Texts:
    """What the step itself says, or its message."""
    if name := step.get("message"):
        message = message_of(acting, name)
        return Texts(name, message.subject, message.body)
    if not step.get("body"):
        raise CannotDo("the mail has neither a message nor a body")
    return Texts(None, step.get("subject") or {}, step["body"])
