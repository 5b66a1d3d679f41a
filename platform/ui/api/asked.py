"""What a caller asks for in the address: filter, order, fields, paging; precise problems for what makes no sense."""

from __future__ import annotations

import re
from uuid import UUID

from litestar import Request

from customary.engine import records
from customary.engine.records import Missing, Query, Work
from customary.ui.api.problem import ApiProblem, wrong

MOST = 1_000
NAMES = re.compile(r"[a-z][a-z0-9_.]*(,[a-z][a-z0-9_.]*)*\Z")
COUNTS = ("none", "estimate", "exact")


def parameters(request: Request, known: tuple[str, ...]) -> dict[str, list[str]]:
    """The parameters of the address by name. Raises ApiProblem for one that is not understood."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise ApiProblem(400, f"“{name}” is not understood here. Known: {', '.join(known)}.", parameter=name)
        given.setdefault(name, []).append(value)
    return given


def identifier(entity: str, text: str) -> UUID:
    """The id in an address. Raises Missing for what can be none."""
    try:
        return UUID(text)
    except ValueError:
        raise Missing(entity) from None


def query(work: Work, entity: str, given: dict[str, list[str]]) -> Query:
    """The query that the parameters describe. Raises ApiProblem, ExpressionError, Missing."""
    where = one(given, "where")
    return Query(
        where=records.compile_where(work, entity, where) if where else None,
        sort=_sort(work, entity, one(given, "sort")),
        limit=_limit(one(given, "limit")),
        after=one(given, "after") or None,
        count=_count(one(given, "count")),
        archived=_yes(given, "archived"),
        fields=fields(work, entity, given),
        text=one(given, "text") or None,
    )


def fields(work: Work, entity: str, given: dict[str, list[str]]) -> tuple[str, ...] | None:
    """The fields that are wanted; None for all."""
    text = one(given, "fields")
    if not text:
        return None
    seen = work.model.entities[entity].fields.keys() - work.access.hidden(entity)
    wanted = tuple(dict.fromkeys(text.split(",")))
    if unknown := [name for name in wanted if name not in seen]:
        raise wrong("fields", f"names “{unknown[0]}”, which is no field of {entity}.")
    return wanted


def one(given: dict[str, list[str]], name: str) -> str:
    """A parameter that stands at most once. Raises ApiProblem."""
    values = given.get(name, [])
    if len(values) > 1:
        raise wrong(name, "stands there more than once.")
    return values[0] if values else ""


def several(given: dict[str, list[str]], name: str) -> list[str]:
    """A parameter that may stand several times, or hold several names with commas between."""
    found: list[str] = []
    for value in given.get(name, []):
        found += value.split(",") if NAMES.match(value) else [value]
    return [each for each in found if each]


def _yes(given: dict[str, list[str]], name: str) -> bool:
    text = one(given, name)
    if text not in ("", "true", "false"):
        raise wrong(name, "must be true or false.")
    return text == "true"


def _sort(work: Work, entity: str, text: str) -> tuple[tuple[str, bool], ...]:
    if not text:
        return ()
    seen = work.model.entities[entity].fields.keys() - work.access.hidden(entity)
    found = []
    for part in text.split(","):
        name = part.removeprefix("-")
        if name not in seen:
            raise wrong("sort", f"names “{name}”, which is no field of {entity}.")
        found.append((name, part.startswith("-")))
    return tuple(found)


def _limit(text: str) -> int:
    if not text:
        return 50
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= MOST):
        raise wrong("limit", f"must be a whole number from 1 to {MOST}.")
    return int(text)


def _count(text: str) -> str:
    if text and text not in COUNTS:
        raise wrong("count", f"must be one of {', '.join(COUNTS)}.")
    return text or "none"
