"""Rules at work: changes → queue → relay → runs → steps."""

from __future__ import annotations

from customary.engine.automation.moment import NO_RECORD
from customary.engine.automation.people.approving import ask_approval
from customary.engine.automation.people.asking import Asked, answer, decide_count, find_asked, hand_over, to_decide
from customary.engine.automation.people.press import (
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
from customary.engine.automation.running.chosen import Wanted
from customary.engine.automation.running.handling import cancel, count, go_on, try_again
from customary.engine.automation.running.moving import move
from customary.engine.automation.running.pausing import Paused, pause, paused, resume
from customary.engine.automation.running.runs import advance
from customary.engine.automation.watching.figures import Figures, figures
from customary.engine.automation.watching.log import (
    Run,
    StepTaken,
    find_run,
    input_of,
    payload_of,
    rules_of,
    runs_of,
    step_log,
)

__all__ = [
    "Figures",
    "Paused",
    "Wanted",
    "count",
    "figures",
    "go_on",
    "move",
    "pause",
    "payload_of",
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
