"""References: who knows a thing that goes away, or gets another name: definitions, saved views, runs, people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from customary.engine.columns import Json
from customary.engine.expressions import ExpressionError, compile
from customary.engine.plan.impact.asked import STAGE, Thing, said
from customary.engine.plan.impact.counting import FIRST, Counting
from customary.engine.plan.impact.mentions import WORKFLOW, mentions
from customary.engine.plan.line import Example, Impact, Line
from customary.engine.text import plain
from customary.engine.words import Reason

UNDER_WAY = ("due", "waiting")
"""How runs stand that are not at their end."""

_runs = sa.table("customary_run", sa.column("workflow"), sa.column("status"))
_accounts = sa.table("customary_account", sa.column("roles", Json()))

_MADE = {"view": "views", "section": "layout"}

Who = tuple[str, str]
"""A kind and a path."""


class References:
    """Looked for once, and only when something goes away or is renamed."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    def to(self, line: Line) -> Iterator[Impact]:
        """Who refers to what a line takes away or renames. Nothing of it counts records, so it is quick."""
        if line.sign not in ("-", "→") or self._current is None:
            return
        things = list(self._things(line))
        who = dict.fromkeys(each for thing in things for each in self._said.get(thing, ()) if _is_apart(each, thing))
        yield from _impact(Reason("what refers to it"), [Example(kind=kind, path=path) for kind, path in who])
        views = [each for each in self._views if set(things) & self._things_of(each)]
        told = [Example(kind="saved view", path=each.entity, title=each.label) for each in views]
        yield from _impact(Reason("saved views that know it"), told)
        workflows = {path for kind, path in who if kind == WORKFLOW} | {t[1] for t in things if t[0] == WORKFLOW}
        waiting = [
            Example(kind=WORKFLOW, path=each, value=str(self._runs[each]))
            for each in sorted(workflows & self._runs.keys())
        ]
        yield from _impact(
            Reason("runs under way that know it"), waiting, sum(self._runs[each.path] for each in waiting)
        )
        for thing in things:
            if thing[0] == "role" and (held := self._holders.get(thing[1])):
                yield Impact(kind="refers", told=Reason("people who have it"), count=held)

    def _things(self, line: Line) -> Iterator[Thing]:
        """What a line is about, in the names of the applied release."""
        names = line.path.split(".")
        if line.sign == "→":
            names[-1] = line.before
        if line.kind == STAGE:
            pipeline = self._counting.pipeline_was(names[0])
            if pipeline is not None:
                yield STAGE, pipeline.entity, names[-1]
            return
        if len(names) > 1:
            names[0] = self._counting.was(names[0]) or names[0]
        if len(names) > 2 and (field := self._counting.field_was(line.path.split(".")[0], names[1])):
            names[1] = field.name
        yield (line.kind, *names)

    @property
    def _current(self) -> Any:
        return self._counting.comparison.current

    @cached_property
    def _said(self) -> Mapping[Thing, list[Who]]:
        found: dict[Thing, list[Who]] = defaultdict(list)
        for kind, path, thing in mentions(self._current.model):
            if self._is_written(kind, path):
                found[thing].append((kind, path))
        return found

    def _is_written(self, kind: str, path: str) -> bool:
        """Whether somebody wrote it: where no views, sections or navigation are, there are some that show all."""
        source = self._current.source
        if kind == "navigation" and source is not None:
            return "navigation" in source.settings
        if kind not in _MADE or source is None:
            return True
        entity, _, name = path.partition(".")
        document = source.documents.get(("entity", entity))  # answers to a survey have none
        return document is not None and name in (plain(document.body.get(_MADE[kind])) or {})

    @cached_property
    def _views(self) -> list[sa.Row]:
        from customary.engine.records.saved_view import saved_views

        table = saved_views.c
        query = sa.select(table.id, table.entity, table.label, table.state).order_by(table.created_at, table.id)
        return list(self._counting.comparison.connection.execute(query))

    @cached_property
    def _known_by_view(self) -> dict[Any, set[Thing]]:
        return {}

    def _things_of(self, view: sa.Row) -> set[Thing]:
        if view.id not in self._known_by_view:
            self._known_by_view[view.id] = set(self._shown(view.entity, view.state))
        return self._known_by_view[view.id]

    def _shown(self, entity: str, state: Mapping[str, Any]) -> Iterator[Thing]:
        """What a saved view knows: the columns it shows and sorts by, its board, and what it asks for."""
        yield "entity", entity
        if entity not in self._current.model.entities:
            return
        pairs = (each for key in ("sort", "widths", "figures") for each, *_ in state.get(key, ()))
        for name in (*state.get("columns", ()), *pairs):
            yield "field", entity, str(name).partition(".")[0]
        if board := state.get("board"):
            yield "view", entity, str(board)
        yield from self._asked(entity, str(state.get("where") or ""))

    def _asked(self, entity: str, text: str) -> Iterator[Thing]:
        from customary.engine.records.typed import names_of

        try:
            if text:
                yield from said(self._current.model, compile(text, names_of(self._counting.before_work, entity)))
        except ExpressionError:
            return

    @cached_property
    def _runs(self) -> Mapping[str, int]:
        """Runs that are not at their end, by workflow."""
        query = sa.select(_runs.c.workflow, sa.func.count()).where(_runs.c.status.in_(UNDER_WAY))
        return dict(map(tuple, self._counting.comparison.connection.execute(query.group_by(_runs.c.workflow))))

    @cached_property
    def _holders(self) -> Mapping[str, int]:
        found: dict[str, int] = defaultdict(int)
        for roles in self._counting.comparison.connection.execute(sa.select(_accounts.c.roles)).scalars():
            for role in roles:
                found[role] += 1
        return found


def _is_apart(who: Who, thing: Thing) -> bool:
    """Whether somebody else says it: not the thing of itself, nor what stands in it."""
    path = ".".join(thing[1:])
    return who[1] != path and not who[1].startswith(path + ".")


def _impact(told: Reason, known: list[Example], count: int | None = None) -> Iterable[Impact]:
    if known:
        yield Impact(kind="refers", told=told, count=len(known) if count is None else count, first=tuple(known[:FIRST]))
