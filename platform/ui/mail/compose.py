"""A first mail about a record, written by hand: `/contact/<id>/mail`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import files, records
from customary.engine.fields.field import Refusal
from customary.engine.fields.file import attached
from customary.engine.messages import by_hand
from customary.engine.messages.by_hand import Receiver, Written
from customary.engine.messages.outbox import is_served
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.attach import find_seen
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form.page import LARGEST_BODY, typed_in
from customary.ui.form.typed import Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Composing:
    """The page on which a mail is written. `problems` say what is wrong, by field."""

    entity: Entity
    id: UUID
    title: str
    receivers: list[Receiver]
    senders: Mapping[str, str]
    mail: Written
    files: list[files.Kept]
    goes: bool
    """Whether the workspace sends mail at all."""
    problems: Mapping[str, Reason] = field(default_factory=dict)


@get("/{entity:str}/{id:uuid}/mail")
async def write(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """An empty mail."""
    found = entity_of(desk, entity)
    return desk.page("page_compose.html", page=await desk.read(_composing, found, id, Written("", "", "", "")))


@post("/{entity:str}/{id:uuid}/mail", status_code=200, request_max_body_size=LARGEST_BODY)
async def send(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Sends it, and goes back to the record; or shows it again with all that is wrong."""
    found = entity_of(desk, entity)
    mail = _written(await typed_in(desk, request))
    try:
        await desk.write(by_hand.send, entity, id, mail)
    except Refused as refused:
        return await _again(desk, found, id, mail, {str(each.field): each.reason for each in refused.problems})
    return desk.redirect(f"/{entity}/{id}", desk.say("The mail is on its way."))


async def _again(desk: Desk, entity: Entity, id: UUID, mail: Written, problems: Mapping[str, Reason]) -> Response:
    page = await desk.read(_composing, entity, id, mail, problems)
    return desk.page("page_compose.html", status=422, page=page)


def _composing(
    work: Work, entity: Entity, id: UUID, mail: Written, problems: Mapping[str, Reason] | None = None
) -> Composing:
    return Composing(
        entity=entity,
        id=id,
        title=records.get(work, entity.name, id).title,
        receivers=by_hand.receivers(work, entity.name, id),
        senders=by_hand.senders(work, entity.name),
        mail=mail,
        files=[find_seen(work, each) for each in mail.files],
        goes=is_served(work.model.settings, "mail"),
        problems=problems or {},
    )


def _written(form: Typed) -> Written:
    return Written(
        to=form.one("to"),
        sender=form.one("sender"),
        subject=" ".join(form.one("subject").split()),
        text=form.one("text").replace("\r\n", "\n").strip(),
        files=tuple(_files(form)),
    )


def _files(form: Typed) -> list[UUID]:
    """The files that were sent, now or before. What names none is passed over."""
    found = []
    for text in form.all("files"):
        try:
            found.append(attached(text).id)
        except Refusal:
            continue
    return found


handlers = [write, send]
