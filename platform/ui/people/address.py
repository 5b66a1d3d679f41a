"""The address one signs in with: changed by who looks after people, or by oneself with a link that goes there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import people
from customary.engine.people import AccountProblem, address
from customary.engine.people.accounts import tidy
from customary.engine.people.address import Changed
from customary.engine.records.refusal import Refused, reason_of
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import must_be_fresh
from customary.ui.people.new_password import can_send, saying, write_mail
from customary.ui.people.users import looked_after

PLACE = "/settings/address"
TAKEN = Reason("This address cannot be used: it is none, or has an account already.")
LOST = Reason("This link leads nowhere any more: it was used, or its time is over. Ask for a new one.")


@post("/settings/people/{id:uuid}/address", status_code=200)
async def change(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Another address for somebody whom one looks after."""
    desk.must_open("people")
    await must_be_fresh(desk)
    email = texts(await request.form()).get("email", "")
    refused = await desk.write(_change, desk, id, email)
    told = desk.say_reason(refused) if refused else desk.say("They sign in with the new address from now on.")
    return desk.redirect(f"/settings/people/{id}", told)


@post(PLACE, status_code=200)
async def ask(desk: AtDesk, request: Request) -> Response:
    """A link to the new address, which shows that it is one's own; the answer does not tell whether it is taken."""
    await must_be_fresh(desk)
    email = texts(await request.form()).get("email", "")
    told = await desk.write(_ask, desk, email)
    return desk.redirect("/settings", desk.say_reason(told))


@get(f"{PLACE}/{{secret:str}}")
async def look(desk: AtDesk, secret: FromPath[str]) -> Response:
    """The page behind the link, whose button changes the address: programs that look at links press none."""
    desk.me  # noqa: B018 - a stranger signs in first
    email = await desk.read(address.asked_for, secret)
    if email is None:
        return desk.redirect("/settings", desk.say_reason(LOST))
    return desk.page("page_new_address.html", here="settings", email=email, secret=secret)


@post(f"{PLACE}/{{secret:str}}", status_code=200)
async def confirm(desk: AtDesk, secret: FromPath[str]) -> Response:
    desk.me  # noqa: B018 - a stranger signs in first
    refused = await desk.write(_confirm, desk, secret)
    told = desk.say_reason(refused) if refused else desk.say("You sign in with the new address from now on.")
    return desk.redirect("/settings", told)


def _change(work: Work, desk: Desk, id: UUID, email: str) -> Reason | None:
    looked_after(work, id)
    return _told(work, desk, lambda: address.change_address(work, id, email))


def _confirm(work: Work, desk: Desk, secret: str) -> Reason | None:
    return _told(work, desk, lambda: address.confirm(work, secret) or LOST)


def _told(work: Work, desk: Desk, change: Callable[[], Changed | Reason]) -> Reason | None:
    """Makes the change and tells the address before; why it was not made, or None."""
    savepoint = work.connection.begin_nested()
    try:
        changed = change()
    except AccountProblem:
        savepoint.rollback()
        return TAKEN
    except Refused as refused:
        savepoint.rollback()
        return reason_of(refused.problems)
    savepoint.commit()
    if isinstance(changed, Reason):
        return changed
    if changed.before != changed.after and can_send(desk):
        _write_to_old(work, desk, changed)
    return None


def _ask(work: Work, desk: Desk, email: str) -> Reason:
    if not can_send(desk):
        return Reason("No mail goes out from here. Whoever looks after people can change the address.")
    try:
        email = tidy(email)
        secret = address.ask(work, email)
    except AccountProblem:
        return TAKEN
    if secret is not None:
        _write_to_new(work, desk, email, secret)
    return Reason("A mail with a link is on its way to the new address, unless it has an account already.")


def _write_to_old(work: Work, desk: Desk, changed: Changed) -> None:
    account = people.of_user(work.connection, changed.user_id)
    say, name = saying(work, account), desk.model.settings.name
    body = say(
        "Hello,\n\n{by} changed the address with which you sign in at {name} from {before} to {after}.\n\n"
        "If you did not expect this, tell whoever looks after {name} at once.\n",
        by=work.actor.name,
        name=name,
        before=changed.before,
        after=changed.after,
    )
    write_mail(work, account, say("Your sign-in address at {name} was changed", name=name), body, to=changed.before)


def _write_to_new(work: Work, desk: Desk, email: str, secret: str) -> None:
    account = people.of_user(work.connection, work.actor.id)
    say, name = saying(work, account), desk.model.settings.name
    body = say(
        "Hello,\n\nsomebody, most likely you, wants to sign in at {name} with this address. Confirm it here within an "
        "hour:\n\n{link}\n\nIf it was not you, do nothing.\n",
        name=name,
        link=f"{desk.model.settings.web_address}{PLACE}/{quote(secret)}",
    )
    write_mail(work, account, say("Confirm your new address for {name}", name=name), body, to=email)


handlers = [change, ask, look, confirm]
