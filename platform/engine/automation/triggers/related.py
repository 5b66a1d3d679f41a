"""A row that links to the record changed: `{related: {of: deal, changed: deal_line}}`, or `deal_line.quantity`.

A row that is led from one record to another concerns both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def subjects(trigger: Mapping[str, Any], change: Change, moment: Moment) -> Iterable[UUID]:
    """The records that the changed row belongs to, or belonged to."""
    if change.entity != trigger["child"] or not _is_watched(trigger["field"], change):
        return ()
    there = moment.there() or {}
    before, after = moment.values(change.before), moment.values(change.after)
    ends = (values.get(link) for link in trigger["links"] for values in (before, after, there))
    return dict.fromkeys(id for id in ends if id is not None)


def _is_watched(field: str | None, change: Change) -> bool:
    return field is None or field in change.names
