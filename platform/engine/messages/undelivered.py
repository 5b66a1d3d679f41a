"""Why a message was not delivered: for good, or for now."""

from __future__ import annotations

from datetime import timedelta

from customary.engine.words import Reason


class Undeliverable(Exception):
    """It will never be delivered as it is; `why` is a reason, or the other side's own words."""

    def __init__(self, why: Reason | str) -> None:
        self.why = why
        super().__init__(str(why))


class NotNow(Exception):
    """It may be delivered later: not before `after`, where the other side said when.

    `blames` its destination, or only this message: a destination that fails again and again is left in peace.
    """

    def __init__(self, why: Reason | str, after: timedelta | None = None, blames: bool = True) -> None:
        self.why, self.after, self.blames = why, after, blames
        super().__init__(str(why))
