"""Which of the things that happened would start a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.rehearsal.past import Past, PastMoment
from customary.engine.automation.timeline import timelines
from customary.engine.model.workflow import Workflow
from customary.engine.records.changes import Change

OWN, OTHER, REFUSED, STARTS, LEFT, QUIET = "own", "other", "refused", "starts", "left", "quiet"
"""The rule did it itself; it is nothing that the rule waits for; its condition does not hold; it starts the rule; it
started the applied rule and would not start this one; it was to start no rules."""


@dataclass(frozen=True)
class Look:
    """A look at something that happened: what came of it, and for which record."""

    change: Change
    verdict: str
    about: tuple[str, UUID]
    error: str | None = None
    """Why the condition could not be worked out."""


def looks(past: Past, workflow: Workflow, record: UUID | None = None) -> Iterator[Look]:
    """A look at each change since the past begins; of all records in their turn, or of one."""
    for timeline in timelines(past.work, _watched(workflow), past.since, record):
        for number, each in enumerate(timeline.changes, 1):
            own = PastMoment(past.work, each, past=past, then=timeline.states[number])
            yield from _look(workflow, own)


def _watched(workflow: Workflow) -> set[str]:
    return {trigger.get("child") or trigger["entity"] for trigger in workflow.triggers if _is_told(trigger)}


def _is_told(trigger: Mapping[str, Any]) -> bool:
    """Whether changes start it, so that history tells when."""
    kind = trigger_kinds()[trigger["kind"]]
    return hasattr(kind, "matches") or hasattr(kind, "subjects")


def _look(workflow: Workflow, own: PastMoment) -> Iterator[Look]:
    found = own.change
    here = (found.entity, found.record)
    if workflow.name in found.cause.get("chain", ()):
        yield Look(found, OWN, here)
        return
    if found.cause.get("quiet"):
        yield Look(found, QUIET, here)
        return
    concerned = list(_concerned(workflow, own))
    for moment in concerned:
        yield held(workflow, moment)
    if not concerned:
        yield Look(found, OTHER, here)


def _concerned(workflow: Workflow, own: PastMoment) -> Iterator[PastMoment]:
    """The moments that the rule waits for, each with the record that it is about."""
    kinds, found = trigger_kinds(), own.change
    told = [(kinds[trigger["kind"]], trigger) for trigger in workflow.triggers if _is_told(trigger)]
    matching = [(kind, trigger) for kind, trigger in told if hasattr(kind, "matches")]
    if workflow.entity == found.entity and any(kind.matches(trigger, found, own) for kind, trigger in matching):
        yield own
    through = [(kind, trigger) for kind, trigger in told if hasattr(kind, "subjects")]
    for id in dict.fromkeys(id for kind, trigger in through for id in kind.subjects(trigger, found, own)):
        then = own.past.record(workflow.entity, id, found.at)
        if then is not None:
            yield PastMoment(own.work, found, about=(workflow.entity, id), past=own.past, then=then)


def held(workflow: Workflow, moment: PastMoment) -> Look:
    """A look at what the rule waits for: whether its condition holds then."""
    about = (moment.entity, moment.id)
    try:
        holds = workflow.where is None or workflow.where.holds(moment.scope())
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return Look(moment.change, REFUSED, about, str(error))
    return Look(moment.change, STARTS if holds else REFUSED, about)
