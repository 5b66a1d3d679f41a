"""A query made ready: what is asked for is there and may be seen, and its statements can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.records.breadth import walks
from customary.engine.records.formulas.moving import moves, moving, titles_move
from customary.engine.records.reader.cursor import read_cursor
from customary.engine.records.reader.search import bound
from customary.engine.records.record import Query
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.titles import reader_key
from customary.engine.records.work import Work
from customary.engine.words import Reason


@dataclass(frozen=True)
class Reading:
    """A query made ready: checked, with a key under which its statements are kept."""

    entity: str
    query: Query
    sort: tuple[tuple[str, bool], ...]
    fields: tuple[str, ...]
    many: tuple[str, ...]
    after: list[Any] | None
    parameters: Mapping[str, Any]
    shape: str
    key: tuple | None
    """None when the statements read the clock, and so cannot be kept."""
    still: bool = True
    """Whether no column reads the clock."""
    walks: bool = False
    """Whether a page is found along the index of its order, rather than by the rules of roles."""
    titled: bool = False
    """Whether rows are to carry the titles of what they link to."""


def ready(work: Work, entity: str, query: Query, titled: bool = False) -> Reading:
    if entity not in work.model.entities:
        raise Missing(entity)
    if not work.access.may(entity, "read"):
        raise Forbidden(Reason("may not be read by you"))
    sort = _checked_sort(work, entity, query.sort)
    conditions = conditions_of(query)
    typed = query.text.strip() if query.text else ""
    shape = repr((entity, sort, [each.text for each in conditions], typed, query.archived))
    after = read_cursor(shape, query.after, len(sort) + 1) if query.after else None
    fields = _wanted_fields(work, entity, query)
    many = tuple(each.name for each in work.model.entities[entity].fields.values() if each.points == "many")
    still = moving(work, entity).isdisjoint((*fields, *(name for name, _ in sort))) and not titles_move(work)
    volatile = not still or any(moves(work, entity, each) for each in conditions)
    same = (entity, sort, tuple(each.text for each in conditions), bool(typed), query.archived, query.acts)
    along = walks(work, entity, sort[0][0]) if sort else False
    key = None if volatile else (same, fields, reader_key(work), along, titled)
    parameters = bound(work, typed) if typed else {}
    return Reading(entity, query, sort, fields, many, after, parameters, shape, key, still, along, titled)


def conditions_of(query: Query) -> list[Expression]:
    return [each for each in (query.where, *query.conditions) if each is not None]


def _checked_sort(work: Work, entity: str, sort: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    fields, hidden = work.model.entities[entity].columns, work.access.hidden(entity)
    problems = []
    for name, _ in sort:
        if name not in fields or name in hidden:
            problems.append(FieldProblem(None, Reason("has no field “{name}” to sort by", {"name": name})))
        elif not fields[name].sortable:
            problems.append(FieldProblem(name, Reason("cannot be sorted by"), fields[name].label))
    if problems:
        raise Refused(problems)
    unique = dict(reversed([*sort])) if sort else {"created_at": True}
    ordered = [name for name, _ in sort] or ["created_at"]
    return tuple((name, unique[name]) for name in dict.fromkeys(ordered) if name != "id")


def _wanted_fields(work: Work, entity: str, query: Query) -> tuple[str, ...]:
    fields, hidden = work.model.entities[entity].columns, work.access.hidden(entity)
    if query.fields is None:
        own = work.model.entities[entity].fields.values()
        wanted = [each.name for each in own if each.points not in ("inside", "many")]
    else:
        wanted = [name for name in query.fields if name in fields]
        unknown = [name for name in query.fields if name not in fields or name in hidden]
        if unknown:
            raise Refused([FieldProblem(None, Reason("has no field “{name}”", {"name": name})) for name in unknown])
    return tuple(dict.fromkeys(("id", "revision", *(name for name in wanted if name not in hidden))))
