"""All that is known of a person as one file, for whoever may export the record."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from customary.engine import privacy
from customary.engine.files import Store
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk
from customary.ui.entity import entity_of

IN_MEMORY = 4 * 1024 * 1024
PIECE = 256 * 1024


@get("/{entity:str}/{id:uuid}/dossier")
async def dossier(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Stream:
    """The zip. That it was made is written down first."""
    found = entity_of(desk, entity, "export")
    await desk.write(privacy.note_dossier, found.name, id)
    made = await desk.read(_made, desk.workspace.files, found.name, id)
    headers = {"Content-Disposition": f'attachment; filename="{entity}-{id}.zip"', "Cache-Control": "no-store"}
    return Stream(_pieces(made), headers=headers, media_type="application/zip")


def _made(work: Work, store: Store, entity: str, id: UUID) -> IO[bytes]:
    out = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    privacy.write_dossier(work, store, entity, id, out)
    out.seek(0)
    return out


def _pieces(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        while piece := made.read(PIECE):
            yield piece


handlers = [dossier]
