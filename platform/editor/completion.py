"""What may be written at the cursor: keys, words, names, and what expressions know."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from customary.editor.names import Name
from customary.editor.shapes import described, field_types, keys_of, words_of
from customary.editor.spot import Spot
from customary.engine.definitions import kinds
from customary.engine.expressions.functions import FUNCTIONS, MACROS

BINDINGS = {"user": "who acts", "old": "the values before the change", "record": "the record at hand"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be written: of which sort it is, and what is known of it."""

    text: str
    sort: str
    detail: str = ""
    about: str = ""


def offers(spot: Spot) -> list[Offer]:
    """All that may be written at a spot, each text once."""
    found: dict[str, Offer] = {}
    for each in _all(spot):
        found.setdefault(each.text, each)
    return list(found.values())


def _all(spot: Spot) -> Iterator[Offer]:
    cursor = spot.cursor
    if spot.choices:
        yield from map(_offer, spot.choices.values())
        if spot.in_expression:
            return
    if spot.in_expression:
        yield from _in_expression(spot)
        return
    if cursor.at_key:
        yield from _keys(spot)
    if not cursor.at_key or cursor.path[-1:] == ("-",):
        yield from _values(spot)


def _keys(spot: Spot) -> Iterator[Offer]:
    cursor = spot.cursor
    if not cursor.path and (not cursor.kind or cursor.kind not in kinds()):
        for kind, module in kinds().items():
            yield Offer(kind, "key", "a kind of definition", inspect.cleandoc(module.__doc__ or ""))
        return
    for key, shape in keys_of(spot.shapes).items():
        yield Offer(key, "key", about=described(shape))
    if spot.takes_values:
        yield from _members(spot, spot.entity)
    elif cursor.path[-1:] in (("entities",), ("create",), ("given",), ("there",)):
        yield from map(_offer, spot.names.of("entity").values())


def _values(spot: Spot) -> Iterator[Offer]:
    cursor, what = spot.cursor, spot.names_what
    if cursor.kind == "entity" and cursor.path[:1] == ("fields",) and cursor.path[2:] == ("type",):
        for name, about in field_types().items():
            yield Offer(name, "type", about=about)
    for word, noun in words_of(spot.shapes).items():
        yield Offer(word, "word", noun)
    if what == "field":
        yield from _members(spot, spot.entity_before(spot.chain) if "." in cursor.word else spot.own_entity)
    elif what == "field path" and "." in cursor.word:
        yield from _members(spot, cursor.word.split(".")[0])
    elif what == "stage path":
        pipeline, dot, _ = cursor.word.partition(".")
        names = spot.names.stages(pipeline) if dot else spot.names.of("pipeline")
        yield from map(_offer, names.values())
    elif what:
        yield from map(_offer, spot.names.of("entity" if what == "field path" else what).values())


def _in_expression(spot: Spot) -> Iterator[Offer]:
    if "." in spot.cursor.word:
        yield from _members(spot, spot.entity_before(spot.chain))
        yield from _functions()
        return
    yield from _members(spot, spot.own_entity)
    for name, about in BINDINGS.items():
        yield Offer(name, "name", about=about)
    yield from _functions()


def _members(spot: Spot, entity: str) -> Iterator[Offer]:
    yield from map(_offer, spot.names.members(entity).values())


def _functions() -> Iterator[Offer]:
    for name, several in FUNCTIONS.by_name().items():
        yield Offer(name, "function", several[0].signature, several[0].help)
    for name, macro in MACROS.items():
        yield Offer(name, "function", macro.signature, macro.help)


def _offer(name: Name) -> Offer:
    return Offer(name.name, name.kind, name.detail, name.help)
