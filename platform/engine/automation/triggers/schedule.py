"""The clock of the workspace shows a time, in the form of cron: `{schedule: "0 8 * * mon-fri"}`.

The workflow is about no record; its steps go through lists. However many of its times have passed while no worker ran,
it is done once. Where clocks are put forward, a time that is left out comes right after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from cronsim import CronSim

from customary.engine.automation.moment import NO_RECORD
from customary.engine.records.work import Work


def between(trigger: Mapping[str, Any], work: Work, since: datetime, until: datetime) -> Iterable[UUID]:
    zone = work.model.settings.time_zone
    following = next(CronSim(trigger["times"], since.astimezone(zone)), None)
    return [NO_RECORD] if following is not None and following <= until else []


def times(trigger: Mapping[str, Any], work: Work, since: datetime, until: datetime) -> Iterable[datetime]:
    """All of its times between two moments."""
    following = CronSim(trigger["times"], since.astimezone(work.model.settings.time_zone))
    return takewhile(lambda each: each <= until, following)


def following(trigger: Mapping[str, Any], work: Work, now: datetime) -> datetime | None:
    """When it comes next."""
    return next(CronSim(trigger["times"], now.astimezone(work.model.settings.time_zone)), None)
