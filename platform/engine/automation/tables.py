"""The tables of rules at work: runs, the log of their steps, up to when time was looked at, and which are paused."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.reasons import read_reason as read_reason
from customary.engine.reasons import reason_text as reason_text

run = sa.Table(
    "customary_run",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("change", sa.Uuid, nullable=False),
    # The entity's name at birth, as in change rows.
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    sa.Column("actor", sa.Uuid),
    # The cause of the change that started it; its run and chain go back to the first cause.
    sa.Column("cause", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("cursor", sa.Integer, nullable=False),
    # What its steps have given so far, and how its last waiting ended; see `kept`.
    sa.Column("results", Json, nullable=False),
    # The step at which it waits or last waited, such as 2 or 3.1.2; empty before that.
    sa.Column("position", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("at", Moment, nullable=False),
    sa.Column("due", Moment),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index("customary_run_due", "status", "due"),
    sa.Index("customary_run_record", "record", "status"),
    # For the limits of a rule: how often it has run of late.
    sa.Index("customary_run_workflow", "workflow", "at"),
)
"""`due` is when a worker may take it: it is moved on by the length of a lease when one does, so that another takes
over when the first dies."""

step = sa.Table(
    "customary_step",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("run", sa.Uuid, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", Json),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("input", Json),
    sa.Column("result", Json),
    sa.Column("error", sa.Text),
    sa.Column("at", Moment, nullable=False),
    sa.Index("customary_step_run", "run", "id"),
)

clock = sa.Table(
    "customary_clock",
    system,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False),
)
"""Up to when each trigger of time was looked at."""

pause = sa.Table(
    "customary_pause",
    system,
    sa.Column("workflow", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Uuid),
)
"""The workflows that are paused, since when and by whom."""

DUE, WAITING, HELD, DONE, STOPPED, FAILED = "due", "waiting", "held", "done", "stopped", "failed"
"""A run is held while its workflow is paused: it would be due."""
UNDER_WAY = (DUE, WAITING)
NOT_ENDED = (*UNDER_WAY, HELD)

TIME, EVENT = "time", "event"
"""How a waiting ends."""
