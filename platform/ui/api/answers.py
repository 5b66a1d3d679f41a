"""Answers that tell one record, made from its row alone: equal rows are told once.

What a busy program reads comes over a wire (engine/wires.py). The query is put anew for every request, with the
reader's permission in it; only its outcome in JSON is kept, under all cells of the row.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, Response

from customary.engine.people.actor import Actor
from customary.engine.ready import Rows
from customary.engine.records import Work
from customary.engine.records.reader import at_once
from customary.engine.records.reader.at_once import AtOnce
from customary.ui.api import shown
from customary.ui.api.caller import moment, recalled

MOST = 1_000
LONGEST = 20_000
"""Bytes of an answer that is kept."""
MOST_READERS = 5_000
MOST_NEEDING = 20_000


class Entry(NamedTuple):
    """How somebody's records of an entity are told at once, for as long as it is known who that is, and on that day:
    shares end with one."""

    actor: Actor
    told: AtOnce
    until: datetime


class Answer(NamedTuple):
    body: bytes
    headers: Mapping[str, str]


_entries: dict[tuple[str, str], Entry] = {}
"""By the header that holds a key, and the entity."""
_answers: OrderedDict[tuple[AtOnce, tuple], Answer] = OrderedDict()
_needing: set[tuple[AtOnce, UUID]] = set()
"""Records of which a row alone did not tell everything; perhaps it would now, but they are read the longer way."""


async def answer(request: Request, entity: str, id: UUID) -> Response[bytes] | None:
    """The record, for whoever was recognised a moment ago; None where it must be read in the usual way."""
    entry, quota = _entry(request, entity), request.app.state.quota
    if entry is None or (entry.told, id) in _needing or quota.wait(entry.actor.id):
        return None
    database = request.app.state.workspace.database
    await quota.count(database, entry.actor.id, entry.told.work.model.settings.calls_per_minute)
    found = await database.wires.ask(entry.told.ready, id=id)
    # While it waited a key may have ended, or a role. Whoever was looked up anew has the same rights as before.
    now = _entry(request, entity)
    if not found or now is None or now.told is not entry.told:
        return None
    made = _made(entry.told, id, found)
    return made and Response(made.body, media_type="application/json", headers=made.headers)


def entry(work: Work, entity: str) -> Entry | None:
    """How whoever asks may be told of further records."""
    told = at_once.at_once(work, entity)
    return told and Entry(work.actor, told, at_once.end_of_day(work))


def remember(request: Request, entity: str, entry: Entry | None) -> None:
    given = request.headers.get("Authorization")
    if entry is None or given is None:
        return
    if len(_entries) >= MOST_READERS:
        _entries.clear()
    _entries[given, entity] = entry


def _entry(request: Request, entity: str) -> Entry | None:
    """What is known of who asks, as long as it holds."""
    found = _entries.get((request.headers.get("Authorization", ""), entity))
    holds = found is not None and found.actor is recalled(request) and moment() < found.until
    return found if holds else None


def _made(told: AtOnce, id: UUID, found: Rows) -> Answer | None:
    key = (told, found.cells[0])
    if (known := _answers.get(key)) is not None:
        _answers.move_to_end(key)
        return known
    try:
        made = _encoded(told, found[0])
    except at_once.NeedsMore:
        _note_need(told, id)
        return None
    if len(made.body) <= LONGEST:
        _answers[key] = made
        if len(_answers) > MOST:
            _answers.popitem(last=False)
    return made


def _encoded(told: AtOnce, row: tuple) -> Answer:
    record = told.record(row)
    body = msgspec.json.encode(shown.record(told.work, record))
    return Answer(body, {"Cache-Control": "no-store", "ETag": f'"{record.revision}"'})


def _note_need(told: AtOnce, id: UUID) -> None:
    if len(_needing) >= MOST_NEEDING:
        _needing.clear()
    _needing.add((told, id))
