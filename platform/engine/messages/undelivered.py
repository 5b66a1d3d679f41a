"""Why a message was not delivered: for good, for now, or because it is not its turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from customary.engine.words import Reason


class Undeliverable(Exception):
    """It will never be delivered as it is; `why` is a reason, or the other side's own words.

    `answer` is what came back.
    """

    def __init__(self, why: Reason | str, answer: Mapping[str, Any] | None = None) -> None:
        self.why, self.answer = why, answer
        super().__init__(str(why))


class NotNow(Exception):
    """It may be delivered later: not before `after`, where the other side said when.

    `blames` its destination, or only this message: a destination that fails again and again is left in peace.
    """

    def __init__(
        self,
        why: Reason | str,
        after: timedelta | None = None,
        blames: bool = True,
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        self.why, self.after, self.blames, self.answer = why, after, blames, answer
        super().__init__(str(why))


class NotYet(Exception):
    """It is not its turn: the same message goes out as soon as there is room, and was not tried."""
