"""Shares the record with a user or a team: `share: {with: =owner.manager, writing: true, until: 30d}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.sharing import share
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    with_ = acting.value(step["with"])
    if with_ is None:
        return Done(skipped=Reason("there is nobody to share it with"))
    until = acting.value(step["until"])
    if isinstance(until, datetime):
        until = until.astimezone(acting.work.model.settings.time_zone).date()
    end = (step["with"].type.entity, with_)
    share(acting.work, *acting.about, end, step["writing"], until)
    return Done(input={"with": {"entity": end[0], "id": str(with_)}, "until": until and until.isoformat()})
