"""What a step waits for: how long, until when, until a condition holds, or for something to happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.definitions.kinds.workflow import EVENTS
from customary.engine.expressions import Expression
from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME
from customary.engine.model.build import Build
from customary.engine.model.duration import from_now
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.trigger import compile_trigger
from customary.engine.text import node as text

ANSWERED = ("call_webhook", "create_document", "send", "send_sms")
"""Steps whose outcome a run waits for where they give it a name."""


def compile_wait(build: Build, node: text.Node, entity: str, names: ModelNames) -> dict[str, Any]:
    """`for`, `until`, `when` and `event` of a step that waits, each or None."""
    body = node if isinstance(node, text.Mapping) else text.Mapping({"for": node}, {}, node.place, node.layer)
    until = build.expression(body.get("until"), names) if "until" in body else None
    if until is not None and until.type not in (BOOLEAN, DATE, DATETIME):
        build.add(body.get("until").place, f"a run cannot wait until a {until.type}", "Give a day or a condition.")
    is_condition = until is not None and until.type == BOOLEAN
    return {
        "for": _length(build, body.get("for"), names),
        "until": until if not is_condition else None,
        "when": until if is_condition else None,
        "event": _event(build, body.get("event"), entity),
    }


def waits(step: Mapping[str, Any]) -> bool:
    """Whether a step waits, or one inside it."""
    inside = [*step.get("steps", ()), *(each for _, steps in step.get("cases", ()) for each in steps)]
    answered = step["kind"] in (*ANSWERED, "run") and step["as"]
    return step["kind"] in ("wait", "ask") or bool(answered) or any(map(waits, inside))


def _length(build: Build, node: text.Node | None, names: ModelNames) -> Expression | None:
    """The moment that so long from now will be."""
    if node is None:
        return None
    given = str(text.plain(node)).strip()
    written = f"now() + ({given[1:]})" if given.startswith("=") else from_now(given, day=False)
    if written is None:
        build.add(node.place, f"“{given}” is not a duration", "Write one, such as 30min, 2d or 3 business days.")
        return None
    return build.spelled_out(node, written, names)


def _event(build: Build, node: text.Node | None, entity: str) -> Mapping[str, Any] | None:
    trigger = compile_trigger(build, node) if isinstance(node, text.Mapping) else None
    if trigger is not None and trigger["kind"] not in EVENTS:
        build.add(node.place, f"a run cannot wait for “{trigger['kind']}”", f"Events: {', '.join(EVENTS)}.")
        return None
    if trigger is not None and trigger["kind"] == "message" and trigger["of"] is None:
        return trigger
    if trigger is not None and trigger["entity"] != entity:
        summary = f"this happens to {trigger['entity'] or 'no record'}, and the run is about {entity or 'none'}"
        build.add(node.place, summary, "Wait for what happens to the record itself.")
        return None
    return trigger
