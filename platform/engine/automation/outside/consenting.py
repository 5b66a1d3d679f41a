"""What a message is sent for, and whether its receiver has agreed to that."""

from __future__ import annotations

from typing import Any

from customary.engine.automation.acting import Acting
from customary.engine.records.personal.consents import purpose_of
from customary.engine.words import Reason


def asked_for(acting: Acting, name: str | None) -> tuple[dict[str, Any], Reason | None]:
    """What the outbox has to know of the purpose of a message, and why it is held back, if it is."""
    path = acting.work.model.messages[name].purpose if name else ()
    if not path:
        return {}, None
    purpose, why = purpose_of(acting.work, *acting.about, path)
    details = {} if purpose is None else {"purpose": purpose.to_json(), "sort": path[-1]}
    return details, why
