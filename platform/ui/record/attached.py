"""The contents of files: given to whoever may read the record and the field that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from customary.engine.fields.image import PICTURES
from customary.engine.records.refusal import Missing
from customary.engine.records.writer.attach import find_seen
from customary.ui.desk import AtDesk

if TYPE_CHECKING:
    from customary.engine.files import Kept, Store

ACTIVE = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/javascript")
"""What a browser might obey: it is sent as bytes without a kind."""


@get("/file/{id:uuid}")
async def read_file(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response | Stream:
    """A file's content: a picture to be shown, everything else to be saved."""
    return send(request, request.app.state.workspace.files, await desk.read(find_seen, id))


def send(request: Request, store: Store, found: Kept) -> Response | Stream:
    """The content as an answer. It never changes, so its hash tells whether a browser has it already."""
    tag = f'"{found.sha256[:32]}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": tag,
        "Content-Disposition": disposition(found),
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if request.headers.get("If-None-Match") == tag:
        return Response(b"", status_code=304, headers=headers)
    kind = "application/octet-stream" if found.type in ACTIVE else found.type
    return Stream(_pieces(store, found.id), headers=headers, media_type=kind)


def disposition(found: Kept) -> str:
    how = "inline" if found.type in PICTURES else "attachment"
    return f"{how}; filename*=UTF-8''{quote(found.name, safe='')}"


def _pieces(store: Store, id: UUID) -> Iterator[bytes]:
    pieces = store.read(id)
    try:
        first = next(pieces, b"")
    except FileNotFoundError as error:
        raise Missing("file", id) from error
    return _joined(first, pieces)


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


handlers = [read_file]
