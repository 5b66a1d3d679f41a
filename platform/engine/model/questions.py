"""What the database is asked: conditions and formulas that only Python could answer are problems."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.expressions import Expression, ExpressionError
from customary.engine.expressions.types import ANCESTORS, DESCENDANTS
from customary.engine.model.build import Build
from customary.engine.text import node as text

_NOBODY = SimpleNamespace(
    now=datetime(2000, 1, 1, tzinfo=UTC), zone=ZoneInfo("UTC"), user=None, currency="EUR", bindings={}
)


def check_questions(build: Build) -> None:
    """Adds a problem for every condition or formula that cannot be made into SQL."""
    for node, expression, entity in [*build.questions, *_formulas(build)]:
        try:
            expression.clause(_Rows(build, entity), _NOBODY)
        except ExpressionError as error:
            begins = isinstance(node, text.Scalar) and str(node.data).startswith("=")
            place = node.text_place(error.offset + begins) if isinstance(node, text.Scalar) else node.place
            build.add(place, error.summary, "Lists and filters are asked of the database: write it in another way.")


def _formulas(build: Build) -> list[tuple[text.Node, Expression, str]]:
    return [
        (sketch.nodes[name].get(each.computed), each.formula, sketch.name)
        for sketch in build.sketches.values()
        for name, each in sketch.fields.items()
        if each.formula is not None and name in sketch.nodes
    ]


class _Rows:
    """Rows that nobody keeps: they have the columns that an entity's fields would have."""

    def __init__(self, build: Build, entity: str) -> None:
        self.build = build
        self.entity = entity
        self.from_clause = sa.table(entity).alias()

    def column(self, name: str, part: str = "") -> sa.ColumnElement:
        """The column of a field or of a part of one; a formula counts as one, for it is looked at by itself."""
        fields = self.build.sketches[self.entity].fields
        each = fields.get(name) or fields[name.partition(".")[0]].pieces[name]
        types = {found.suffix: found.type for found in each.parts({})} if each.stored else {}
        return sa.column(f"{name}{part}", types.get(part) or next(iter(types.values()), None))

    def follow(self, field: str, entity: str = "") -> tuple[_Rows, sa.ColumnElement]:
        if entity:
            return self.every(entity)
        sketch = self.build.sketches[self.entity]
        if sketch.tree and field in (ANCESTORS, DESCENDANTS):
            return self.every(self.entity)
        inverse = sketch.inverses.get(field)
        to = inverse.entity if inverse else getattr(sketch.fields[field], "to", "")
        return self.every(to or self.build.user)

    def every(self, entity: str) -> tuple[_Rows, sa.ColumnElement]:
        return _Rows(self.build, entity), sa.true()

    with_archived = every
