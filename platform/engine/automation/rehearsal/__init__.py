"""Rehearsal: a rule that is not applied yet, played over what has happened, with no effect."""

from customary.engine.automation.rehearsal.matching import LEFT, OTHER, OWN, QUIET, REFUSED, STARTS, Look
from customary.engine.automation.rehearsal.outcome import Because
from customary.engine.automation.rehearsal.rehearse import (
    GONE,
    MOST_TRIED,
    NEW,
    SAME,
    Asked,
    CannotRehearse,
    Case,
    Rehearsal,
    rehearse,
)
from customary.engine.automation.rehearsal.trial import Trial, Written

__all__ = [
    "GONE",
    "LEFT",
    "MOST_TRIED",
    "NEW",
    "OTHER",
    "OWN",
    "QUIET",
    "REFUSED",
    "SAME",
    "STARTS",
    "Asked",
    "Because",
    "CannotRehearse",
    "Case",
    "Look",
    "Rehearsal",
    "Trial",
    "Written",
    "rehearse",
]
