"""Amounts that meet in a formula or condition: fields of several currencies need exchange rates to meet at all."""

from __future__ import annotations

from collections.abc import Iterator

from customary.engine.expressions import Expression, meaning
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.types import MONEY, Record
from customary.engine.model.build import Build


def check_currencies(build: Build) -> None:
    """Adds a problem wherever amounts of different currencies meet and no entity keeps rates."""
    if any(sketch.plays == "rate" for sketch in build.sketches.values()):
        return
    for node, expression in build.expressions:
        for offset, left, right in _meetings(build, expression):
            begins = str(node.data).startswith("=")
            remedy = "Add the pack core, or an entity with plays: rate."
            summary = f"{left} and {right} cannot meet: there are no exchange rates"
            build.add(node.text_place(offset + begins), summary, remedy)


def _meetings(build: Build, expression: Expression) -> Iterator[tuple[int, str, str]]:
    for each in all_nodes(expression.node):
        if isinstance(each, meaning.Arithmetic | meaning.Compare) and each.left.type == each.right.type == MONEY:
            left, right = _currency(build, each.left), _currency(build, each.right)
            if left and right and left != right:
                yield each.offset, left, right


def _currency(build: Build, node: meaning.Node) -> str | None:
    """The currency that an amount has where nothing else was typed."""
    for each in all_nodes(node):
        if isinstance(each, meaning.Field) and each.type == MONEY and isinstance(each.on.type, Record):
            sketch = build.sketches.get(each.on.type.entity)
            return getattr(sketch.fields.get(each.name), "currency", None) if sketch else None
    return None
