"""Sends a text message through the gateway of `customary.yaml`: `send_sms: {to: =phone, text: 'See you at {{ at }}'}`.

`to` is a number, or a record that has one. With `as:` the run waits for what the gateway says of it: `sent`,
`status`, `error`, `body`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done, Pause, plain
from customary.engine.automation.outside.consenting import asked_for
from customary.engine.automation.outside.outcome import outcome
from customary.engine.automation.outside.receivers import address_of, language_of, message_of, receivers
from customary.engine.messages import NoNumber, put_sms, written_by
from customary.engine.messages.outbox import KEPT
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given = next(iter(receivers(acting, step["to"])), None)
    to = address_of(acting, given, "sms")
    if not to:
        return Done(skipped=Reason("there is no number to send to"))
    name, texts = _texts(step, acting)
    language = language_of(acting, to, given, texts)
    details, held = asked_for(acting, name)
    more = {"language": language, "name": name, "about": acting.told_about, "details": details or None, "held": held}
    try:
        text = acting.in_language(texts, language)
        put_sms(acting.work, to, text, run=acting.run, position=acting.position, **more)
    except NoNumber as error:
        raise CannotDo("“{text}” is not a telephone number in its international form", text=str(error)) from error
    if held is not None:
        return Done(input={"to": to}, skipped=held)
    done = resumed(step, acting)
    if step["as"] and written_by(acting.work.connection, acting.run, acting.position)[-1].status != KEPT:
        raise Pause(None, done.input)
    return done


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """What became of the message so far."""
    letter = written_by(acting.work.connection, acting.run, acting.position)[-1]
    told = outcome(letter)
    result = {**plain(told), "message_id": str(letter.id)}
    return Done(input={"to": letter.recipient, "text": letter.body}, result=result, binds=told)


def _texts(step: Mapping[str, Any], acting: Acting) -> tuple[str | None, Mapping[str, Any]]:
    name = step.get("message")
    return (name, message_of(acting, name).body) if name else (None, step["text"])
