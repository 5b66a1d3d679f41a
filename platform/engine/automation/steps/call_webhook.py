"""Calls another system: `call_webhook: {url: 'https://example.com/orders', body: {number: =number, total: =total}}`.

The call is made after the run's writes are kept, with retries, and always under the same Idempotency-Key. With `as:`
the run waits for what became of it: `sent`, `status`, `error`, the whole `body`, and what `returns` declares.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from customary.engine.automation.acting import Acting, CannotDo, Done, Pause, plain
from customary.engine.automation.outside.outcome import outcome
from customary.engine.expressions import Template
from customary.engine.messages import Undeliverable, put_call, written_by
from customary.engine.model.rules.payload import take


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    body = "" if step["body"] is None else json.dumps(acting.deep(step["body"]), ensure_ascii=False)
    method, url = step["method"].upper(), _url(step["url"], acting)
    try:
        id = put_call(
            acting.work,
            method,
            url,
            body,
            headers=acting.deep(step["headers"]),
            sign=step["sign"],
            timeout_seconds=step["timeout_seconds"],
            returns=step["returns"],
            about=acting.told_about,
            run=acting.run,
            position=acting.position,
        )
    except Undeliverable as error:
        raise CannotDo("“{url}” is not a web address", url=url[:200]) from error
    given = {"method": method, "url": url}
    if step["as"]:
        raise Pause(None, given)
    return Done(input=given, result={"message_id": str(id)})


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """What became of the call."""
    letter = written_by(acting.work.connection, acting.run, acting.position)[-1]
    told = outcome(letter)
    values = dict.fromkeys(step["returns"] or ())
    if told["sent"] and step["returns"]:
        values = take(step["returns"], told["body"])
    given = {"method": letter.subject, "url": letter.recipient}
    return Done(input=given, result={**plain(told), "message_id": str(letter.id)}, binds={**told, **values})


def _url(given: Any, acting: Acting) -> str:
    """The address; what the holes of a text give becomes part of a path, and nothing more."""
    if isinstance(given, Template):
        return given.render(acting.scope, lambda value, kind: quote(str(value), safe=""))
    return str(acting.value(given) or "").strip()
