"""Runs another workflow, which has the trigger `called`: `run: {workflow: escalate, inputs: {reason: =reason}}`.

It is a run of its own, for this record or another one (`record`). With `as:` this one waits for its end and is given
`done`, `status` and `reason`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done, Pause
from customary.engine.automation.running.calling import call, outcome_of
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    about = acting.the(step) if step["entity"] else ("", None)
    if about is None:
        return Done(skipped=Reason("there is no such record"))
    inputs = {name: acting.value(each) for name, each in step["inputs"].items()}
    run = call(acting, step["workflow"], about, inputs, waits=bool(step["as"]))
    given = {"workflow": step["workflow"], "inputs": acting.deep(step["inputs"])}
    if run is None:
        reason = Reason("its condition does not hold")
        return Done(input=given, binds={"done": False, "status": None, "reason": str(reason)}, skipped=reason)
    if step["as"]:
        raise Pause(None, {**given, "run": str(run)})
    return Done(input=given, result={"run": str(run)})


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """How the other one ended."""
    given = outcome_of(acting)
    return Done(input={"workflow": step["workflow"]}, result=given, binds=given)
