"""The end of a record and back: archive with undo, restore, delete."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Refused, reason_of
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of


@post("/{entity:str}/{id:uuid}/archive", status_code=200)
async def archive(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Takes a record out of the lists; its page stays, and offers the way back."""
    found = entity_of(desk, entity, "update")
    try:
        title = await desk.write(_archive, found, id)
    except Refused as refused:
        return _refused(desk, entity, id, refused)
    told = desk.say("“{title}” was archived", title=title)
    return desk.redirect(f"/{entity}/{id}", told, undo=f"/{entity}/{id}/restore")


@post("/{entity:str}/{id:uuid}/restore", status_code=200)
async def restore(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Brings an archived record back."""
    found = entity_of(desk, entity, "update")
    try:
        title = await desk.write(_restore, found, id)
    except Refused as refused:
        return _refused(desk, entity, id, refused)
    return desk.redirect(f"/{entity}/{id}", desk.say("“{title}” was restored", title=title))


@post("/{entity:str}/{id:uuid}/delete", status_code=200)
async def delete(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Deletes a record for good; what still needs it is named."""
    found = entity_of(desk, entity, "delete")
    try:
        title = await desk.write(_delete, found, id)
    except Refused as refused:
        return _refused(desk, entity, id, refused)
    return desk.redirect(f"/{entity}", desk.say("“{title}” was deleted", title=title))


def _refused(desk: Desk, entity: str, id: UUID, refused: Refused) -> Response:
    """Back to the record, which says why it stays as it is."""
    return desk.redirect(f"/{entity}/{id}", desk.say_reason(reason_of(refused.problems)))


def _archive(work: Work, entity: Entity, id: UUID) -> str:
    records.archive(work, entity.name, id)
    return records.get(work, entity.name, id).title


def _restore(work: Work, entity: Entity, id: UUID) -> str:
    records.restore(work, entity.name, id)
    return records.get(work, entity.name, id).title


def _delete(work: Work, entity: Entity, id: UUID) -> str:
    title = records.get(work, entity.name, id).title
    records.delete(work, entity.name, id)
    return title


handlers = [archive, restore, delete]
