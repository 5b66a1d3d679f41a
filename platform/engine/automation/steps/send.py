"""Sends a message by whatever channel it says: `send: {to: =contact, message: welcome}`.

`to` is a record, an address or a number. Of several messages, `message: [reminder_sms, reminder]`, the first goes by
which the receiver can be reached: who has what its channel needs, and has agreed to it. With `as:` the run waits for
what becomes of it: `sent`, `status`, `error`, `body`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done, Pause, plain
from customary.engine.automation.outside.consenting import asked_for
from customary.engine.automation.outside.outcome import outcome
from customary.engine.automation.outside.receivers import address_of, message_of, receivers
from customary.engine.automation.steps import send_email, send_sms
from customary.engine.messages import Letter, written_by
from customary.engine.messages.outbox import QUEUED, is_served

_STEPS = {"email": send_email, "sms": send_sms}
_KINDS = {"email": "mail", "sms": "sms"}


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given = next(iter(receivers(acting, step["to"])), None)
    name = next((each for each in step["message"] if _reaches(acting, given, each)), step["message"][0])
    by = _STEPS[message_of(acting, name).channel]
    done = by.perform({**step, "message": name, "as": None}, acting)
    if done.skipped is not None:
        return done
    if step["as"] and _written(acting).status == QUEUED:
        raise Pause(None, done.input)
    return resumed(step, acting)


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """What became of the message so far."""
    letter = _written(acting)
    told = outcome(letter)
    given = {"to": letter.recipient, "message": letter.name}
    return Done(input=given, result={**plain(told), "message_id": str(letter.id)}, binds=told)


def _written(acting: Acting) -> Letter:
    return written_by(acting.work.connection, acting.run, acting.position)[-1]


def _reaches(acting: Acting, given: Any, name: str) -> bool:
    """Whether there is a way out for a message, an address that it may go to, and a yes where it needs one."""
    channel = message_of(acting, name).channel
    to = address_of(acting, given, channel)
    if not to or ("@" in to) != (channel == "email") or not is_served(acting.work.model.settings, _KINDS[channel]):
        return False
    if channel == "email" and send_email.why_not(acting, to, name) is not None:
        return False
    return asked_for(acting, name)[1] is None
