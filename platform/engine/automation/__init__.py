"""Rules at work: changes → queue → relay → runs → steps."""

from __future__ import annotations

from customary.engine.automation.approving import ask_approval
from customary.engine.automation.asking import Asked, answer, decide_count, find_asked, hand_over, to_decide
from customary.engine.automation.chosen import Wanted
from customary.engine.automation.figures import Figures, figures
from customary.engine.automation.handling import cancel, count, go_on, try_again
from customary.engine.automation.log import Run, StepTaken, find_run, input_of, rules_of, runs_of, step_log
from customary.engine.automation.moment import NO_RECORD
from customary.engine.automation.moving import move
from customary.engine.automation.pausing import Paused, pause, paused, resume
from customary.engine.automation.press import (
    NOT_ALLOWED,
    buttons,
    buttons_of,
    inputs_of,
    lone_buttons,
    press,
    press_alone,
    press_many,
)
from customary.engine.automation.relay import run_once
from customary.engine.automation.runs import advance

__all__ = [
    "Figures",
    "Paused",
    "Wanted",
    "count",
    "figures",
    "go_on",
    "move",
    "pause",
    "paused",
    "resume",
    "NOT_ALLOWED",
    "NO_RECORD",
    "Asked",
    "Run",
    "StepTaken",
    "advance",
    "answer",
    "ask_approval",
    "buttons",
    "buttons_of",
    "cancel",
    "decide_count",
    "find_asked",
    "find_run",
    "hand_over",
    "input_of",
    "inputs_of",
    "lone_buttons",
    "press",
    "press_alone",
    "press_many",
    "rules_of",
    "run_once",
    "runs_of",
    "step_log",
    "to_decide",
    "try_again",
]
