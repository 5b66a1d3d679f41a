"""Taking back a move that was a slip of the hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields import Refusal
from customary.engine.records import changes
from customary.engine.records.formulas import derived
from customary.engine.records.limits.rivals import check_rivals
from customary.engine.records.refusal import Forbidden, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer import store
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import Shape
from customary.engine.records.writer.update import claim
from customary.engine.words import Reason

SOON = timedelta(minutes=5)
"""For how long a move may be taken back; after that it is history, and the pipeline's moves decide."""

MOST_FOLLOWING = 50
"""Changes of computed fields that may have followed the move; they follow its taking back too."""


def take_back(work: Work, entity: str, id: UUID, revision: int) -> int:
    """Undoes the move that made `revision`: the stage and what changed with it are as they were.

    The pipeline is not asked, for the record goes where it just was. Only who moved it may, soon, and while nothing
    else changed. Tasks that the stage asked for stay. Raises Stale, Missing, Forbidden, or Refused.
    """
    known, before = claim(work, entity, id, "update", revision)
    was = _before_own_move(work, known, id)
    draft = Draft(work.because(origin="undo"), known, id, before, {**before, **was}, {})
    check_rivals(work, [draft])
    if draft.problems:
        raise Refused(draft.problems)
    store.save(draft.work, draft, "moved")
    derived.settle(draft.work)
    return draft.after["revision"]


def _before_own_move(work: Work, known: Shape, id: UUID) -> dict[str, Any]:
    """The values that the record's last change replaced, when that was a move by the one who asks."""
    table = changes.change
    last = sa.select(table).where(table.c.record == id).order_by(table.c.id.desc()).limit(MOST_FOLLOWING)
    found = work.connection.execute(last).mappings()
    row = next(each for each in found if "computed" not in each["cause"])
    mine = row["kind"] == "moved" and row["actor"] == work.actor.id and work.now - row["at"] <= SOON
    if not mine or row["cause"].get("origin") == "undo":
        raise Forbidden(Reason("can no longer be taken back"))
    change = changes.read_change(work, row)
    fields = {each.name: each for each in known.recorded}
    try:
        return {name: fields[name].from_json(value) for name, value in change.before.items() if name in fields}
    except Refusal as refusal:  # a field has another type since
        raise Forbidden(Reason("can no longer be taken back")) from refusal
