"""Buttons on a record's page: a workflow that somebody starts by hand, and what came of it."""

from __future__ import annotations

from uuid import UUID

import anyio
from litestar import Response, post
from litestar.params import FromPath

from customary.engine.automation import Run, find_run, press
from customary.engine.words import Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of

PATIENCE_SECONDS = 1.0
LOOK_EVERY_SECONDS = 0.1
UNDER_WAY = ("due", "waiting")


@post("/{entity:str}/{id:uuid}/buttons/{name:str}", status_code=200)
async def push(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]) -> Response:
    """Starts the workflow, and tells on the record's page what came of it, which lists the run too."""
    found = entity_of(desk, entity)
    run = await desk.write(press, found.name, id, name)
    ended = await _ended(desk, run)
    return desk.redirect(f"/{entity}/{id}", _told(desk, ended, desk.model.workflows[name].label))


async def _ended(desk: Desk, id: UUID) -> Run | None:
    """The run as it is when it has ended, or after a second."""
    for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
        run = await desk.read(find_run, id)
        if run is None or run.status not in UNDER_WAY:
            return run
        await anyio.sleep(LOOK_EVERY_SECONDS)
    return await desk.read(find_run, id)


def _told(desk: Desk, run: Run | None, label: Words) -> str:
    if run is None or run.status in UNDER_WAY:
        return desk.say("“{label}” has begun", label=label)
    if run.status == "done":
        return desk.say("“{label}” is done", label=label)
    if run.why is None:
        return desk.say("“{label}” has stopped", label=label)
    return desk.say("“{label}” came to nothing: {why}", label=label, why=desk.say_reason(run.why))


handlers = [push]
