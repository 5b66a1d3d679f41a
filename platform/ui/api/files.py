"""Files over the API: sent by themselves, or within the JSON of a record, and read again."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from customary.engine.fields.files import MOST
from customary.engine.records.writer.attach import find_seen, keep
from customary.ui.api.caller import read, write
from customary.ui.api.problem import ApiProblem
from customary.ui.record.attached import send

LARGEST_BODY = 60_000_000


@post("/files", request_max_body_size=LARGEST_BODY)
async def send_file(request: Request) -> Response[dict[str, Any]]:
    """A file as `multipart/form-data`, under the name `file`. Its id may then be written to a field within a day."""
    if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        raise ApiProblem(415, "Send multipart/form-data with the part “file”.")
    given = (await request.form()).get("file")
    if given is None or isinstance(given, str):
        raise ApiProblem(400, "The part “file” is missing.")
    return Response(await _keep(request, given.filename, await given.read()), status_code=201)


@get("/file/{id:uuid}")
async def read_file(request: Request, id: FromPath[UUID]) -> Response | Stream:
    """A file's content, for whoever may read the record and field that hold it."""
    return send(request, request.app.state.workspace.files, await read(request, find_seen, id))


async def received(request: Request, entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """JSON of a record in which every file that came along (`{"name": ..., "content": <base64>}`) is kept, and its id
    stands in its place. Raises ApiProblem for a content that is not base64."""
    release = request.app.state.workspace.releases.current()
    declared = release.model.entities.get(entity) if release else None
    fields = declared.fields if declared else {}
    attaching = [name for name in data if name in fields and fields[name].attaches]
    return {**data, **{name: await _received(request, data[name]) for name in attaching}}


async def _received(request: Request, item: Any) -> Any:
    if isinstance(item, list):
        return [await _received(request, each) for each in item[:MOST]]
    if not isinstance(item, dict) or not isinstance(item.get("content"), str):
        return item
    name = item.get("name")
    return await _keep(request, name if isinstance(name, str) else "file", _bytes(item["content"]))


async def _keep(request: Request, name: str, data: bytes) -> dict[str, Any]:
    if not data:
        raise ApiProblem(400, "The file is empty.")
    kept = await write(request, keep, request.app.state.workspace.files, name, data)
    return {"id": str(kept.id), "name": kept.name, "type": kept.type, "size": kept.size}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ApiProblem(400, "The “content” of a file must be base64.") from None


handlers = [send_file, read_file]
