"""A page of figures about records: numbers, bars, lines, funnels and tables, each with a way to the records behind it.

A tile counts the records of an entity that hold its `where`, or adds up a field of theirs (`sum`, `avg`, `min`,
`max`). It counts with the rights of whoever looks: what a role lets somebody read is all that their figures are made
of, and a tile that reads a field hidden from them says so and tells nothing. Roles say which dashboards there are for
whom.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    CONDITION,
    LABEL,
    NAMES,
    NUMBER,
    TEXT,
    WAS,
    Shape,
    mapping,
    named,
    one_of,
    told,
)

UNITS = ("day", "week", "month", "quarter", "year")
"""Stretches of time, as a calendar cuts them."""

FIELD: Shape = {**TEXT, "x-of": "field", "x-what": "a field"}
ENTITY: Shape = {**TEXT, "x-of": "entity", "x-what": "an entity"}


def _count(least: int, most: int, text: str) -> Shape:
    what = f"a whole number from {least} to {most}"
    return {"type": "integer", "minimum": least, "maximum": most, "x-what": what, "description": text}


COMMON = {
    "kind": told(TEXT, "how it shows its figures: number, bar, line, funnel or table"),
    "label": told(LABEL, "what stands over it"),
    "help": told(LABEL, "a sentence that explains it"),
    "where": told(CONDITION, "which records count; all where it is left out"),
    "rights": told(one_of(("viewer", "owner"), "right"), "whose rights count: those of the viewer"),
    "was": told(WAS, "its old name"),
}
"""The keys of every tile."""

OF = {"of": told(ENTITY, "the entity whose records it tells of")}
SUM = {"sum": told(FIELD, "the field that it adds up, instead of counting records")}
FIGURES = {
    **SUM,
    "avg": told(FIELD, "the field whose average it tells"),
    "min": told(FIELD, "the field whose least value it tells"),
    "max": told(FIELD, "the field whose greatest value it tells"),
}
DAY = "the date or datetime that says when a record counts"

TILES: dict[str, tuple[dict[str, Shape], tuple[str, ...]]] = {
    "number": (
        {
            **OF,
            **FIGURES,
            "by": told(FIELD, DAY),
            "compare": told(
                one_of(tuple(f"last {unit}" for unit in UNITS), "period"),
                "tells the figure of this period so far beside that of the one before, up to the same day",
            ),
            "target": told(NUMBER, "what it should reach; money in the workspace's currency"),
        },
        ("of",),
    ),
    "bar": (
        {
            **OF,
            **FIGURES,
            "by": told(TEXT, "a field, or one behind a link (account.industry): a bar for each of its values"),
            "top": _count(1, 50, "how many bars at most, the longest first; 10 unless told"),
        },
        ("of", "by"),
    ),
    "line": (
        {
            **OF,
            **SUM,
            "by": told(FIELD, DAY),
            "each": told(one_of(UNITS, "stretch of time"), "the stretch of one point; month unless told"),
            "last": _count(2, 100, "how many stretches, up to the present one; 12 unless told"),
        },
        ("of", "by"),
    ),
    "funnel": (
        {
            "pipeline": told(TEXT, "the pipeline whose stages it shows, with the records in each", of="pipeline"),
            **SUM,
        },
        ("pipeline",),
    ),
    "table": (
        {
            **OF,
            "columns": told({**NAMES, "minItems": 1}, "the fields that it shows", of="field"),
            "sort": told(NAMES, "the fields in whose order they come; “-” before a name for descending", of="field"),
            "top": _count(1, 50, "how many records; 5 unless told"),
        },
        ("of", "columns"),
    ),
}
"""The own keys of each kind of tile, and those of them that must be there."""

TILE: Shape = {"type": "object", "x-what": "a tile: {kind: number, of: deal}"}

SHAPE = mapping(
    "a dashboard",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "icon": told(TEXT, "the name of a Lucide icon"),
        "tiles": told(
            {**named(TILE, "tiles by name: {open: {kind: number, of: deal}}"), "minProperties": 1, "maxProperties": 30},
            "what it shows, in this order",
        ),
        "was": told(WAS, "its old name"),
    },
    required=("tiles",),
)
