"""Many new records in one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records import FieldProblem, Missing, Work
from customary.engine.records.idempotency import Answer
from customary.ui.api import asked
from customary.ui.api.body import Given, given, items_of, json_object
from customary.ui.api.problem import ApiProblem, errors_of, wrong
from customary.ui.api.record import once


@post("/{entity:str}/bulk", status_code=200)
async def create_records(request: Request, entity: FromPath[str]) -> Response[bytes]:
    """New records, all or none of them; with `skip_bad=true` those that are right."""
    wanted = asked.parameters(request, ("skip_bad",))
    skip = asked.one(wanted, "skip_bad")
    if skip not in ("", "true", "false"):
        raise wrong("skip_bad", "must be true or false.")
    items = items_of(await json_object(request))
    return await once(request, entity, items, _create_many, entity, items, skip == "true")


def _create_many(work: Work, entity: str, items: list[dict[str, Any]], skip_bad: bool) -> Answer:
    declared = work.model.entities.get(entity)
    if declared is None:
        raise Missing(entity)
    sent = [given(work.model, declared, item) for item in items]
    refused: dict[int, list[FieldProblem]] = {}
    right = [number for number, each in enumerate(sent) if not each.problems]
    made = _written(work, declared, sent, right, refused)
    refused |= {number: each.problems for number, each in enumerate(sent) if each.problems}
    if refused and not skip_bad:
        told = [{"item": number, "errors": errors_of(problems)} for number, problems in sorted(refused.items())]
        raise ApiProblem(422, f"{len(refused)} of {len(items)} items were refused; nothing was written.", items=told)
    return Answer(200, {"items": [_item(number, made, refused) for number in range(len(items))]})


def _written(
    work: Work, declared: Entity, sent: list[Given], right: list[int], refused: dict[int, list[FieldProblem]]
) -> Mapping[int, Any]:
    """The ids of the records made, by the item's position; what the writer refuses joins `refused`."""
    rows = [sent[number].values for number in right]
    ids = records.create_many(work, declared.name, rows, lambda row, problems: refused.update({right[row]: problems}))
    return {number: id for number, id in zip(right, ids, strict=True) if id is not None}


def _item(number: int, made: Mapping[int, Any], refused: Mapping[int, list[FieldProblem]]) -> dict[str, Any]:
    if number in refused:
        return {"status": 422, "errors": errors_of(refused[number])}
    return {"status": 201, "id": made[number], "revision": 1}


handlers = [create_records]
