"""The inbox: what rules and colleagues have told a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import automation, messages, records
from customary.engine.messages import Notification
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import AtDesk

SIZE = 40
SHOWN = ("", "unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification as it is shown: with the record it is about and the rule that said it, where they are known."""

    told: Notification
    entity: Entity | None
    title: str
    rule: str | Words
    leads: bool
    """Whether there is something to go on to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of the inbox; `next` is where the following one begins, `unread` counts to a hundred."""

    lines: tuple[Told, ...]
    next: UUID | None
    unread: int
    shown: str


@get("/inbox")
async def inbox(desk: AtDesk, request: Request) -> Response:
    query = request.query_params
    shown = query.get("show", "") if query.get("show", "") in SHOWN else ""
    found = await desk.read(_inbox, shown, _id(query.get("before", "")))
    if desk.htmx:
        return desk.part("part_inbox_lines.html", inbox=found)
    return desk.page("page_inbox.html", here="inbox", inbox=found)


@get("/inbox/count")
async def count(desk: AtDesk) -> Response:
    """The number beside the rail's inbox; it comes after the page."""
    # Asked for in the background: whose session has ended must not be taken away from a page half filled in.
    if desk.actor is None:
        return desk.nothing()
    return desk.part("part_inbox_count.html", unread=await desk.read(messages.unread_count))


@get("/inbox/{id:uuid}")
async def follow(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """On to what a notification is about. It counts as read then, as a followed link does: so this may be a GET."""
    told = await desk.write(_follow, id)
    if told.entity and told.record:
        return desk.redirect(f"/{told.entity}/{told.record}")
    return desk.redirect(f"/workflows/{told.run}" if told.run and desk.access.admin else "/inbox")


@post("/inbox/read", status_code=200)
async def read_all(desk: AtDesk) -> Response:
    await desk.write(messages.mark_read)
    return desk.redirect("/inbox")


@post("/inbox/{id:uuid}/{turn:str}", status_code=200)
async def mark(desk: AtDesk, id: FromPath[UUID], turn: FromPath[str]) -> Response:
    """Marks one as read or unread."""
    if turn not in ("read", "unread"):
        raise Missing("inbox", id)
    line = await desk.write(_mark, id, turn == "read")
    if not desk.htmx:
        return desk.redirect("/inbox")
    desk.event("inboxchanged")
    return desk.part("part_inbox_line.html", each=line)


def _inbox(work: Work, shown: str, before: UUID | None) -> Inbox:
    found = messages.newest(work, SIZE + 1, unread=shown == "unread", before=before)
    lines, unread = found[:SIZE], messages.unread_count(work)
    following = lines[-1].id if len(found) > SIZE else None
    return Inbox(lines=tuple(_lines(work, lines)), next=following, unread=unread, shown=shown)


def _lines(work: Work, found: list[Notification]) -> Iterable[Told]:
    about = [(each.entity, each.record) for each in found if each.entity in work.model.entities and each.record]
    titles = records.titles(work, about)
    rules = automation.rules_of(work, {each.run for each in found if each.run})
    for each in found:
        title = titles.get((each.entity, each.record), "")
        workflow = work.model.workflows.get(rules.get(each.run, ""))
        entity = work.model.entities.get(each.entity or "") if title else None
        leads = entity is not None or _leads_to_run(work, each)
        yield Told(told=each, entity=entity, title=title, rule=workflow.label if workflow else "", leads=leads)


def _leads_to_run(work: Work, told: Notification) -> bool:
    """Whether it is about a run alone, which administrators look at."""
    return told.record is None and told.run is not None and work.access.admin


def _follow(work: Work, id: UUID) -> Notification:
    told = messages.find(work, id)
    if told is None:
        raise Missing("inbox", id)
    messages.mark_read(work, id)
    return told


def _mark(work: Work, id: UUID, read: bool) -> Told:
    if messages.find(work, id) is None:
        raise Missing("inbox", id)
    if read:
        messages.mark_read(work, id)
    else:
        messages.mark_unread(work, id)
    told = messages.find(work, id)
    return next(iter(_lines(work, [told] if told else [])))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers = [inbox, count, follow, read_all, mark]
