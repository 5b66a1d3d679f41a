"""The cell of a record's stage: where it may go from here, and what a stage still asks for."""

from __future__ import annotations

from uuid import UUID

from litestar import Request, Response, get, put
from litestar.params import FromPath

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import Stage
from customary.engine.records.refusal import Missing, Refused
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form.page import typed_in
from customary.ui.list.cell import OPEN, draw_row
from customary.ui.record import stage
from customary.ui.record.path import may_move, pipeline_of
from customary.ui.record.stage import RefusedMove


@get("/{entity:str}/{id:uuid}/cell/stage")
async def edit_stage(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The stages that a record may go to; a word instead where there is none."""
    found = entity_of(desk, entity, "update")
    offered, now = await desk.read(_offered, found, id)
    if len(offered) == 1:
        desk.toast(desk.say("{field} cannot be changed here.", field=found.fields["stage"].label), kind="info")
        return desk.nothing()
    return desk.part("part_cell_stage.html", entity=found, stages=offered, chosen=now, refused=None)


@put("/{entity:str}/{id:uuid}/cell/stage")
async def move_in_cell(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Moves a record as its page and the board do; what keeps it out is said, and asked for, in the cell."""
    found, form = entity_of(desk, entity, "update"), await typed_in(desk, request)
    target = form.one("stage")
    try:
        revision = await desk.write(stage.moved, found, id, target, form, desk.locale)
    except Refused as refused:
        told = await desk.read(stage.explained, found, id, form, desk.locale, refused.problems, "list")
        return await _draw_refused(desk, found, id, told)
    if revision:
        undo = f"/{entity}/{id}/stage/back?revision={revision}&on=list"
        desk.toast(desk.say("Moved to {stage}", stage=pipeline_of(found, target).stages[target].label), undo=undo)  # type: ignore[union-attr]
    return await draw_row(desk, request, found, id)


async def _draw_refused(desk: Desk, entity: Entity, id: UUID, told: RefusedMove) -> Response:
    offered, _ = await desk.read(_offered, entity, id)
    desk.header("HX-Retarget", OPEN)
    desk.header("HX-Reswap", "innerHTML")
    values = {"entity": entity, "stages": offered, "chosen": told.stage, "refused": told}
    return desk.part("part_cell_stage.html", status=422, **values)


def _offered(work: Work, entity: Entity, id: UUID) -> tuple[tuple[Stage, ...], Stage]:
    """The stages to choose from, and the one where the record stands."""
    name = records.get(work, entity.name, id).values.get("stage")
    pipeline = pipeline_of(entity, name)
    if pipeline is None or name is None:
        raise Missing(entity.name)
    now = pipeline.stages[name]
    offered = (each for each in pipeline.stages.values() if each is now or may_move(work.access, pipeline, now, each))
    return tuple(offered), now


handlers = [edit_stage, move_in_cell]
