"""The board: an entity's records in the columns of their stages, moved by dragging, by keys or by a menu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity, View
from customary.engine.model.pipeline import Pipeline, Stage
from customary.engine.records.reader.board import board as read_board
from customary.engine.records.reader.board import board_column
from customary.engine.records.refusal import Missing
from customary.engine.records.titles import linked, titles
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.form.typed import Typed
from customary.ui.list.load import Filter, Listing, filter_of, views_of, visible
from customary.ui.list.state import ListState, state
from customary.ui.record.path import days_in_stage, is_stale, may_move
from customary.ui.todo import Todo, next_of

if TYPE_CHECKING:
    from customary.ui.record.stage import RefusedMove

SIZE = 25
"""Cards of a column that are drawn at once; the others follow as one scrolls."""

NEWEST_FIRST = (("stage_entered_at", True),)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """A record on the board."""

    record: records.Record
    stage: Stage
    facts: tuple[tuple[Field, Any], ...]
    owner: UUID | None
    days: int | None
    stale: bool
    todo: Todo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A stage with its cards; `count` and `sum` are of all its records, `next` is where the drawn ones end."""

    stage: Stage
    cards: tuple[BoardCard, ...] = ()
    count: int = 0
    sum: Any = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board ready to be shown. `moves` are the stages each stage's records may go to."""

    entity: Entity
    at: ListState
    pipeline: Pipeline
    columns: tuple[Column, ...]
    summed: Field | None
    titles: Mapping[tuple[str, UUID], str]
    people: str
    moves: Mapping[str, tuple[str, ...]]


async def draw(desk: Desk, request: Request, listing: Listing) -> Response:
    """The board that a list's address asks for."""
    from customary.ui.list.page import values

    board, bare = await desk.read(_board, listing.entity, listing.state, listing.filter)
    more = values(desk, listing, texts(request.query_params)) | {"bare": bare}
    if desk.htmx:
        desk.header("HX-Push-Url", listing.state.address())
        return desk.part("part_board.html", board=board, swapped=True, **more)
    return desk.page("page_board.html", board=board, here=listing.entity.name, swapped=False, **more)


@get("/{entity:str}/column")
async def column(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The cards of one column that follow those drawn."""
    found, query = entity_of(desk, entity), texts(request.query_params)
    board = await desk.read(_following, found, query, desk.language)
    return desk.part("part_board_cards.html", board=board, column=board.columns[0])


async def draw_moved(desk: Desk, entity: Entity, id: UUID, form: Typed, undo: str = "") -> Response:
    """A card where it stands now, and the heads with their new totals."""
    board, card = await desk.read(_moved, entity, id, query_of(form), desk.language)
    desk.toast(desk.say("Moved to {stage}", stage=card.stage.label), undo=undo)
    return desk.part("part_board_moved.html", board=board, card=card, refused=None)


async def draw_refused(desk: Desk, refused: RefusedMove) -> Response:
    """A card that stays where it was, with the reason on it."""
    board, card = await desk.read(_moved, refused.entity, refused.id, refused.query, desk.language)
    return desk.part("part_board_card.html", status=422, board=board, card=card, refused=refused)


def query_of(form: Typed) -> dict[str, str]:
    """The view, filter and search of the board that a move was made on."""
    return {name: form.one(f"_{name}") for name in ("view", "where", "q") if f"_{name}" in form}


# Reading --------------------------------------------------------------------------------------------


def _board(work: Work, entity: Entity, at: ListState, filtered: Filter) -> tuple[Board, bool]:
    """The board, and whether it is empty because there is no record yet."""
    view, pipeline = _pipeline_of(work, entity, at)
    found = read_board(work, view, SIZE, filtered.expression, at.text or None)
    todos = _todos(work, entity, [(each.stage, each.page) for each in found.columns])
    columns = [_column(work, view, each.stage, each.page, each.count, each.sum, todos) for each in found.columns]
    empty = not any(each.count for each in columns)
    bare = empty and not records.select(work, entity.name, records.Query(limit=1)).records
    return _made(work, entity, at, pipeline, columns, view, found.titles), bare


def _todos(work: Work, entity: Entity, shown: Iterable[tuple[Stage, records.Page]]) -> Mapping[UUID, Todo]:
    """What is next for the cards that are still open."""
    return next_of(work, entity, [each.id for stage, page in shown if stage.outcome is None for each in page.records])


def _made(
    work: Work,
    entity: Entity,
    at: ListState,
    pipeline: Pipeline,
    columns: list[Column],
    view: View,
    titles: Mapping[tuple[str, UUID], str],
) -> Board:
    people = work.model.playing("user")
    stages = pipeline.stages.values()
    summed = None if view.sum in work.access.hidden(entity.name) else entity.fields.get(view.sum or "")
    may_update = work.access.may(entity.name, "update")
    moves = {
        source.name: tuple(each.name for each in stages if may_update and may_move(work.access, pipeline, source, each))
        for source in stages
    }
    return Board(
        entity=entity,
        at=at,
        pipeline=pipeline,
        columns=tuple(columns),
        summed=summed,
        titles=titles,
        people=people.name if people else "",
        moves=moves,
    )


def _pipeline_of(work: Work, entity: Entity, at: ListState) -> tuple[View, Pipeline]:
    view = entity.views.get(at.view.base or at.view.name)
    if view is None or view.kind != "board" or not entity.pipelines:
        raise Missing(entity.name)
    view = replace(view, where=None, sort=at.sort or NEWEST_FIRST)  # its own filter stands in the address already
    return view, work.model.pipelines.get(view.pipeline or "") or entity.pipelines[0]


def _column(
    work: Work, view: View, stage: Stage, page: records.Page, count: int, total: Any, todos: Mapping[UUID, Todo]
) -> Column:
    cards = tuple(_card(work, view, stage, each, todos.get(each.id)) for each in page.records)
    return Column(stage=stage, cards=cards, count=count, sum=total, next=page.next)


def _card(work: Work, view: View, stage: Stage, record: records.Record, todo: Todo | None) -> BoardCard:
    entity = work.model.entities[record.entity]
    hidden = work.access.hidden(entity.name)
    fields = [entity.fields[name] for name in view.card if name in entity.fields and name not in hidden]
    person = next((each for each in fields if each.kind == "user"), None)
    shown = [(each, record.values.get(each.name)) for each in fields if each is not person]
    return BoardCard(
        record=record,
        stage=stage,
        facts=tuple((each, value) for each, value in shown if value not in (None, (), "")),
        owner=record.values.get(person.name) if person else None,
        days=days_in_stage(record.values, work.now) if stage.outcome is None else None,
        stale=is_stale(stage, record.values, work.now),
        todo=todo,
    )


def _asked(work: Work, entity: Entity, query: Mapping[str, str], language: str) -> tuple[ListState, Filter]:
    fields = visible(work, entity)
    at = state(entity, views_of(work, entity, language, fields), query, fields)
    return at, filter_of(work, at, fields)


def _following(work: Work, entity: Entity, query: Mapping[str, str], language: str) -> Board:
    at, filtered = _asked(work, entity, query, language)
    view, pipeline = _pipeline_of(work, entity, at)
    stage = pipeline.stages.get(query.get("stage", ""))
    if stage is None:
        raise Missing(entity.name)
    page = board_column(work, view, stage.name, SIZE, query.get("after"), filtered.expression, at.text or None)
    columns = [_column(work, view, stage, page, 0, None, _todos(work, entity, [(stage, page)]))]
    found = titles(work, linked(work, entity.name, [each.values for each in page.records]))
    return _made(work, entity, at, pipeline, columns, view, found)


def _moved(work: Work, entity: Entity, id: UUID, query: Mapping[str, str], language: str) -> tuple[Board, BoardCard]:
    at, filtered = _asked(work, entity, query, language)
    view, pipeline = _pipeline_of(work, entity, at)
    record = records.get(work, entity.name, id)
    stage = pipeline.stages.get(record.values.get("stage") or "") or pipeline.first
    todos = next_of(work, entity, [id] if stage.outcome is None else [])
    found = read_board(work, view, 1, filtered.expression, at.text or None)
    columns = [Column(stage=each.stage, count=each.count, sum=each.sum) for each in found.columns]
    moved = _card(work, view, stage, record, todos.get(id))
    return _made(work, entity, at, pipeline, columns, view, record.titles), moved


handlers = [column]
