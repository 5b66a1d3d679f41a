"""Answers told again, word for word, while the database says word for word what it said when they were made.

Nothing is taken to be as it was: who asks, what they may see and what it says are asked anew for every request, by the
very statements of the first one, all at once over a wire (engine/wires.py). Only what is made of that is kept.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from customary.engine.hearing import Heard, Hearing

AGAIN: Final = {"again": True}
"""`opt` of a handler whose answer follows from the request, the release, the clock and what the desk reads."""
SECONDS = 1.0
"""How old an answer may be: it follows from the clock too."""
LONGEST = 300_000
MOST_BYTES = 8_000_000
"""Of the bodies of all answers that are kept."""


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """An answer, with what it follows from beside the request."""

    start: Message
    body: Message
    heard: list[Heard]
    release: Any
    until: float


class Answers:
    """The answers of a process, by all that their requests said. What was told longest ago makes room."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple, Answer] = OrderedDict()
        self._bytes = 0

    def find(self, key: tuple, release: Any) -> Answer | None:
        found = self._known.get(key)
        if found is None or found.release is not release or found.until < time.monotonic():
            return None
        self._known.move_to_end(key)
        return found

    def keep(self, key: tuple, answer: Answer) -> None:
        self.forget(key)
        self._known[key] = answer
        self._bytes += len(answer.body["body"])
        while self._bytes > MOST_BYTES:
            self.forget(next(iter(self._known)))

    def forget(self, key: tuple) -> None:
        gone = self._known.pop(key, None)
        self._bytes -= len(gone.body["body"]) if gone else 0


@dataclass(eq=False, slots=True)
class _Draft:
    """What goes out while a request is answered for the first time."""

    send: Send
    sent: list[Message] = field(default_factory=list)

    async def note(self, message: Message) -> None:
        self.sent.append(message.copy())
        await self.send(message)


def told(app: ASGIApp) -> ASGIApp:
    """Middleware: tells again what was told a moment ago, as long as it holds."""
    answers = Answers()

    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await app(scope, receive, send)
        workspace = scope["app"].state.workspace
        if (wires := workspace.database.wires) is None:
            return await app(scope, receive, send)
        key, release = _key(scope), workspace.releases.current()
        known = answers.find(key, release)
        if known is not None and await wires.say_the_same(known.heard):
            await send(known.start.copy())
            return await send(known.body)
        draft, hearing = _Draft(send), Hearing()
        scope["state"]["hearing"] = hearing
        begin = time.monotonic()
        await app(scope, receive, draft.note)
        answers.forget(key)
        if _is_kept(scope, hearing, draft.sent) and workspace.releases.current() is release:
            answers.keep(key, Answer(*draft.sent, hearing.heard, release, begin + SECONDS))
        return None

    return tell


def hearing_of(request: Request) -> Hearing | None:
    """What takes down the reading for a request whose answer may be told again."""
    return request.scope["state"].get("hearing") if request.route_handler.opt.get("again") else None


def _key(scope: Scope) -> tuple:
    """All that a request says, but for the page that it came from, which no page asks for."""
    said = tuple(each for each in scope["headers"] if each[0] != b"referer")
    return (scope["scheme"], scope["path"], scope["query_string"], said)


def _is_kept(scope: Scope, hearing: Hearing, sent: list[Message]) -> bool:
    """Whether an answer is the same for whoever asks the same: it gives nobody a cookie, and bears no nonce."""
    if not (hearing.heard and hearing.is_whole and len(sent) == 2):
        return False
    start, body = sent
    given = any(name == b"set-cookie" for name, _ in start["headers"])
    return start["status"] == 200 and not given and "nonce" not in scope["state"] and len(body["body"]) <= LONGEST
