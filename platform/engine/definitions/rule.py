"""The shape of a workflow's triggers and steps: each is told by the key that names what it does."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from functools import cache
from typing import Any

from customary.engine.definitions.asking import check_inputs
from customary.engine.definitions.kinds.workflow import STEP_KEYS, STEPS, TRIGGERS
from customary.engine.definitions.shapes import CONDITION, mapping
from customary.engine.definitions.validate import Validator, missing
from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Sequence


def check_rule(workflow: Mapping, problems: Problems) -> Mapping:
    """The workflow with those of its triggers and steps that have the right shape."""
    entries = dict(workflow.entries)
    when, do = entries.get("when"), entries.get("do")
    if isinstance(when, Mapping):
        entries["when"] = _check_trigger(when, problems) or Sequence((), when.place, when.layer)
    elif isinstance(when, Sequence):
        entries["when"] = _each(when, _check_trigger, problems)
    if isinstance(do, Sequence):
        entries["do"] = _each(do, _check_step, problems)
    return Mapping(entries, workflow.keys, workflow.place, workflow.layer)


def _each(nodes: Sequence, check: Callable[[Node, Problems], Node | None], problems: Problems) -> Sequence:
    kept = tuple(each for node in nodes if (each := check(node, problems)) is not None)
    return Sequence(kept, nodes.place, nodes.layer)


def _check_trigger(node: Node, problems: Problems) -> Node | None:
    kind = _kind(node, TRIGGERS, ("from", "to", "before", "ask", "on"), "trigger", problems)
    checked = _trigger_validator(kind).check(node, problems) if kind else None
    if isinstance(checked, Mapping) and "ask" in checked:
        return _with(checked, "ask", check_inputs(checked.get("ask"), problems))
    return checked


def _check_step(node: Node, problems: Problems) -> Node | None:
    kind = _kind(node, STEPS, STEP_KEYS, "step", problems)
    if kind is None:
        return None
    checked = _step_validator(kind).check(node, problems)
    if not isinstance(checked, Mapping):
        return checked
    mail = checked.get("send_email")
    if isinstance(mail, Mapping) and "message" not in mail and "body" not in mail:
        missing(checked.place_of("send_email"), "send_email needs “message” or “body”", "Say what to send.", problems)
        return None
    nested = _NESTED.get(kind)
    return nested(checked, problems) if nested else checked


def _check_wait(step: Mapping, problems: Problems) -> Mapping | None:
    """The event of a wait is a trigger like any other."""
    wait = step.get("wait")
    if not isinstance(wait, Mapping) or "event" not in wait:
        return step
    event = _check_trigger(wait.get("event"), problems)
    if isinstance(event, Mapping) and "before" in event:
        problems.add(event.place_of("before"), "nothing waits for what is not saved yet", "Leave it out.")
        return None
    if isinstance(event, Mapping) and "button" in event:
        problems.add(event.place_of("button"), "nothing waits for a button", "Wait for a change of the record.")
        return None
    return _with(step, "wait", _with(wait, "event", event)) if event is not None else None


def _check_for_each(step: Mapping, problems: Problems) -> Mapping | None:
    loop = step.get("for_each")
    if not isinstance(loop, Mapping) or not isinstance(inner := loop.get("do"), Sequence):
        return None
    return _with(step, "for_each", _with(loop, "do", _each(inner, _check_step, problems)))


def _check_ask(step: Mapping, problems: Problems) -> Mapping | None:
    """Values of their own are fields, and what is done otherwise are steps like any others."""
    ask = step.get("ask")
    if not isinstance(ask, Mapping):
        return None
    if "fields" in ask:
        ask = _with(ask, "fields", check_inputs(ask.get("fields"), problems))
    if isinstance(steps := ask.get("otherwise"), Sequence):
        ask = _with(ask, "otherwise", _each(steps, _check_step, problems))
    return _with(step, "ask", ask)


def _with(node: Mapping, key: str, value: Node) -> Mapping:
    return Mapping({**node.entries, key: value}, node.keys, node.place, node.layer)


def _check_choose(step: Mapping, problems: Problems) -> Mapping | None:
    cases = step.get("choose")
    if not isinstance(cases, Sequence):
        return None
    kept = tuple(each for case in cases if (each := _check_case(case, problems)) is not None)
    return _with(step, "choose", Sequence(kept, cases.place, cases.layer))


def _check_case(case: Node, problems: Problems) -> Mapping | None:
    checked = _case_validator("otherwise" in case if isinstance(case, Mapping) else False).check(case, problems)
    if not isinstance(checked, Mapping):
        return None
    entries = dict(checked.entries)
    for key in ("do", "otherwise"):
        if isinstance(steps := entries.get(key), Sequence):
            entries[key] = _each(steps, _check_step, problems)
    return Mapping(entries, checked.keys, checked.place, checked.layer)


def _kind(
    node: Node,
    known: MappingType[str, Any],
    beside: MappingType[str, Any] | tuple[str, ...],
    noun: str,
    problems: Problems,
) -> str | None:
    """The one key of a trigger or step that says of which kind it is."""
    if not isinstance(node, Mapping):
        problems.add(node.place, f"this is not a {noun}", f"A {noun} is a mapping.")
        return None
    named = [key for key in node if key in known]
    if len(named) == 1:
        return named[0]
    if named:
        problems.add(node.place_of(named[1]), f"“{named[1]}” is a second {noun} in one", "Give each its own “- ”.")
        return None
    odd = next((key for key in node if key not in beside), None)
    place: Place = node.place_of(odd) if odd else node.place
    if odd is None:
        problems.add(place, f"the {noun} does not say what it does", did_you_mean("", known))
    else:
        own = f"A step of one's own is a workflow that is called: run: {{workflow: {odd}}}." if noun == "step" else ""
        problems.add(place, f"“{odd}” is not a kind of {noun}", did_you_mean(odd, known) or own)
    return None


_NESTED = {"ask": _check_ask, "choose": _check_choose, "wait": _check_wait, "for_each": _check_for_each}


@cache
def _trigger_validator(kind: str) -> Validator:
    return Validator(TRIGGERS[kind])


@cache
def _step_validator(kind: str) -> Validator:
    return Validator(mapping(f"the step “{kind}”", {kind: STEPS[kind], **STEP_KEYS}, required=(kind,)))


@cache
def _case_validator(otherwise: bool) -> Validator:
    steps = {"type": "array", "x-what": "a list of steps"}
    if otherwise:
        return Validator(mapping("a case", {"otherwise": steps}, required=("otherwise",)))
    return Validator(mapping("a case", {"case": CONDITION, "do": steps}, required=("case", "do")))
