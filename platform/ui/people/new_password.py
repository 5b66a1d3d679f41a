"""Choosing a password by a link: for who was invited, and for who forgot theirs.

What is answered, and when, is the same whether an address is known here or not: a mail is written when the answer has
gone out.
"""

from __future__ import annotations

from secrets import SystemRandom
from typing import Any
from urllib.parse import quote

import anyio
import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath

from customary.engine import messages, people
from customary.engine.people import AccountProblem, guessable, invitations
from customary.engine.people.actor import SYSTEM
from customary.engine.people.passwords import Hashed
from customary.engine.records.work import Cause, Work
from customary.engine.words import Reason
from customary.ui import catalogue
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.sign_in import ATTEMPTS, draw
from customary.ui.visitor import browser_of

LATER_SECONDS = 2.0


@get("/sign-in/forgotten")
async def forgotten(desk: AtDesk) -> Response:
    return desk.page("page_forgotten.html", asked=False, can_send=can_send(desk))


@post("/sign-in/forgotten")
async def ask(desk: AtDesk, request: Request) -> Response:
    email = texts(await request.form()).get("email", "")
    if can_send(desk):
        desk.afterwards = BackgroundTask(_send_reset, desk, email)
    return desk.page("page_forgotten.html", asked=True, can_send=can_send(desk))


@get("/sign-in/password/{secret:str}")
async def new_password(desk: AtDesk, secret: FromPath[str]) -> Response:
    """The page behind the link of a mail."""
    who = await desk.workspace.database.reading(invitations.whose, secret, desk.now)
    if who is None:
        return _lost(desk)
    return desk.page("page_new_password.html", email=who.email, problem=None, shortest=guessable.SHORTEST)


@post("/sign-in/password/{secret:str}", status_code=200)
async def choose(desk: AtDesk, request: Request, secret: FromPath[str]) -> Response:
    """The password is set and every session ended; one signs in with it, and with what else is asked for."""
    chosen = texts(await request.form()).get("new", "")
    database = desk.workspace.database
    who = await database.reading(invitations.whose, secret, desk.now)
    if who is None:
        return _lost(desk)
    person = await database.reading(people.actor_of_user, who.user_id, desk.release)
    about = (desk.model.settings.name, who.email, person.name if person else "")
    found = await anyio.to_thread.run_sync(_hashed, chosen, *about, limiter=ATTEMPTS)
    if isinstance(found, Reason):
        values = {"email": who.email, "problem": found, "shortest": guessable.SHORTEST}
        return desk.page("page_new_password.html", status=422, **values)
    made = await database.writing(invitations.choose_password, secret, found, desk.now, browser_of(request))
    return (
        draw(desk, email=made.email, told=desk.say("Your password is set. Sign in with it.")) if made else _lost(desk)
    )


def can_send(desk: Desk) -> bool:
    """Whether mails go out, and are known to lead here: what a request says of its host anybody may have written."""
    return bool(desk.model.settings.mail.get("host") and desk.model.settings.web_address)


def link(desk: Desk, secret: str) -> str:
    """The address of a link, which the settings name; else where the one who makes it is."""
    base = desk.model.settings.web_address or str(desk.request.base_url).rstrip("/")
    return f"{base}/sign-in/password/{quote(secret)}"


def write_invitation(work: Work, desk: Desk, account: Any, secret: str) -> None:
    """The mail that invites somebody."""
    say, name = saying(work, account), desk.model.settings.name
    body = say(
        "Hello,\n\n{by} invites you to {name}. Choose your password here within three days:\n\n{link}\n",
        by=work.actor.name,
        name=name,
        link=link(desk, secret),
    )
    write_mail(work, account, say("Your account at {name}", name=name), body)


def write_mail(work: Work, account: Any, subject: str, body: str, to: str = "") -> None:
    """A mail that nobody else reads, to the address of an account or another one of its holder."""
    messages.put(
        work,
        "mail",
        to=to or account.email,
        subject=subject,
        body=body,
        language=_language(work, account),
        details={"private": True},
    )


def saying(work: Work, account: Any) -> Any:
    """Says texts in the language of an account's holder."""
    language = _language(work, account)

    def say(text: str, /, **values: object) -> str:
        return catalogue.say(language, text, **values)

    return say


def _hashed(password: str, *about: str) -> Hashed | Reason:
    """The hash of a password, or why nobody should choose it."""
    return guessable.why_not(password, *about) or people.hashed(password)


async def _send_reset(desk: Desk, email: str) -> None:
    """At some moment later, so that the next answer of a busy machine does not tell by its time either."""
    await anyio.sleep(SystemRandom().uniform(0, LATER_SECONDS))
    await desk.workspace.database.writing(_write_reset, desk, email)


def _write_reset(connection: Any, desk: Desk, email: str) -> None:
    try:
        found = invitations.reset(connection, desk.release, email, desk.now)
    except AccountProblem:
        return
    if found is None:
        return
    account, secret = found
    work = Work(connection, desk.release, SYSTEM, desk.now, Cause("system"))
    say, name = saying(work, account), desk.model.settings.name
    body = say(
        "Hello,\n\nsomebody, most likely you, asked for a new password at {name}. Choose it here within an hour:\n\n"
        "{link}\n\nIf it was not you, do nothing: your password stays what it is.\n",
        name=name,
        link=link(desk, secret),
    )
    write_mail(work, account, say("A new password for {name}", name=name), body)


def _language(work: Work, account: Any) -> str:
    actor = people.actor_of_user(work.connection, account.user_id, work.release)
    return actor.language if actor else work.model.settings.languages[0]


def _lost(desk: Desk) -> Response:
    problem = desk.say("This link leads nowhere any more: it was used, or its time is over. Ask for a new one.")
    return draw(desk, problem=problem, status=410)


handlers = [forgotten, ask, new_password, choose]
