"""HEAD: what GET would answer, without its body."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answered(app: ASGIApp) -> ASGIApp:
    """Middleware: HEAD works wherever GET does."""

    async def with_heads(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            await app({**scope, "method": "GET"}, receive, send_head)
        else:
            await app(scope, receive, send)

    return with_heads


def allowed(methods: str) -> str:
    """The header `Allow` as the routes tell it, with HEAD."""
    known = {each.strip() for each in methods.split(",")}
    return ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))
