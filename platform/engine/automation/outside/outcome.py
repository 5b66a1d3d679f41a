"""What became of a message that a step wrote, as later steps see it."""

from __future__ import annotations

from typing import Any

from customary.engine.messages import Letter
from customary.engine.messages.outbox import SENT
from customary.engine.model.rules.payload import Unfit, read


def outcome(letter: Letter) -> dict[str, Any]:
    """What became of a message, as later steps see it."""
    result = letter.result or {}
    why = str(letter.why) if letter.why else None
    body = _body(result.get("text"))
    return {"sent": letter.status == SENT, "status": result.get("status"), "error": why, "body": body}


def _body(text: str | None) -> Any:
    """What was answered: JSON as what it says, anything else as text."""
    try:
        return read(text.encode()) if text else None
    except Unfit:
        return text
