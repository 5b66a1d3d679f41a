"""A mail that could not be filed: what it says, and the record to which somebody files it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.messages.incoming import Received
from customary.engine.messages.incoming.collect import look_soon
from customary.engine.messages.incoming.received import AGAIN, ASIDE, direct, find_received
from customary.engine.model.entity import Entity
from customary.engine.reasons import read_reason
from customary.engine.records.reader.options import options
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, texts
from customary.ui.form.page import id_in
from customary.ui.form.typed import Typed

MOST_HITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """The page on which a mail is filed. `hits` are the records that fit what was typed, where it is not one."""

    mail: Received
    why: Reason | None
    entities: list[Entity]
    chosen: str = ""
    title: str = ""
    hits: list[records.Hit]
    searched: bool = False


@get("/mailboxes/aside/{id:uuid}")
async def look(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """The mail, and the question where it belongs."""
    desk.must_open("messages")
    return desk.page("page_aside.html", page=await desk.read(_aside, id, "", ""), here="workflows")


@post("/mailboxes/aside/{id:uuid}/record", status_code=200)
async def file(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Files it to the record that was typed or chosen; shows those that fit where that is not one."""
    desk.must_open("messages")
    form = texts(await request.form())
    entity, title = form.get("entity", ""), form.get("title", "").strip()
    record = _chosen(form, entity, title) or await desk.read(_only, entity, title)
    if record is None:
        page = await desk.read(_aside, id, entity, title)
        return desk.page("page_aside.html", status=422, page=page, here="workflows")
    filed = await desk.write(_file, id, entity, record)
    return desk.redirect("/mailboxes", desk.say("The mail is filed to “{title}”", title=filed))


def _aside(work: Work, id: UUID, chosen: str, title: str) -> Aside:
    mail = find_received(work.connection, id)
    if mail is None or mail.status not in (ASIDE, AGAIN):
        raise Missing("mail", id)
    kinds = [each for each in work.model.entities.values() if each.child_of is None]
    entities = [each for each in kinds if work.access.may(each.name, "read")]
    box = work.model.mailboxes.get(mail.mailbox)
    return Aside(
        mail=mail,
        why=read_reason(mail.why),
        entities=entities,
        chosen=chosen or (box.entity if box else ""),
        title=title,
        hits=_hits(work, chosen, title),
        searched=bool(title),
    )


def _hits(work: Work, entity: str, title: str) -> list[records.Hit]:
    if not title or entity not in work.model.entities:
        return []
    return options(work, entity, title, limit=MOST_HITS)


def _chosen(form: Mapping[str, str], entity: str, title: str) -> UUID | None:
    """The record that was chosen of those that were found, unless something else was typed since."""
    found_for = (form.get("found_entity", entity), form.get("found_title", title))
    return id_in(Typed(form.items()), "record") if found_for == (entity, title) else None


def _only(work: Work, entity: str, title: str) -> UUID | None:
    """The one record with this title; of several, or where it is only like one, somebody has to choose."""
    same = [each for each in _hits(work, entity, title) if each.title.casefold() == title.casefold()]
    return same[0].id if len(same) == 1 else None


def _file(work: Work, id: UUID, entity: str, record: UUID) -> str:
    mail, found = find_received(work.connection, id), records.get(work, entity, record)
    if mail is None:
        raise Missing("mail", id)
    fetched = mail.uid is not None and mail.mailbox in work.model.settings.mailboxes
    if not direct(work.connection, id, work.release.tables.code(entity), record, fetched):
        raise Missing("mail", id)
    look_soon(work.connection, mail.mailbox, work.now)
    return found.title


handlers = [look, file]
