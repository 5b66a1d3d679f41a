"""A real HTTP server on loopback that does what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class FarSide:
    """Answers each call by the next of `answers`, and by the last of them for ever after: a status, a body, headers."""

    def __init__(self, port: int) -> None:
        self.url, self.host = f"http://127.0.0.1:{port}", f"127.0.0.1:{port}"
        self.answers: list[tuple[int, bytes, dict[str, str]]] = [(200, b"{}", {})]
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.drip: float = 0

    def answer(self, *answers: tuple[int, bytes] | tuple[int, bytes, dict[str, str]]) -> None:
        self.answers = [(*each, {}) if len(each) == 2 else each for each in answers]  # type: ignore[misc]

    def next(self) -> tuple[int, bytes, dict[str, str]]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def far_side(cert: Path | None = None, key: Path | None = None) -> Iterator[FarSide]:
    """The server for as long as it is needed; with a certificate it is spoken to over TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    if cert is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    far = FarSide(server.server_address[1])
    server.RequestHandlerClass = _handler(far)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield far
    finally:
        server.shutdown()
        server.server_close()


def _handler(far: FarSide) -> Callable[..., Any]:
    class Handler(BaseHTTPRequestHandler):
        def _taken(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            far.calls.append(
                (self.command, self.path, {name.lower(): text for name, text in self.headers.items()}, body)
            )
            status, answer, more = far.next()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | more).items():
                self.send_header(name, value)
            self.end_headers()
            self._write(answer)

        def _write(self, answer: bytes) -> None:
            for number in range(len(answer)) if far.drip else ():
                self.wfile.write(answer[number : number + 1])
                self.wfile.flush()
                time.sleep(far.drip)
            if not far.drip:
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _taken  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

    return Handler
