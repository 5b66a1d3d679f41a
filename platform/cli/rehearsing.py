"""How the rehearsal of a workflow is told: as lines for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from customary.cli.why import because
from customary.engine.automation.rehearsal import GONE, NEW, OTHER, OWN, QUIET, REFUSED, SAME

if TYPE_CHECKING:
    from customary.engine.automation import StepTaken
    from customary.engine.automation.rehearsal import Case, Rehearsal, Trial
    from customary.engine.records.changes import Change

SIGNS = {SAME: "=", NEW: "+", GONE: "-", None: " "}
VERDICTS = {
    OWN: "the rule did this itself",
    OTHER: "nothing that the rule waits for",
    QUIET: "it was imported without starting rules",
    REFUSED: "its condition does not hold",
}
WRITTEN = ("entity", "record", "kind", "before", "after")
STEP = ("position", "kind", "status", "input", "result")
LONGEST = 100


def lines(found: Rehearsal, seconds: float) -> Iterator[str]:
    """What came of it, the newest first."""
    asked, fares = found.asked, found.fares
    since = f"{asked.since:%Y-%m-%d %H:%M} UTC"
    yield f"{found.workflow.name}: {found.looked_at:,} things that happened since {since}, looked at in {seconds:.1f} s"
    yield f"Would have started: {found.starts:,}"
    yield f"  {SIGNS[NEW]} {fares[NEW]:,} that the applied rule did not start"
    yield f"  {SIGNS[SAME]} {fares[SAME]:,} that it started too"
    yield f"  {SIGNS[GONE]} {fares[GONE]:,} that only the applied rule started"
    if found.limited:
        yield f"Its limits would have kept it from {found.limited:,} more."
    for error, count in found.errors.most_common(5):
        yield f"Its condition could not be worked out {count:,} times: {error}"
    yield from map(str, found.notes)
    for case in found.cases:
        yield ""
        yield from _case(case, step_by_step=asked.record is not None)
    tried = sum(case.trial is not None for case in found.cases)
    if tried < found.starts:
        yield ""
        yield f"The steps were tried out for the newest {tried:,}; --most 100 tries more."


def as_json(found: Rehearsal) -> Iterator[str]:
    """The same for programs, as one text."""
    told = {
        "workflow": found.workflow.name,
        "since": found.asked.since,
        "until": found.asked.until,
        "looked_at": found.looked_at,
        "starts": found.starts,
        **{name: found.fares[name] for name in (NEW, SAME, GONE)},
        "limited": found.limited,
        "errors": dict(found.errors),
        "notes": list(map(str, found.notes)),
        "cases": [_case_as_data(case) for case in found.cases],
    }
    yield json.dumps(told, ensure_ascii=False, indent=2, default=str)


def _case(case: Case, step_by_step: bool) -> Iterator[str]:
    look = case.look
    entity, id = look.about
    what = f"{entity} “{case.title}” {id}" if entity else "no record"
    verdict = look.error or VERDICTS.get(look.verdict, "")
    told = f"{look.change.at:%Y-%m-%d %H:%M:%S}  {look.change.kind}  {what}"
    yield f"{SIGNS[case.fares]} {told}: {verdict}" if verdict else f"{SIGNS[case.fares]} {told}"
    if step_by_step and look.change.kind != "created" and (changed := _difference(look.change)):
        yield f"    {changed}"
    yield from (f"  {line}" for line in because(case.because))
    if case.trial is not None:
        yield from (f"    {line}" for line in (_steps(case.trial.steps) if step_by_step else ()))
        yield from (f"    {line}" for line in _trial(case.trial))
    if case.really is not None:
        run, steps = case.really
        yield f"    the applied rule: run {run.id} {run.status}{f': {run.reason}' if run.reason else ''}"
        yield from (f"      {line}" for line in (_steps(steps) if step_by_step else ()))


def _steps(steps: Iterable[StepTaken]) -> Iterator[str]:
    """The steps in the order in which they were taken, each with what went in, or why it was passed over."""
    for step in steps:
        said = f"{step.position} {step.kind} {step.status}"
        why = step.error or (step.result if step.status == "skipped" else None)
        given = step.result if step.kind in ("choose", "for_each") else step.input
        yield f"{said}: {why}" if why else f"{said}: {_short(_value(given))}" if given else said


def _trial(trial: Trial) -> Iterator[str]:
    for each in trial.written:
        found = each.change
        yield f"{found.kind} {found.entity} “{each.title}”: {_difference(found)}".rstrip(": ")
    for letter in trial.letters:
        yield f"{letter.kind} to {letter.recipient}: {_short(letter.subject)}".rstrip(": ")
        yield from (f"  {_short(line)}" for line in letter.body.splitlines() if line.strip())
    for text in trial.told:
        yield f"notification: {_short(text)}"
    if trial.status != "done" or not (trial.written or trial.letters or trial.told):
        until = f" until {trial.until:%Y-%m-%d %H:%M} UTC" if trial.until else ""
        yield f"{trial.status}{until}{f': {trial.reason}' if trial.reason else ''}"


def _difference(found: Change) -> str:
    if not found.before:
        return ", ".join(f"{name} {_value(found.after[name])}" for name in found.names)
    sides = ((name, found.before.get(name), found.after.get(name)) for name in found.names)
    return ", ".join(f"{name} {_value(before)} → {_value(after)}" for name, before, after in sides)


def _value(value: Any) -> str:
    match value:
        case None:
            return "—"
        case Mapping():
            return " ".join(_value(each) for each in value.values() if each is not None)
        case str() | bool() | int():
            return _short(str(value))
        case Iterable():
            return ", ".join(map(_value, value))
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _case_as_data(case: Case) -> dict[str, Any]:
    look = case.look
    told: dict[str, Any] = {
        "at": look.change.at,
        "kind": look.change.kind,
        "entity": look.about[0],
        "record": look.about[1],
        "title": case.title,
        "verdict": look.verdict,
        "fares": case.fares,
        "condition": [{"term": text, "holds": holds} for text, holds in case.because.terms],
        "values": {each.path: each.value for each in case.because.values},
    }
    if case.really is not None:
        run, steps = case.really
        told["really"] = {"run": run.id, "status": run.status, "reason": run.reason, "steps": _steps_as_data(steps)}
    if case.trial is not None:
        told["trial"] = _trial_as_data(case.trial)
    return told


def _steps_as_data(steps: Iterable[StepTaken]) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in STEP} for each in steps]


def _trial_as_data(trial: Trial) -> dict[str, Any]:
    return {
        "status": trial.status,
        "reason": str(trial.reason) if trial.reason else None,
        "until": trial.until,
        "steps": _steps_as_data(trial.steps),
        "written": [
            {"title": each.title, **{name: getattr(each.change, name) for name in WRITTEN}} for each in trial.written
        ],
        "messages": [
            {"kind": each.kind, "to": each.recipient, "subject": each.subject, "body": each.body}
            for each in trial.letters
        ],
        "notifications": list(trial.told),
    }
