"""Who came, and how, is taken from a proxy that is trusted, and from nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn

from customary.cli.server import TRUSTED_PROXIES, settings

SAID = [(b"x-forwarded-for", b"198.51.100.9"), (b"x-forwarded-proto", b"https")]


def seen(address: str) -> tuple[str, str]:
    """What the application is told of a request that came from an address."""
    told: dict[str, Any] = {}

    async def look(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        told.update(scope)

    config = uvicorn.Config(look, **{**settings(), "lifespan": "off", "interface": "asgi3"})
    config.load()
    scope = {"type": "http", "scheme": "http", "client": (address, 4711), "headers": SAID}
    asyncio.run(config.loaded_app(scope, None, None))
    return told["client"][0], told["scheme"]


def test_only_a_proxy_that_is_named_says_who_came_and_how(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen("127.0.0.1") == ("198.51.100.9", "https")
    assert seen("10.0.0.2") == ("10.0.0.2", "http")
    monkeypatch.setenv(TRUSTED_PROXIES, "10.0.0.2,10.1.0.0/16")
    assert seen("10.0.0.2") == seen("10.1.9.9") == ("198.51.100.9", "https")
    for other in ("127.0.0.1", "10.0.0.3", "192.0.2.7"):
        assert seen(other) == (other, "http")
