"""Retention: which of the records there are a new `retain` archives or erases at once."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.expressions import ExpressionError
from customary.engine.model.entities.retention import ARCHIVE, ERASE, Retention
from customary.engine.plan.impact.counting import Counting
from customary.engine.plan.line import Impact, Line
from customary.engine.records.personal.retention import is_due
from customary.engine.records.rows import all_rows
from customary.engine.words import Reason

ERASING = "erasing"
TOLD = {
    ARCHIVE: ("leaving", Reason("records that are archived at once")),
    ERASE: (ERASING, Reason("records that are erased at once, for good")),
}


def due_at_once(line: Line, counting: Counting) -> Iterator[Impact]:
    """Records whose time is over by a rule that is new or says something else."""
    key, _, part = line.key.partition(".")
    declared = counting.comparison.model.entities.get(line.path)
    retention = declared.retention if declared is not None and key == "retain" else None
    if retention is None or counting.was(line.path) is None:
        return
    for act in retention.after:
        if part in ("", f"{act}_after", "from", "where"):
            kind, told = TOLD[act]
            yield from counting.records(kind, told, line.path, _where(counting, line.path, retention, act))


def _where(counting: Counting, entity: str, retention: Retention, act: str) -> sa.ColumnElement | None:
    try:
        return is_due(counting.after_work, all_rows(counting.after_work, entity), retention, act)
    except ExpressionError:
        return None
