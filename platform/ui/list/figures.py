"""What the foot of a list tells of a column, over all records of the filter: their sum, average, lowest or highest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.expressions.types import DATE, DATETIME
from customary.engine.fields.field import Field
from customary.ui.list.state import ListState

Figures = Mapping[str, tuple[str, Any]]
"""By column: which figure, and how much it is."""

LABELS = {"sum": "Sum", "avg": "Average", "min": "Lowest", "max": "Highest", "none": "Nothing"}
BY_DATE = {"min": "Earliest", "max": "Latest", "none": "Nothing"}
_ARGUMENTS = {"sum": "sums", "avg": "avgs", "min": "mins", "max": "maxs"}


def figures_of(field: Field) -> dict[str, str]:
    """The figures that a column may have, with their labels; the first is the usual one."""
    if field.value_type in (DATE, DATETIME):
        return {name: label for name, label in reversed(BY_DATE.items()) if field.ranged}
    offered = {"sum": field.summable and field.kind != "percent", "avg": field.summable}
    found = {name: label for name, label in LABELS.items() if offered.get(name, field.ranged)}
    usual = "sum" if "sum" in found and not field.system else "none"
    return dict(sorted(found.items(), key=lambda each: each[0] != usual)) if len(found) > 1 else {}


def chosen(field: Field, at: ListState) -> str:
    """The figure that the foot tells of a column; "none" for no figure."""
    offered = figures_of(field)
    wanted = dict(at.figures).get(field.name)
    return wanted if wanted in offered else next(iter(offered), "none")


def asked_figures(columns: Iterable[Field], at: ListState) -> dict[str, str]:
    """The figure of each column that has one."""
    return {each.name: figure for each in columns if (figure := chosen(each, at)) != "none"}


def by_function(asked: Mapping[str, str]) -> dict[str, list[str]]:
    """The same as an aggregate takes it."""
    found: dict[str, list[str]] = {}
    for name, figure in asked.items():
        found.setdefault(_ARGUMENTS[figure], []).append(name)
    return found
