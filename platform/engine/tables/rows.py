"""Rows: an entity's table as an expression sees it, with the steps over its links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.columns import CodePointText, Scaled
from customary.engine.expressions import sql_elements
from customary.engine.expressions.paths import makes_money
from customary.engine.expressions.types import ANCESTORS, DESCENDANTS, DURATION, MONEY, NUMBER
from customary.engine.tables.growth import target

if TYPE_CHECKING:
    from customary.engine.expressions import Values
    from customary.engine.fields.field import Field
    from customary.engine.tables.tables import Tables

Predicate = Callable[["TableRows"], "sa.ColumnElement | None"]
"""What a reader may see of some rows, or None for all. It is asked for every step over a link."""


class TableRows:
    """One use of an entity's table in a statement: itself, or an alias that a step over a link made."""

    def __init__(
        self,
        tables: Tables,
        entity: str,
        clause: sa.FromClause,
        predicate: Predicate | None = None,
        values: Values | None = None,
    ) -> None:
        self.tables = tables
        self.entity = entity
        self.from_clause = clause
        self.predicate = predicate
        self.values = values

    def column(self, name: str, part: str = "") -> sa.ColumnElement:
        """The column of a field, or the formula of a computed one that has none. Raises KeyError for lists.

        The part `_id` of an any_link is its plain column, as a link's is.
        """
        made = self.tables.entity(self.entity)
        if not made.has(name) and (each := made.entity.columns[name]).formula is not None:
            return self.worked_out(each, part)
        if part == "_id":
            part = ""
        return self.from_clause.c[made.column_name(name, part)]

    def worked_out(self, each: Field, part: str) -> sa.ColumnElement:
        """A formula's clause, typed as the field would be kept: so it sorts, adds up and comes back as its values do.

        It is the same for all readers: who may not read all that it reads does not see the field.
        """
        rows = TableRows(self.tables, self.entity, self.from_clause, None, self.values)
        clause = each.formula.column(rows, self.values, part)
        if part == "_currency":
            return sa.func.coalesce(sa.func.nullif(clause, ""), each.currency, type_=CodePointText())
        if each.value_type not in (NUMBER, MONEY, DURATION):
            return clause
        fitted = _fitted(each, clause)
        if part != "_base" or not makes_money(each.formula.node):
            return fitted
        # What was a plain number became money of the field's currency only here.
        own = self.worked_out(each, "_currency") == each.base
        return sa.type_coerce(sa.func.coalesce(fitted, sa.case((own, self.worked_out(each, "")))), fitted.type)

    def follow(self, field: str, entity: str = "") -> tuple[TableRows, sa.ColumnElement]:
        """What a link, a list of links, child lines or an inverse points to: fresh rows and how they join. Of an
        any_link, those of one `entity`."""
        declared = self.tables.model.entities[self.entity]
        if declared.tree and field in (ANCESTORS, DESCENDANTS):
            return self._follow_tree(declared.tree, field == ANCESTORS)
        if field in declared.inverses:
            return self._follow_inverse(field)
        step = declared.fields[field]
        if step.points == "many":
            return self._follow_many(step.to, self.entity, field, "source", "target")
        if step.points == "inside":
            child, _, link = step.of.partition(".")
            rows = self._fresh(child)
            return rows, rows.seen(rows.column(link) == self.column("id"))
        rows = self._fresh(entity or self._target(field))
        return rows, rows.allowed(rows.column("id") == self.column(field))

    def every(self, entity: str) -> tuple[TableRows, sa.ColumnElement]:
        """All rows of an entity that the reader may see."""
        rows = self._fresh(entity)
        return rows, rows.seen(sa.true())

    def with_archived(self, entity: str) -> tuple[TableRows, sa.ColumnElement]:
        """The same with those that are archived, to which a single link may point."""
        rows = self._fresh(entity)
        return rows, rows.allowed(sa.true())

    def seen(self, condition: sa.ColumnElement) -> sa.ColumnElement:
        """The condition, and that the row is not archived and may be seen by the reader."""
        return self.allowed(sa.and_(condition, self.column("archived_at").is_(None)))

    def allowed(self, condition: sa.ColumnElement) -> sa.ColumnElement:
        """The condition, and that the reader may see the row. A single link may point to an archived record."""
        allowed = self.predicate(self) if self.predicate is not None else None
        return condition if allowed is None else sa.and_(condition, allowed)

    def _follow_tree(self, link: str, up: bool) -> tuple[TableRows, sa.ColumnElement]:
        """The rows above or below in a tree, found step by step; a circle that was there before ends the walk."""
        rows, steps = self._fresh(self.entity), self._fresh(self.entity)
        key, above = steps.column("id"), steps.column(link)
        here, there = (key, above) if up else (above, key)
        first = sa.select(there.label("id")).where(here == self.column("id")).correlate(self.from_clause)
        found = first.cte(recursive=True, nesting=True)
        found = found.union(sa.select(there).where(here == found.c.id))
        return rows, rows.seen(rows.column("id").in_(sa.select(found.c.id)))

    def _follow_inverse(self, name: str) -> tuple[TableRows, sa.ColumnElement]:
        inverse = self.tables.model.entities[self.entity].inverses[name]
        if inverse.many_to_many:
            return self._follow_many(inverse.entity, inverse.entity, inverse.field, "target", "source")
        rows = self._fresh(inverse.entity)
        joined = rows.column(inverse.field) == self.column("id")
        if self.tables.model.entities[inverse.entity].fields[inverse.field].points == "any":
            joined = sa.and_(joined, rows.column(inverse.field, "_entity") == self.entity)
        return rows, rows.seen(joined)

    def _follow_many(
        self, entity: str, owner: str, field: str, here: str, there: str
    ) -> tuple[TableRows, sa.ColumnElement]:
        rows = self._fresh(entity)
        table = self.tables.entity(owner).links(field).alias()
        linked = sa.select(table.c[there]).where(table.c[here] == self.column("id")).correlate(self.from_clause)
        return rows, rows.seen(rows.column("id").in_(linked))

    def _target(self, field: str) -> str:
        if field in ("created_by", "updated_by"):
            users = self.tables.model.playing("user")
            return users.name if users else ""
        return target(self.tables.model.entities[self.entity].fields[field], self.tables.model)

    def _fresh(self, entity: str) -> TableRows:
        return TableRows(self.tables, entity, self.tables.entity(entity).table.alias(), self.predicate, self.values)


def _fitted(each: Field, clause: sa.ColumnElement) -> sa.ColumnElement:
    """A number with the decimals that the field would keep."""
    kept = each.parts({})[0].type
    scale = getattr(kept, "scale", None) or 0
    if isinstance(clause.type, Scaled | sa.Integer) and getattr(clause.type, "scale", 0) == scale:
        return clause
    if isinstance(clause.type, Scaled):
        clause = sql_elements.exact(clause, sql_elements.whole_literal(clause.type.scale))
    return sa.type_coerce(sql_elements.whole(clause, sql_elements.whole_literal(scale)), kept)
