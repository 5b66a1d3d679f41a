"""The filter's chips: the small form of one condition, and the list it leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME, DURATION, MONEY, NUMBER, TIME
from customary.engine.fields.field import Field, Refusal
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.money import Money
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.list.condition import Condition, Value, compose, whole
from customary.ui.list.load import Listing, load, visible
from customary.ui.list.page import SIZE, answer
from customary.ui.list.place import Place, place, put, standing
from customary.ui.list.sentence import Sentence, is_yes
from customary.ui.list.state import LONGEST

NO_VALUE = ("empty", "filled")
NOT_OFFERED = ("auto_number", "id")
_RELATIVE = re.compile(r"^(?:today|今天|σήμερα|([+-]\d{1,4})\s*([dw]))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip's form: where its condition comes to stand, and what stands in it."""

    place: Place
    field: Field
    operator: str
    texts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    mine: bool = False
    problem: Reason | None = None


@get("/{entity:str}/filter")
async def filter_form(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The form of a chip: first which field, then what of it."""
    query = texts(request.query_params)
    listing = await desk.read(load, entity_of(desk, entity), query, desk.language, 1)
    where = place(query.get("at", ""), listing.filter.chips)
    return desk.part("part_filter.html", **_values(desk, listing, _chip(desk, listing, where, query), where))


@get("/{entity:str}/filtered")
async def filtered(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The list with a chip's condition added or changed."""
    found = entity_of(desk, entity)
    query = texts(request.query_params)
    given = [text for text in request.query_params.getall("value", []) if text.strip()][:100]
    listing, refused = await desk.read(_apply, found, query, given, desk.locale, desk.language)
    if refused:
        desk.header("HX-Retarget", "#filter-menu")
        desk.header("HX-Reswap", "innerHTML")
        return desk.part("part_filter.html", status=422, **_values(desk, listing, refused, refused.place))
    return answer(desk, listing, listing.state.params())


def _apply(
    work: Work, entity: Entity, query: Mapping[str, str], given: list[str], locale: Locale, language: str
) -> tuple[Listing, Chip | None]:
    field = visible(work, entity).get(query.get("field", ""))
    if field is None:
        raise Missing(entity.name)
    listing = load(work, entity, query, language, 1)
    at, operator = place(query.get("at", ""), listing.filter.chips), query.get("operator", "")
    try:
        made = condition(field, operator, given, query.get("mine") == "1", locale)
    except Refusal as refusal:
        return listing, Chip(at, field, operator, tuple(given), problem=refusal.reason)
    where = whole(put(listing.filter.chips, at, made))[:LONGEST]
    return load(work, entity, {**query, "where": where, "after": ""}, language, SIZE), None


def condition(field: Field, operator: str, given: list[str], mine: bool, locale: Locale) -> Condition:
    """The condition that a chip's form means. Raises Refusal for what cannot be read."""
    if operator not in field.operators:
        raise Refusal("cannot be compared like this")
    if operator in NO_VALUE:
        return compose(field, operator, ())
    if field.points == "any":
        raise Refusal("cannot be compared like this")
    if mine and getattr(field, "to", None):
        usual = "has" if field.several else "=="
        return compose(field, "!=" if operator == "!=" else usual, (Value("user"),))
    if not given:
        raise Refusal("needs a value")
    values = tuple(_read(field, text, locale) for text in given)
    if operator in ("in", "==") and len(values) != 1:
        operator = "in" if "in" in field.operators else operator
    elif operator == "in":
        operator = "=="
    if operator == "between" and len(values) < 2:
        raise Refusal("needs a value at both ends")
    return compose(field, operator, values)


def _read(field: Field, text: str, locale: Locale) -> Value:
    if field.value_type in (DATE, DATETIME) and (relative := _RELATIVE.match(text.strip())):
        count = int(relative.group(1) or 0)
        return Value("days", count * (7 if (relative.group(2) or "").lower() == "w" else 1))
    if field.value_type in (DATE, DATETIME):
        return _read_day(text, locale)
    if field.value_type == BOOLEAN:
        return Value("boolean", text == "true")
    if field.value_type in (NUMBER, MONEY):
        value = field.parse(text, locale)
        return Value("number", Decimal(value.amount if isinstance(value, Money) else value))
    if field.value_type in (TIME, DURATION):
        return Value(field.value_type.name, field.parse(text, locale))
    if getattr(field, "options", None):
        return Value("text", field.option(text))  # type: ignore[attr-defined]
    if getattr(field, "to", None):
        return Value("text", str(_id(text)))
    if not text.isprintable():
        raise Refusal("must not contain control characters")
    return Value("text", text.strip())


def _read_day(text: str, locale: Locale) -> Value:
    try:
        return Value("date", locale.parse_date(text))
    except ValueError:
        raise Refusal("must be a date, like {example}", example="2026-03-31") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("must be chosen from the list") from None


def _chip(desk: Desk, listing: Listing, at: Place, query: Mapping[str, str]) -> Chip | None:
    """The chip that the address names, by its place or by the field of a new one."""
    now = standing(listing.filter.chips, at)
    if now is not None and now.field:
        field = listing.fields[now.field]
        sentence = Sentence(desk.locale, listing.fields, listing.chip_titles)
        mine = any(value.kind == "user" for value in now.values)
        words = tuple(_typed(field, value, desk.locale) for value in now.values)
        if field.control == "boolean":
            words = ("true" if is_yes(now) else "false",)
        return Chip(at, field, now.operator, () if mine else words, (sentence.object(now),), mine)
    field = listing.fields.get(query.get("field", ""))
    return Chip(at, field, first_operator(field)) if field else None


def operators(field: Field) -> tuple[str, ...]:
    """The comparisons that a chip's form offers: one of several options says "is" too."""
    if field.points == "any":
        return NO_VALUE
    said_otherwise = "in" in field.operators and hasattr(field, "options")
    return tuple(each for each in field.operators if not (each == "==" and said_otherwise))


def first_operator(field: Field) -> str:
    """What one most likely wants to ask of a field."""
    if field.points == "any":
        return "filled"
    for wanted in ("contains", "in", "has", ">=", "=="):
        if wanted in field.operators:
            return wanted
    return field.operators[0]


def _typed(field: Field, value: Value, locale: Locale) -> str:
    """A value as it stands in the chip's form."""
    if value.kind == "days":
        return "today" if value.data == 0 else f"{value.data:+d}d"
    if value.kind == "number":
        return locale.number(value.data)  # type: ignore[arg-type]
    if value.kind in ("time", "duration"):
        return field.edit(value.data, locale)
    return str(value.data)


def _values(desk: Desk, listing: Listing, chip: Chip | None, at: Place) -> dict[str, Any]:
    offered = [each for each in listing.fields.values() if each.kind not in NOT_OFFERED and each.operators]
    return {
        "listing": listing,
        "at": listing.state,
        "entity": listing.entity,
        "chip": chip,
        "place": at,
        "offered": offered,
        "sentence": Sentence(desk.locale, listing.fields, listing.chip_titles),
        "no_value": NO_VALUE,
        "operators": operators(chip.field) if chip else (),
    }


handlers = [filter_form, filtered]
