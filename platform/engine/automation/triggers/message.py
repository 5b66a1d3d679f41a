"""Something became of a mail of ours: `{message: {bounced: welcome}}`; `opened`, `clicked`, `answered`, `bounced`.

The workflow is about what the message was about. A run that waits may leave the message out: `{message: opened}` then
means the mails that it wrote itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting
from customary.engine.automation.moment import Moment
from customary.engine.messages import letters
from customary.engine.messages.reactions import reactions_to
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    cause = change.cause
    return change.kind == "message" and cause["reaction"] == trigger["reaction"] and _is_of(trigger, cause["message"])


def happened(trigger: Mapping[str, Any], acting: Acting) -> bool:
    """Whether it happened to a mail of the run before the run began to wait for it."""
    connection = acting.work.connection
    mine = [each.id for each in letters(connection, run=acting.run) if _is_of(trigger, each.name)]
    return any(trigger["reaction"] in each for each in reactions_to(connection, mine).values())


def _is_of(trigger: Mapping[str, Any], message: str | None) -> bool:
    return trigger["of"] in (None, message)
