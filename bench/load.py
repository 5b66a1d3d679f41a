"""A small HTTP load generator: keeps N connections busy for some seconds and reports rate and latencies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figures:
    """What one run measured: requests per second, and milliseconds at the 50th, 95th and 99th percentile.

    Every answer but a 2xx is a failure; a run with failures measures nothing.
    """

    rate: float
    p50: float
    p95: float
    p99: float
    failures: int

    def __str__(self) -> str:
        failures = f"  {self.failures} FAILED" if self.failures else ""
        return f"{self.rate:8.0f}/s   p50 {self.p50:7.2f}  p95 {self.p95:7.2f}  p99 {self.p99:7.2f} ms{failures}"


@dataclass(frozen=True)
class Request:
    """One request as bytes, made anew for each call where a body must differ."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


def measure(port: int, requests: Callable[[], Iterator[Request]], connections: int, seconds: float) -> Figures:
    """Sends what `requests()` yields, endlessly, over each of `connections`; half a second warms up first."""
    return asyncio.run(_measure(port, requests, connections, seconds))


async def _measure(port: int, requests: Callable[[], Iterator[Request]], connections: int, seconds: float) -> Figures:
    begin = time.perf_counter() + 0.5
    end = begin + seconds
    taken: list[float] = []
    failures = [0]
    source = requests()
    await asyncio.gather(*(_connection(port, source, begin, end, taken, failures) for _ in range(connections)))
    taken.sort()
    at = lambda share: taken[min(len(taken) - 1, int(len(taken) * share))] * 1000  # noqa: E731
    return Figures(len(taken) / seconds, at(0.5), at(0.95), at(0.99), failures[0])


async def _connection(
    port: int, source: Iterator[Request], begin: float, end: float, taken: list[float], failures: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = f"127.0.0.1:{port}"
    while (start := time.perf_counter()) < end:
        writer.write(next(source).encode(host))
        status = await _answer(reader)
        if start >= begin:
            taken.append(time.perf_counter() - start)
            failures[0] += not 200 <= status < 300
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"content-length:" in lower:
        length = int(lower.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        return status
    if b"transfer-encoding: chunked" in lower:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status
