"""A connection to a browser or a program: how long, and how much, it may keep the server waiting for."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
"""From the first byte of a request, or from the connection itself, to the end of its head."""
MOST_HEAD_BYTES = 64 * 1024
BODY_SECONDS = 30.0
LEAST_BODY_BYTES = 16 * 1024
"""What has to come of a body within BODY_SECONDS."""
ANSWER_SECONDS = 60.0
"""For so long an answer waits for somebody who takes nothing of it."""


class Connection(HttpToolsProtocol):
    """Ends when it has kept the server waiting for too long.

    uvicorn itself waits for ever: some hundred connections that send a letter a minute would shut everybody else out.
    """

    _waiting: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _in_head = True
    _received = 0
    """Bytes since the head began, or since the body was looked at last."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(HEAD_SECONDS, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_no_more()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of this request is too large.")
        if self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait(HEAD_SECONDS, self._end)  # empty lines before a request begin none

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._received = True, 0
        self._wait(HEAD_SECONDS, self._end)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._received = False, 0
        self._wait(BODY_SECONDS, self._look_at_body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._wait_no_more()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()

    def _look_at_body(self) -> None:
        """Goes on waiting while enough of it comes, or while it is the application that does not take it."""
        if self._received < LEAST_BODY_BYTES and not self.flow.read_paused:
            self._end()
        else:
            self._received = 0
            self._wait(BODY_SECONDS, self._look_at_body)

    def _wait(self, seconds: float, then: Any) -> None:
        self._wait_no_more()
        self._waiting = self.loop.call_later(seconds, then)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _end(self) -> None:
        self._wait_no_more()
        if not self.transport.is_closing():
            self.transport.abort()
