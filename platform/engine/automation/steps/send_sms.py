"""Sends a text message through the gateway of `customary.yaml`: `send_sms: {to: =phone, text: 'See you at {{ at }}'}`.

With `as:` the run waits for what the gateway says of it: `sent`, `status`, `error`, `body`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done, Pause, plain
from customary.engine.automation.outside.consenting import asked_for
from customary.engine.automation.outside.outcome import outcome
from customary.engine.messages import NoNumber, put_sms, written_by
from customary.engine.messages.outbox import KEPT
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    to = acting.value(step["to"])
    if to in (None, ""):
        return Done(skipped=Reason("there is no number to send to"))
    name, texts = _texts(step, acting)
    language = _language(acting)
    details, held = asked_for(acting, name)
    more = {"language": language, "name": name, "about": acting.told_about, "details": details or None, "held": held}
    try:
        text = acting.in_language(texts, language)
        put_sms(acting.work, str(to), text, run=acting.run, position=acting.position, **more)
    except NoNumber as error:
        raise CannotDo("“{text}” is not a telephone number in its international form", text=str(error)) from error
    if held is not None:
        return Done(input={"to": str(to)}, skipped=held)
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
    if name is None:
        return None, step["text"]
    message = acting.work.model.messages.get(name)
    if message is None:
        raise CannotDo("there is no message “{name}” any more", name=name)
    return name, message.body


def _language(acting: Acting) -> str:
    """That of the record, else the workspace's first."""
    offered = acting.work.model.settings.languages
    entity = acting.work.model.entities.get(acting.about[0])
    speaks = acting.scope.record["language"] if entity and "language" in entity.fields else None
    return speaks if speaks in offered else offered[0]
