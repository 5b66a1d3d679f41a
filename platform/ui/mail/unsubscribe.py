"""Where somebody takes leave of a sort of mail: a page for people, and one call for mail programs (RFC 8058).

Nobody signs in: the address holds what only the receiver of the mail knows. Looking at it changes nothing, for programs
that guard mail follow every link.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.messages import Letter, stops
from customary.engine.messages.agreed import take_back
from customary.engine.messages.outbox import letter_with
from customary.engine.people.actor import SYSTEM
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk


@get("/unsubscribe/{token:str}", opt={"public": True})
async def ask(desk: AtDesk, token: FromPath[str]) -> Response:
    """Asks whether the receiver means it."""
    letter = await desk.workspace.database.reading(_letter, token)
    return desk.page("page_unsubscribe.html", letter=_known(letter), done=False)


@post("/unsubscribe/{token:str}", status_code=200, opt={"public": True}, request_max_body_size=4096)
async def leave(desk: AtDesk, request: Request, token: FromPath[str]) -> Response:
    """Takes the address off, at once; as often as it is asked. What was agreed to is withdrawn instead."""
    letter = _known(await desk.workspace.database.writing(_leave, desk, token))
    return desk.page("page_unsubscribe.html", letter=letter, done=True)


def _letter(connection: Any, token: str) -> Letter | None:
    found = letter_with(connection, token)
    return found if found is not None and (found.details or {}).get("sort") else None


def _leave(connection: Any, desk: Desk, token: str) -> Letter | None:
    found = _letter(connection, token)
    work = Work(connection, desk.release, SYSTEM, desk.now)
    if found is not None and not take_back(work, found.details, found.recipient):
        stops.unsubscribe(connection, found.recipient, found.details["sort"], desk.now)
    return found


def _known(letter: Letter | None) -> Letter:
    if letter is None:
        raise NotFoundException
    return letter


handlers = [ask, leave]
