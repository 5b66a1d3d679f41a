"""Plan and apply: what new definitions change in a database, shown first, then done at once or not at all."""

from __future__ import annotations

from customary.engine.plan.apply import OutOfDate, Unfit, apply
from customary.engine.plan.catch_up import catch_up
from customary.engine.plan.change import Change
from customary.engine.plan.compare import compare
from customary.engine.plan.plan import Plan

__all__ = ["Change", "OutOfDate", "Plan", "Unfit", "apply", "catch_up", "compare"]
