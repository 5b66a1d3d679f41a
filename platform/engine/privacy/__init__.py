"""Privacy: what is known of a person, as a file for them, and its erasure; and how long records are kept."""

from __future__ import annotations

from customary.engine.privacy.dossier import may_have_dossier, note_dossier, write_dossier
from customary.engine.privacy.erasing import (
    Erasure,
    erase,
    may_erase,
    plan_erasure,
    throw_away,
    tombstone_of,
)
from customary.engine.privacy.known import Known, Part, known_of
from customary.engine.records.personal.erased import Tombstone

__all__ = [
    "Erasure",
    "Known",
    "Part",
    "Tombstone",
    "erase",
    "known_of",
    "may_erase",
    "may_have_dossier",
    "note_dossier",
    "plan_erasure",
    "throw_away",
    "tombstone_of",
    "write_dossier",
]
