"""The mailboxes that mail is read from, what could not be filed, and addresses that get no mail. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine.messages import stops
from customary.engine.messages.incoming import Mailbox, Received, aside, mailboxes, try_again
from customary.engine.messages.incoming.collect import look_soon
from customary.engine.messages.incoming.received import find_received
from customary.engine.reasons import read_reason
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailboxes:
    """How it stands with all of them. `set_up` are those whose server the settings name."""

    known: list[Mailbox]
    set_up: Mapping[str, Mapping]
    aside: list[tuple[Received, Reason | None]]
    stopped: list[Any]


@get("/mailboxes")
async def show(desk: AtDesk) -> Response:
    desk.must_open("messages")
    return desk.page("page_mailboxes.html", page=await desk.read(_read), here="workflows")


@post("/mailboxes/aside/{id:uuid}", status_code=200)
async def again(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Has a mail that was set aside read once more."""
    desk.must_open("messages")
    done = await desk.write(_again, id)
    said = desk.say("The mail is being read once more.") if done else desk.say("This mail cannot be read once more.")
    return desk.redirect("/mailboxes", said)


@post("/mailboxes/addresses", status_code=200)
async def allow(desk: AtDesk, request: Request) -> Response:
    """Lets mail go to an address again that it came back from. Who took leave of a sort stays left alone."""
    desk.must_open("messages")
    address = texts(await request.form()).get("address", "")
    done = await desk.write(_allow, address)
    return desk.redirect("/mailboxes", desk.say("Mail goes to {address} again.", address=address) if done else "")


def _read(work: Work) -> Mailboxes:
    return Mailboxes(
        known=mailboxes(work.connection, list(work.model.mailboxes)),
        set_up=work.model.settings.mailboxes,
        aside=[(each, read_reason(each.why)) for each in aside(work.connection)],
        stopped=stops.newest(work.connection),
    )


def _again(work: Work, id: UUID) -> bool:
    found = find_received(work.connection, id)
    if found is None or not try_again(work.connection, id):
        return False
    look_soon(work.connection, found.mailbox, work.now)
    return True


def _allow(work: Work, address: str) -> bool:
    return stops.forgive(work.connection, address)


handlers = [show, again, allow]
