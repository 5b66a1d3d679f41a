"""Files that browsers fetch: static ones by their hash, and the icon sprite of the workspace."""

from __future__ import annotations

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.ui import icons
from customary.ui.web.assets import Asset, assets

FOR_EVER = "public, max-age=31536000, immutable"


@get("/static/{path:path}", opt={"public": True})
async def static_file(request: Request, path: FromPath[str]) -> Response[bytes]:
    found = assets().get(path.lstrip("/"))
    if found is None:
        raise NotFoundException
    return _send(request, found)


@get("/icons.svg", opt={"public": True})
async def icon_sprite(request: Request) -> Response[bytes]:
    release = request.app.state.workspace.releases.current()
    return _send(request, icons.sprite_of(release and release.model))


def _send(request: Request, found: Asset) -> Response[bytes]:
    tag = f'"{found.hash}"'
    asked_for_this = request.query_params.get("v") == found.hash
    headers = {"ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": FOR_EVER if asked_for_this else "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(b"", status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(found.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=found.type)
    return Response(found.body, headers=headers, media_type=found.type)


handlers = [static_file, icon_sprite]
