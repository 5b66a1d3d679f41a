"""What is done with many records at once: set a field, archive, merge two; and taking the list out as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.exchange.exports import export_rows, note_export
from customary.engine.fields.field import Field, Refusal
from customary.engine.messages import correspondence
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.list.load import filter_of, views_of, visible
from customary.ui.list.state import state

MANY = 500
UNDONE = 50
"""How many archived records a toast can bring back: their ids travel with it."""


@get("/{entity:str}/bulk")
async def bulk_form(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The control for the value that many records are to get."""
    found = entity_of(desk, entity, "update")
    name = request.query_params.get("field", "")
    fields = settable(desk, found)
    chosen = next((each for each in fields if each.name == name), None)
    return desk.part("part_bulk.html", entity=found, offered=fields, chosen=chosen)


@post("/{entity:str}/bulk", status_code=200)
async def bulk(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """Does one thing with all chosen records, or with none when one refuses."""
    form = await request.form()
    ids = [UUID(text) for text in form.getall("id", [])[:MANY] if isinstance(text, str) and _is_id(text)]
    given = texts(form)
    found = entity_of(desk, entity, "delete" if given.get("act") == "merge" else "update")
    try:
        if given.get("act") == "archive":
            await desk.write(_archive, found, ids)
            told = desk.count_say("{count} record archived", "{count} records archived", len(ids))
            back = "&".join(f"id={id}" for id in ids) if len(ids) <= UNDONE else ""
            desk.toast(told, undo=f"/{entity}/bulk/restore?{back}" if back else "")
        elif given.get("act") == "merge":
            title = await desk.write(_merge, found, sorted(set(ids)))
            desk.toast(desk.say("“{title}” stays, with all that led to the other", title=title))
        else:
            field = next((each for each in settable(desk, found) if each.name == given.get("field")), None)
            if field is None:
                raise Missing(entity)
            await desk.write(_set, found, ids, field, field.parse(given.get("value", ""), desk.locale))
            desk.toast(desk.count_say("{count} record changed", "{count} records changed", len(ids)))
    except Refusal as refusal:
        return _refuse(desk, f"{field.label.in_language(desk.language)} {desk.say_reason(refusal.reason)}")
    except Refused as refused:
        first = refused.problems[0]
        return _refuse(desk, f"{first.label.in_language(desk.language)} {desk.say_reason(first.reason)}".strip())
    except Forbidden as forbidden:
        return _refuse(desk, desk.say_reason(forbidden.reason))
    except Stale:
        return _refuse(desk, desk.say("Somebody else changed one of them meanwhile. Load the list again."))
    desk.event("listchanged")
    return desk.nothing()


@post("/{entity:str}/bulk/restore", status_code=200)
async def bring_back(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """Restores what was archived together a moment ago."""
    found = entity_of(desk, entity, "update")
    ids = [UUID(text) for text in request.query_params.getall("id", [])[:UNDONE] if _is_id(text)]
    try:
        await desk.write(_restore, found, ids)
    except Refused as refused:
        first = refused.problems[0]
        return _refuse(desk, f"{first.label.in_language(desk.language)} {desk.say_reason(first.reason)}".strip())
    except Forbidden as forbidden:
        return _refuse(desk, desk.say_reason(forbidden.reason))
    desk.toast(desk.count_say("{count} record restored", "{count} records restored", len(ids)), kind="info")
    desk.event("listchanged")
    return desk.nothing()


@get("/{entity:str}/export")
async def export(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The list as CSV: its filter, its quick search, its columns, its order."""
    found, query = entity_of(desk, entity, "export"), texts(request.query_params)

    def note(work: Work) -> None:
        note_export(work, found.name, "csv", query.get("where", ""), query.get("q", ""))

    def rows(work: Work) -> bytes:
        fields = visible(work, found)
        at = state(found, views_of(work, found, desk.language, fields), query, fields)
        filtered = filter_of(work, at, fields)
        if filtered.problem:
            raise Refused([])
        return b"".join(export_rows(work, found.name, "csv", filtered.expression, at.columns, at.sort, at.text or None))

    await desk.write(note)
    body = await desk.read(rows)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def settable(desk: Desk, entity: Entity) -> list[Field]:
    """The fields that this person may give one value for many records."""
    hidden = desk.access.hidden(entity.name) | desk.access.read_only(entity.name)
    fields = (each for each in entity.fields.values() if each.entered and each.name not in hidden)
    return [each for each in fields if each.settable and not each.unique and each.read_only is False]


def _set(work: Work, entity: Entity, ids: list[UUID], field: Field, value: Any) -> None:
    for id in ids:
        records.update(work, entity.name, id, {field.name: value})


def _merge(work: Work, entity: Entity, ids: list[UUID]) -> str:
    """Ids begin with the time, so the first is that of the older one."""
    if len(ids) != 2:
        raise Refused([FieldProblem(None, Reason("Select the two records that are to become one."))])
    stays, given_up = ids
    correspondence.merge(work, entity.name, given_up, stays)
    return records.get(work, entity.name, stays).title


def _archive(work: Work, entity: Entity, ids: list[UUID]) -> None:
    for id in ids:
        records.archive(work, entity.name, id)


def _restore(work: Work, entity: Entity, ids: list[UUID]) -> None:
    for id in ids:
        records.restore(work, entity.name, id)


def _refuse(desk: Desk, text: str) -> Response:
    desk.toast(text, kind="error")
    return desk.nothing(422)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


handlers = [bulk_form, bulk, bring_back, export]
