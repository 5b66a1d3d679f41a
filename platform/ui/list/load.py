"""What a list page needs, read in one unit of work with the same number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from customary.engine import records
from customary.engine.expressions import Expression
from customary.engine.expressions.error import ExpressionError
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity, View
from customary.engine.records import saved_view
from customary.engine.records.kept import kept
from customary.engine.records.record import Page, Query
from customary.engine.records.work import Work
from customary.ui.list.condition import Condition, conditions
from customary.ui.list.figures import Figures, asked_figures, by_function
from customary.ui.list.state import ListState, Shown, shown, state, width_in

FIRST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of a list: the compiled expression, or why it is none; and its conditions as chips."""

    expression: Expression | None
    chips: list[Condition]
    problem: ExpressionError | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it is drawn."""

    entity: Entity
    fields: Mapping[str, Field]
    views: list[Shown]
    state: ListState
    filter: Filter
    page: Page
    chip_titles: Mapping[tuple[str, UUID], str]
    bare: bool = False
    """Whether nothing is shown because there is nothing yet, whatever the filter."""
    in_team: bool = False
    """Whether the reader has a team to save a view for."""

    @property
    def columns(self) -> list[Field]:
        return [self.fields[name] for name in self.state.columns]

    def is_title(self, field: Field) -> bool:
        """Whether a column shows what the record is called, so that the title may stand for it."""
        return field.name == self.title_field

    @property
    def title_field(self) -> str:
        return next((name for name, each in self.fields.items() if each.naming), "")


def load(work: Work, entity: Entity, query: Mapping[str, str], language: str, size: int = 50) -> Listing:
    """The list that an address asks for. Raises Refused for a cursor that is not ours."""
    fields = visible(work, entity)
    offered = views_of(work, entity, language, fields)
    at = state(entity, offered, query, fields)
    filtered = filter_of(work, at, fields)
    rowless = filtered.problem is not None or at.view.kind == "board"
    page = Page(()) if rowless else records.look(work, entity.name, query_of(at, filtered, query, size))
    titles = records.titles(work, _linked(filtered.chips, fields))
    bare = not rowless and not page.records and not records.select(work, entity.name, Query(limit=1)).records
    return Listing(
        entity, fields, offered, at, filtered, page, titles, bare, saved_view.team_of(work, work.actor) is not None
    )


def visible(work: Work, entity: Entity) -> dict[str, Field]:
    """The fields that this person may see in a list, in their order."""
    hidden = work.access.hidden(entity.name)
    return {name: each for name, each in entity.columns.items() if name not in hidden and each.tabular}


def views_of(work: Work, entity: Entity, language: str, fields: Mapping[str, Field]) -> list[Shown]:
    """The declared views, then the saved ones. Each has columns."""
    columns = _usual_columns(entity, fields)
    known = ("declared views", entity.name, work.access.holders, language)
    declared = kept(work, known, lambda: _declared(work, entity, language, fields))
    own = [_saved(each, work, fields) for each in saved_view.saved(work, entity.name)]
    views = [*declared, *own] or [Shown("all", "", columns=columns)]
    return [view if view.columns else _with_columns(view, columns) for view in views]


def filter_of(work: Work, at: ListState, fields: Mapping[str, Field]) -> Filter:
    """The filter of a state, compiled. What the view itself declares is trusted, what was typed is masked."""
    if not at.where:
        return Filter(None, [])
    known = ("chips", *_seen(work, at.entity), at.where)
    chips = [*kept(work, known, lambda: conditions(at.where, fields))]
    try:
        return Filter(records.compile_where(work, at.entity.name, at.where), chips)
    except ExpressionError as problem:
        return Filter(None, [], problem)


def query_of(at: ListState, filtered: Filter, query: Mapping[str, str], size: int) -> Query:
    return Query(
        where=filtered.expression,
        sort=at.sort,
        limit=size,
        after=query.get("after") or None,
        text=at.text or None,
        fields=at.columns,
        archived=query.get("archived") == "1",
    )


def summary(work: Work, entity: Entity, query: Mapping[str, str], language: str) -> tuple[Listing, int, Figures]:
    """How many records the filter finds, and what the foot tells of the columns."""
    fields = visible(work, entity)
    offered = views_of(work, entity, language, fields)
    at = state(entity, offered, query, fields)
    filtered = filter_of(work, at, fields)
    listing = Listing(entity, fields, offered, at, filtered, Page(()), {})
    if filtered.problem:
        return listing, 0, {}
    asked = asked_figures(listing.columns, at)
    groups = records.aggregate(work, entity.name, **by_function(asked), where=filtered.expression, text=at.text or None)
    if not groups:
        return listing, 0, {}
    found = groups[0].values
    return listing, groups[0].count, {name: (how, found[how].get(name)) for name, how in asked.items()}


def _declared(work: Work, entity: Entity, language: str, fields: Mapping[str, Field]) -> list[Shown]:
    """The views of the definitions, without those that ask for what this person may not see."""
    views = (each for each in entity.views.values() if each.kind in ("table", "board"))
    return [shown(each, language, fields) for each in views if not _asks_for_hidden(work, each)]


def _asks_for_hidden(work: Work, view: View) -> bool:
    paths = [*view.where.paths] if view.where else []
    paths += [("stage",)] if view.kind == "board" else []
    return any(work.access.hides(view.entity, path) for path in paths)


def _seen(work: Work, entity: Entity) -> tuple[str, frozenset[str]]:
    """What the fields depend on that somebody sees in a list."""
    return entity.name, work.access.hidden(entity.name)


def _saved(view: saved_view.SavedView, work: Work, fields: Mapping[str, Field]) -> Shown:
    told = view.state
    board = work.model.entities[view.entity].views.get(str(told.get("board", "")))
    return Shown(
        name=str(view.id),
        label=view.label,
        kind="board" if board and board.kind == "board" else "table",
        base=board.name if board else "",
        where=str(told.get("where", "")),
        sort=tuple((name, bool(down)) for name, down in told.get("sort", ()) if name in fields),
        columns=tuple(name for name in told.get("columns", ()) if name in fields),
        widths=tuple((name, width_in(width)) for name, width in told.get("widths", ()) if name in fields),
        figures=tuple((name, str(figure)) for name, figure in told.get("figures", ()) if name in fields),
        saved=str(view.id),
        audience=view.audience,
        own=saved_view.is_theirs(work, view),
        kept=told,
    )


def _usual_columns(entity: Entity, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """Title fields, highlights, then the first others: for views that name no columns."""
    own = [name for name, each in fields.items() if not each.system and each.listed and "." not in name]
    names = [*own[:1], *(name for name in entity.highlights if name in fields), *own]
    if "stage" in fields:
        names.insert(2, "stage")
    return tuple(dict.fromkeys(names))[:FIRST_COLUMNS]


def _with_columns(view: Shown, columns: tuple[str, ...]) -> Shown:
    return replace(view, columns=columns)


def _linked(chips: list[Condition], fields: Mapping[str, Field]) -> list[tuple[str, UUID]]:
    """The records that chips name, so that they show a title."""
    found = []
    for chip in (part for each in chips for part in each.simple):
        to = getattr(fields.get(chip.field), "to", None)
        found += [(to, UUID(str(value.data))) for value in chip.values if to and value.kind == "text"]
    return found
