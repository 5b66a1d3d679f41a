"""The last who may do everything: no record is archived or deleted with which nobody would be let in to do so."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from customary.engine.people.standing import are_last_admins
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def check_last_admin(work: Work, draft: Draft, going: Iterable[tuple[str, UUID]]) -> None:
    """Notes at `draft` that with it the last administrators would go; `going` are entity and id of all that goes."""
    people = work.model.playing("user")
    ids = {id for entity, id in going if people is not None and entity == people.name}
    if not ids or not are_last_admins(work, ids):
        return
    if draft.id in ids:
        draft.refuse(None, "is the last administrator who is let in")
    else:
        draft.refuse(None, "would take the last administrator with it who is let in")
