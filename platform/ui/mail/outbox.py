"""The outbox: what rules sent outside, what became of each, and what to do with what failed. For administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import automation, messages, records
from customary.engine.messages import Letter
from customary.engine.messages.outbox import KINDS, is_served
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.rules.details import id_in

SIZE = 50
STATUSES = ("queued", "sent", "failed", "kept", "dropped")
HERE = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message as it is shown: with the record it is about and the rule that wrote it, where they are known."""

    letter: Letter
    entity: Entity | None
    title: str
    rule: str | Words
    title_line: str
    """What it is called: its subject, the beginning of its text, or the call that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """A page of messages, how many there are of those that want to be looked at, and who is left in peace."""

    mails: list[Mail]
    counts: Mapping[str, int]
    resting: Mapping[str, datetime]


@get("/messages")
async def outbox(desk: AtDesk, request: Request) -> Response:
    desk.must_open("messages")
    status = request.query_params.get("status", "")
    wanted = status if status in STATUSES else ""
    found = await desk.read(_outbox, wanted, id_in(request.query_params.get("before", "")))
    following = str(found.mails[SIZE - 1].letter.id) if len(found.mails) > SIZE else ""
    shown = {"mails": found.mails[:SIZE], "outbox": found, "wanted": wanted, "next": following}
    return desk.page("page_messages.html", **shown, **_around(desk))


@post("/messages", status_code=200)
async def do_with_many(desk: AtDesk, request: Request) -> Response:
    """Sends again, or drops, the messages that were chosen; or sends again all that failed or were kept."""
    desk.must_open("messages")
    form = await request.form()
    status = str(form.get("status", ""))
    ids = [id for each in form.getall("id", []) if (id := id_in(str(each))) is not None]
    act = str(form.get("act", ""))
    if act == "drop":
        count = await desk.write(messages.drop, *ids)
        said = desk.count_say("{count} message dropped", "{count} messages dropped", count)
    elif act == "all" and status in ("failed", "kept"):
        said = _sending(desk, await desk.write(messages.send_all_again, status))
    else:
        said = _sending(desk, await desk.write(messages.send_again, *ids))
    return desk.redirect(f"/messages?status={status if status in STATUSES else ''}", said)


@get("/messages/{id:uuid}")
async def letter(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """One mail: its text, and what became of it."""
    desk.must_open("messages")
    return desk.page("page_message.html", mail=await desk.read(_mail, id), **_around(desk))


@post("/messages/{id:uuid}", status_code=200)
async def send(desk: AtDesk, id: FromPath[UUID], request: Request) -> Response:
    """Sends a message that failed, or that was kept while nothing could deliver it; or drops it."""
    desk.must_open("messages")
    if (await request.form()).get("act") == "drop":
        done = await desk.write(messages.drop, id)
        said = desk.say("The message was dropped.") if done else desk.say("This message cannot be dropped now.")
        return desk.redirect(f"/messages/{id}", said)
    due = await desk.write(messages.send_again, id)
    said = desk.say("The message is being sent.") if due else desk.say("This message cannot be sent now.")
    return desk.redirect(f"/messages/{id}", said)


def _sending(desk: Desk, count: int) -> str:
    return desk.count_say("{count} message is being sent", "{count} messages are being sent", count)


def _around(desk: Desk) -> Mapping[str, object]:
    served = {kind: is_served(desk.model.settings, kind) for kind in KINDS}
    return {"here": "workflows", "served": served, "sends": served["mail"]}


def _outbox(work: Work, status: str, before: UUID | None) -> Outbox:
    found = messages.letters(work.connection, status=status or None, before=before, limit=SIZE + 1)
    counts = messages.counts(work.connection)
    return Outbox(mails=list(_mails(work, found)), counts=counts, resting=messages.resting(work.connection, work.now))


def _mail(work: Work, id: UUID) -> Mail:
    found = messages.find_letter(work.connection, id)
    if found is None:
        raise Missing(HERE, id)
    return next(iter(_mails(work, [found])))


def _mails(work: Work, found: list[Letter]) -> Iterable[Mail]:
    names = {each.id: work.release.tables.named(each.entity) if each.entity else None for each in found}
    about = [(names[each.id], each.record) for each in found if names[each.id] and each.record]
    titles = records.titles(work, about)
    rules = automation.rules_of(work, {each.run for each in found if each.run})
    for each in found:
        name = names[each.id] or ""
        title = titles.get((name, each.record), "")
        workflow = work.model.workflows.get(rules.get(each.run, ""))
        entity = work.model.entities.get(name) if title else None
        rule = workflow.label if workflow else ""
        yield Mail(letter=each, entity=entity, title=title, rule=rule, title_line=_title_line(each))


def _title_line(letter: Letter) -> str:
    if letter.kind == "webhook":
        return f"{letter.subject} {letter.recipient}"
    return letter.subject or letter.body.strip().partition("\n")[0][:100]


handlers = [outbox, do_with_many, letter, send]
