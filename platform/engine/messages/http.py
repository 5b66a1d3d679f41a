"""Calls over HTTP to where definitions say: to checked addresses, in bounded time, with answers of bounded size."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urljoin, urlsplit

from customary.engine.messages.addresses import Allowed
from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.words import Reason

CONNECT_SECONDS = 5
MOST_REDIRECTS = 3
MOST_BYTES = 256 * 1024
_FOLLOWED = {307, 308}
_FOLLOWED_READING = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Call:
    """A call to make. `secret` headers go to the address itself and to no other that it leads to."""

    method: str
    url: str
    headers: Mapping[str, str]
    secret: Mapping[str, str]
    body: bytes = b""
    timeout_seconds: float = 10


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(asked: Call, allowed: Allowed) -> Answer:
    """Makes a call and gives its answer, whatever its status. Raises Undeliverable, NotNow."""
    deadline = time.monotonic() + asked.timeout_seconds
    followed = _FOLLOWED_READING if asked.method in ("GET", "HEAD") else _FOLLOWED
    url, first = asked.url, parsed(asked.url)
    for _ in range(MOST_REDIRECTS + 1):
        at = parsed(url)
        answer = _called(asked, at, allowed, deadline, with_secrets=_origin(at) == _origin(first))
        if answer.status not in followed or not answer.headers.get("location"):
            return answer
        url = urljoin(url, answer.headers["location"])
    raise Undeliverable(Reason("{url} leads on and on", {"url": asked.url}))


def parsed(url: str) -> SplitResult:
    """The parts of a web address. Raises Undeliverable for what is none, and for one with a name and password in it."""
    try:
        found = urlsplit(url)
        sound = found.scheme in ("http", "https") and found.hostname and found.username is None and found.port != 0
        sound = sound and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        sound = False
    if not sound:
        raise Undeliverable(Reason("“{url}” is not a web address", {"url": url[:200]}))
    return found


def port_of(at: SplitResult) -> int:
    return at.port or (443 if at.scheme == "https" else 80)


def _origin(at: SplitResult) -> tuple[str, str | None, int]:
    return at.scheme, at.hostname, port_of(at)


def _called(asked: Call, at: SplitResult, allowed: Allowed, deadline: float, with_secrets: bool) -> Answer:
    line = _Line(at, allowed, deadline)
    headers = {**asked.headers, **(asked.secret if with_secrets else {})}
    # A server that sends a byte now and then would outlast every timeout of a single read.
    watch = threading.Timer(max(deadline - time.monotonic(), 0), line.break_off)
    watch.start()
    try:
        path = (at.path or "/") + (f"?{at.query}" if at.query else "")
        line.request(asked.method, path, asked.body or None, headers)
        return _read(line.getresponse(), deadline)
    # First, for a certificate that does not hold is a ValueError to Python too.
    except (OSError, http.client.HTTPException) as error:
        raise NotNow(_why(error, at, deadline)) from error
    except ValueError as error:
        raise Undeliverable(Reason("a header holds what no header can hold")) from error
    finally:
        watch.cancel()
        line.close()


def _read(response: http.client.HTTPResponse, deadline: float) -> Answer:
    """The answer, whole: what breaks off reads like what ends."""
    body = response.read(MOST_BYTES + 1)
    if time.monotonic() >= deadline:
        raise TimeoutError
    if len(body) > MOST_BYTES:
        raise Undeliverable(Reason("the answer is larger than {size} kB", {"size": MOST_BYTES // 1024}))
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def _why(error: Exception, at: SplitResult, deadline: float) -> Reason:
    if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
        return Reason("{host} did not answer in time", {"host": at.hostname})
    if isinstance(error, ssl.SSLCertVerificationError):
        return Reason(
            "the certificate of {host} does not hold: {why}", {"host": at.hostname, "why": error.verify_message}
        )
    return Reason("{host} cannot be reached: {why}", {"host": at.hostname, "why": str(error) or type(error).__name__})


class _Line(http.client.HTTPConnection):
    """A connection to one of the checked addresses of a host, under the host's name."""

    def __init__(self, at: SplitResult, allowed: Allowed, deadline: float) -> None:
        super().__init__(at.hostname, port_of(at))
        self.default_port = 443 if at.scheme == "https" else 80
        self._secure, self._allowed, self._deadline = at.scheme == "https", allowed, deadline
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        self._wire = self.sock = self._connected()
        self.sock.settimeout(self._left())
        if self._secure:
            self._wire = self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)

    def break_off(self) -> None:
        """Ends the reading of whoever reads."""
        with suppress(OSError):
            if self._wire is not None:
                self._wire.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> socket.socket:
        failed: OSError = TimeoutError()
        for address in self._allowed.addresses(self.host, self.port):
            try:
                return socket.create_connection((address, self.port), min(CONNECT_SECONDS, self._left()))
            except OSError as error:
                failed = error
        raise failed

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
