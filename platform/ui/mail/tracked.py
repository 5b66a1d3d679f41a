"""What happens with mails that went out, where the settings let it be followed: opened, and a link followed.

An address holds what only the receiver knows, and the number of a link in that very mail: nobody is led anywhere else.
"""

from __future__ import annotations

import base64
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.automation.outside.reactions import react
from customary.engine.messages import Letter, house, html
from customary.engine.messages.outbox import letter_with
from customary.engine.messages.reactions import CLICKED, OPENED
from customary.engine.people.actor import SYSTEM
from customary.engine.records.work import Cause, Work
from customary.ui.desk import AtDesk, Desk
from customary.ui.web.rate import Rate

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
DRAWN_ELSEWHERE = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
rate = Rate("mails", at_once=60, per_second=5)
"""For each address that asks."""


@get("/mail-opened/{token:str}", opt={"public": True})
async def opened(desk: AtDesk, token: FromPath[str]) -> Response[bytes]:
    """An invisible picture; whatever is asked for, the same."""
    if not await _too_often(desk):
        await desk.workspace.database.writing(_note, desk, token, OPENED, None)
    return Response(PICTURE, media_type="image/gif", headers=DRAWN_ELSEWHERE)


@get("/mail-link/{token:str}/{number:int}", opt={"public": True})
async def followed(desk: AtDesk, token: FromPath[str], number: FromPath[int]) -> Response:
    """Leads on to where the link of the mail leads."""
    letter = await desk.workspace.database.reading(letter_with, token)
    led = _links(letter)
    if not 0 <= number < len(led):
        raise NotFoundException
    if not await _too_often(desk):
        await desk.workspace.database.writing(_note, desk, token, CLICKED, led[number])
    return Response(b"", status_code=302, headers={"Location": led[number], "Cache-Control": "no-store"})


def _note(connection: Any, desk: Desk, token: str, kind: str, what: str | None) -> None:
    """Notes it, unless the settings say by now that nothing is followed. Who follows a link has opened the mail."""
    letter = letter_with(connection, token)
    if letter is None or not house(desk.model.settings).tracks(letter):
        return
    work = Work(connection, desk.release, SYSTEM, desk.now, Cause("mail"))
    if kind == CLICKED:
        react(work, letter, OPENED)
    react(work, letter, kind, what)


def _links(letter: Letter | None) -> tuple[str, ...]:
    open = letter is not None and not letter.is_private
    return html.links((letter.details or {}).get("markdown", "")) if open else ()


async def _too_often(desk: Desk) -> bool:
    return await rate.wait(desk.request, desk.workspace.database) > 0


handlers = [opened, followed]
