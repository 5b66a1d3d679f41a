"""Rules at work: changes → queue → relay → runs → steps."""

from __future__ import annotations

from customary.engine.automation.log import Run, StepTaken, runs_of, step_log
from customary.engine.automation.relay import run_once
from customary.engine.automation.runs import advance

__all__ = ["Run", "StepTaken", "advance", "run_once", "runs_of", "step_log"]
