"""The outbox: the mails that rules wrote, and what became of each. For administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath

from customary.engine import automation, messages, records
from customary.engine.messages import Letter
from customary.engine.model.model import Entity
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.details import id_in

SIZE = 50
STATUSES = ("queued", "sent", "failed", "kept")
HERE = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it is shown: with the record it is about and the rule that wrote it, where they are known."""

    letter: Letter
    entity: Entity | None
    title: str
    rule: str | Words


@get("/messages")
async def outbox(desk: AtDesk, request: Request) -> Response:
    _only_admins(desk)
    status = request.query_params.get("status", "")
    wanted = status if status in STATUSES else ""
    found = await desk.read(_outbox, wanted, id_in(request.query_params.get("before", "")))
    following = str(found[SIZE - 1].letter.id) if len(found) > SIZE else ""
    return desk.page("page_messages.html", mails=found[:SIZE], wanted=wanted, next=following, **_around(desk))


@get("/messages/{id:uuid}")
async def letter(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """One mail: its text, and what became of it."""
    _only_admins(desk)
    return desk.page("page_message.html", mail=await desk.read(_mail, id), **_around(desk))


@post("/messages/{id:uuid}", status_code=200)
async def send(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Sends a mail that failed, or that was kept while there was no mail server."""
    _only_admins(desk)
    due = await desk.write(messages.send_again, id)
    said = desk.say("The mail is being sent.") if due else desk.say("This mail cannot be sent now.")
    return desk.redirect(f"/messages/{id}", said)


def _only_admins(desk: Desk) -> None:
    if not desk.access.admin:
        raise PermissionDeniedException("Mails are shown to administrators only.")


def _around(desk: Desk) -> Mapping[str, object]:
    return {"here": "workflows", "sends": bool(desk.model.settings.mail.get("host"))}


def _outbox(work: Work, status: str, before: UUID | None) -> list[Mail]:
    found = messages.letters(work.connection, status=status or None, before=before, limit=SIZE + 1)
    return list(_mails(work, found))


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
        yield Mail(letter=each, entity=entity, title=title, rule=workflow.label if workflow else "")


handlers = [outbox, letter, send]
