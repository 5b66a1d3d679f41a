"""What other records forbid one to be: to have their values, to be at their time, to be one too many."""

from __future__ import annotations

from customary.engine.records.limits.overlap import check_overlap
from customary.engine.records.limits.places import check_places
from customary.engine.records.limits.unique import check_unique
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def check_rivals(work: Work, drafts: list[Draft]) -> None:
    """Notes all that the records there are, and the other drafts, forbid these drafts of one entity."""
    check_unique(work, drafts)
    if drafts and drafts[0].shape.entity.limits:
        check_overlap(work, drafts)
        check_places(work, drafts)
