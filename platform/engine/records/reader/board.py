"""A board: the stages of a pipeline side by side, each with its count, its sum and its first cards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from customary.engine import expressions
from customary.engine.expressions import Expression
from customary.engine.expressions.types import BOOLEAN
from customary.engine.model.entity import View
from customary.engine.model.pipeline import Pipeline, Stage
from customary.engine.records.kept import kept
from customary.engine.records.reader.aggregate import aggregate
from customary.engine.records.reader.select import select
from customary.engine.records.record import Page, Query, Titles
from customary.engine.records.refusal import Missing
from customary.engine.records.titles import linked, titles
from customary.engine.records.typed import names_of
from customary.engine.records.work import Work


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of a board. `page.next` is where `board_column` goes on."""

    stage: Stage
    count: int
    sum: Any
    page: Page


@dataclass(frozen=True, slots=True)
class Board:
    """All stages of a pipeline, and the titles that their cards mention."""

    pipeline: Pipeline
    columns: tuple[Column, ...]
    titles: Titles


def board(
    work: Work,
    view: View,
    limit: int = 30,
    where: Expression | None = None,
    text: str | None = None,
) -> Board:
    """A board view with the first `limit` cards of every stage. `where` narrows it further.

    One query for all counts and sums, one a stage for its cards, one for each entity whose titles are shown.
    """
    pipeline = _pipeline(work, view)
    counted = _counted(work, view, pipeline, where, text)
    pages = {name: board_column(work, view, name, limit, None, where, text) for name in pipeline.stages}
    cards = [record.values for page in pages.values() for record in page.records]
    columns = tuple(
        Column(stage, counted.get(name, (0, None))[0], counted.get(name, (0, None))[1], pages[name])
        for name, stage in pipeline.stages.items()
    )
    found = titles(work, linked(work, view.entity, cards))
    return Board(pipeline, tuple(_with_titles(column, found) for column in columns), found)


def board_column(
    work: Work,
    view: View,
    stage: str,
    limit: int = 30,
    after: str | None = None,
    where: Expression | None = None,
    text: str | None = None,
) -> Page:
    """The cards of one stage, from a cursor on; without the titles of what they link to."""
    pipeline = _pipeline(work, view)
    conditions = (_in_stage(work, view.entity, stage), *_narrowed(view, pipeline), *([where] if where else []))
    query = Query(sort=view.sort, limit=limit, after=after, text=text, conditions=conditions)
    return select(work, view.entity, query, with_titles=False)


def _pipeline(work: Work, view: View) -> Pipeline:
    entity = work.model.entities.get(view.entity)
    if entity is None or not entity.pipelines or "stage" in work.access.hidden(entity.name):
        raise Missing(view.entity)
    return next((each for each in entity.pipelines if each.name == view.pipeline), entity.pipelines[0])


def _narrowed(view: View, pipeline: Pipeline) -> list[Expression]:
    return [each for each in (view.where, pipeline.where) if each is not None]


def _in_stage(work: Work, entity: str, stage: str) -> Expression:
    def make() -> Expression:
        return expressions.compile(f'stage == "{stage}"', names_of(work, entity), BOOLEAN)

    return kept(work, ("in stage", entity, stage), make)


def _counted(
    work: Work, view: View, pipeline: Pipeline, where: Expression | None, text: str | None
) -> dict[str, tuple[int, Any]]:
    sums = [view.sum] if view.sum and view.sum not in work.access.hidden(view.entity) else []
    conditions = [*_narrowed(view, pipeline), *([where] if where else [])]
    groups = aggregate(work, view.entity, ["stage"], sums=sums, conditions=conditions, text=text)
    return {group.key["stage"]: (group.count, group.values["sum"][sums[0]] if sums else None) for group in groups}


def _with_titles(column: Column, found: Titles) -> Column:
    records = tuple(replace(record, titles=found) for record in column.page.records)
    return replace(column, page=replace(column.page, records=records, titles=found))
