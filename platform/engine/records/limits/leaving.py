"""Leaving: whose record may be archived or deleted, which keeps them out.

The last who may do everything stays; nobody keeps themselves out, nor somebody with a role that opens more than theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from customary.engine.people.standing import are_last_admins, roles_of
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def check_leaving(work: Work, draft: Draft, going: Iterable[tuple[str, UUID]]) -> None:
    """Notes at `draft` that somebody would be kept out who must not be; `going` are entity and id of all that goes."""
    people = work.model.playing("user")
    ids = {id for entity, id in going if people is not None and entity == people.name}
    if not ids:
        return
    if are_last_admins(work, ids):
        if draft.id in ids:
            draft.refuse(None, "is the last administrator who is let in")
        else:
            draft.refuse(None, "would take the last administrator with it who is let in")
    elif work.actor.id in ids:
        draft.refuse(None, "concerns yourself: nobody keeps themselves out")
    elif not work.access.admin and not _may_look_after(work, ids):
        draft.refuse(None, "concerns somebody with a role that opens what is closed to you")


def _may_look_after(work: Work, ids: set[UUID]) -> bool:
    roles = work.model.roles
    return all(work.access.may_give(roles[name]) for name in roles_of(work, ids) if name in roles)
