"""Who sends slowly, endlessly or reads nothing keeps nobody else out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from customary.cli import connection
from customary.cli.server import settings

GET = b"GET / HTTP/1.1\r\nHost: here\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n"
MUCH, MANY = b"x" * 1_000_000, 40
"""More than the machine keeps for somebody who does not read."""


async def echo(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
    """Takes the whole body, and answers with much."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(MANY if scope["path"] == "/much" else 0):
        await send({"type": "http.response.body", "body": MUCH, "more_body": True})
    await send({"type": "http.response.body", "body": b"whole"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where a server listens that has little patience."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(connection, name, 0.3)
    server = uvicorn.Server(uvicorn.Config(echo, port=0, **{**settings(), "lifespan": "off"}))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def called(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as made:
        yield made


def rest(called: socket.socket) -> bytes:
    """What still comes until the server ends the connection."""
    got = b""
    try:
        while piece := called.recv(65_536):
            got += piece
    except ConnectionError:
        pass
    return got


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n", GET, GET + b"Cookie: " + b"a" * 5_000, POST, POST + b"x" * 5_000],
    ids=["nothing", "an empty line", "half a head", "half a header", "no body", "a little of a body"],
)  # fmt: skip
def test_who_never_ends_a_request_is_hung_up_on(called: socket.socket, sent: bytes):
    called.sendall(sent)
    assert rest(called) == b""


def test_who_sends_a_letter_now_and_then_is_hung_up_on(called: socket.socket):
    called.sendall(POST)
    deadline = time.monotonic() + 30
    with pytest.raises(ConnectionError):
        while time.monotonic() < deadline:
            called.sendall(b"x")
            time.sleep(0.05)


def test_who_reads_nothing_is_hung_up_on(port: int):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as called:
        called.sendall(b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(1)
        assert len(rest(called)) < MANY * len(MUCH)


def test_a_head_without_end_is_refused(called: socket.socket):
    called.sendall(GET)
    for _ in range(20):
        try:
            called.sendall(b"Cookie: " + b"a" * 10_000 + b"\r\n")
        except ConnectionError:
            break
    assert rest(called)[:12] in (b"HTTP/1.1 400", b"")


def test_what_comes_in_pieces_but_comes_is_answered(called: socket.socket):
    called.sendall(POST[:30])
    time.sleep(0.1)
    called.sendall(POST[30:])
    for _ in range(20):
        called.sendall(b"x" * 50_000)
        time.sleep(0.02)
    called.sendall(GET + b"Connection: close\r\n\r\n")
    assert rest(called).count(b"whole") == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\nHost: here\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : here\r\n\r\n",
        b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_what_two_servers_could_understand_in_two_ways_is_refused(called: socket.socket, sent: bytes):
    called.sendall(sent)
    assert b" 200 " not in rest(called)
