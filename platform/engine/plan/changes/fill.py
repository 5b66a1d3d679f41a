"""Changes of data: new columns are filled from defaults, from old columns, or with a first stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import Expression
from customary.engine.fields.field import Field, Refusal
from customary.engine.plan.change import Fill
from customary.engine.plan.changes.conversion import Conversion, Limit, Misfit, Tried
from customary.engine.plan.changes.convert import LOSSLESS, REFUSED
from customary.engine.plan.changes.values import ids_of, is_empty, values_for, work_on, write_values
from customary.engine.plan.line import Impact
from customary.engine.tables import EntityTable, Tables
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.impact.counting import Counting
    from customary.engine.records.work import Work


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvertValues(Fill):
    """The values of a field whose kind changes, taken from its old column. The old column stays as it is."""

    conversion: Conversion

    @property
    def over(self) -> EntityTable:
        return self.conversion.new_table

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.conversion.new.name,)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        made, field = self.conversion.new_table, self.conversion.new
        values = self.conversion.of(work.connection, ids)
        there = values_for(work.connection, made, field, ids)
        write_values(work, made, field, {id: value for id, value in values.items() if value != there.get(id)})

    def unfit(self, connection: sa.Connection) -> Iterator[Tried]:
        """The values that do not fit, in batches."""
        return self.conversion.unfit(connection)

    def weigh(self, counting: Counting, limits: Sequence[Limit] = ()) -> Iterator[Impact]:
        """How many are converted and which do not fit; that none can fit forbids the plan, while there are any.
        Not that of an undo, which cannot say otherwise: there the values of then come back."""
        each = self.conversion
        if not limits:
            yield from counting.values(Reason("values that are converted"), each.old_table, each.old)
        if each.way.how == LOSSLESS:
            return
        tried = each.unfit(counting.comparison.connection, *limits)
        unfit = list(counting.unfit(each.old_table.entity.name, tried, each.old))
        if not limits and each.way.how == REFUSED and any(found.count for found in unfit):
            counting.comparison.problems.append(
                f"field {each.new_table.entity.name}.{each.new.name}: {each.old.kind} cannot become {each.new.kind}: "
                f"{each.way.why}. Say what its values are to be, such as from: 'null' for none, or give the new field "
                f"another name."
            )
        yield from unfit


@dataclass(frozen=True, kw_only=True, eq=False)
class FillField(Fill):
    """One field of an entity of the new release."""

    tables: Tables
    entity: str
    field: Field

    @property
    def over(self) -> EntityTable:
        return self.tables.entity(self.entity)

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.field.name,)


@dataclass(frozen=True, kw_only=True, eq=False)
class FillFrom(FillField):
    """A field filled by its `from:`, an expression over each record as the release before has it."""

    before: Tables
    was: str
    """What the entity was called then."""
    expression: Expression

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        found = {id: self._taken(value) for id, value in self._given(work.connection, ids)}
        write_values(work, self.over, self.field, found)

    def unfit(self, connection: sa.Connection) -> Iterator[Tried]:
        """What the expression gives and the field does not hold, in batches."""
        for ids in ids_of(connection, self.before.entity(self.was)):
            given = [(id, value) for id, value in self._given(connection, ids) if not is_empty(value)]
            yield Tried(len(given), [Misfit(id, value, None) for id, value in given if is_empty(self._taken(value))])

    def weigh(self, counting: Counting, limits: Sequence[Limit] = ()) -> Iterator[Impact]:
        yield from counting.unfit(self.was, self.unfit(counting.comparison.connection), None)

    def _given(self, connection: sa.Connection, ids: Sequence[UUID]) -> Iterator[tuple[UUID, Any]]:
        for record, scope in records_of(work_on(connection, self.before), self.was, ids):
            yield record["id"], self.expression.evaluate(scope)

    def _taken(self, value: Any) -> Any:
        try:
            taken = None if is_empty(value) else self.field.take(value)
            self.field.store(taken)
        except (Refusal, ValueError, ArithmeticError):
            return None
        return None if is_empty(taken) or self.field.check(taken) else taken


@dataclass(frozen=True, kw_only=True, eq=False)
class FillDefault(FillField):
    """A field's default in the records in which it is empty."""

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        default = self.field.default
        if is_constant(default):
            _fill_empty(work.connection, self.over, self.field, self.field.take(default), ids)
            return
        empty = [each for each in records_of(work, self.entity, ids) if each[0].get(self.field.name) is None]
        values = {record["id"]: self.field.take(_worked_out(default, scope)) for record, scope in empty}
        write_values(work, self.over, self.field, values)


@dataclass(frozen=True, kw_only=True, eq=False)
class FillStage(Fill):
    """The first stage of a new pipeline in the records that are there already."""

    tables: Tables
    entity: str

    @property
    def over(self) -> EntityTable:
        return self.tables.entity(self.entity)

    @property
    def gives(self) -> tuple[str, ...]:
        return ("stage",)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        table, pipelines = self.over, self.tables.model.entities[self.entity].pipelines
        for record, scope in records_of(work, self.entity, ids):
            fitting = (each for each in pipelines if each.where is None or each.where.holds(scope))
            pipeline = next(fitting, None)
            if pipeline is not None and record.get("stage") is None:
                stage = pipeline.first
                values = {
                    "stage": stage.name,
                    "outcome": stage.outcome,
                    "probability": stage.probability,
                    "stage_entered_at": work.now,
                }
                stored = table.store({name: value for name, value in values.items() if table.has(name)})
                work.connection.execute(table.table.update().where(table.table.c.id == record["id"]), stored)


def is_constant(default: Any) -> bool:
    """Whether a default is the same for all records."""
    return not hasattr(default, "evaluate") and not hasattr(default, "render")


def records_of(work: Work, entity: str, ids: Sequence[UUID]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Some records of an entity, oldest first, each with a scope over it."""
    from customary.engine.records.scope import RecordScope

    table = work.release.tables.entity(entity)
    statement = sa.select(table.table).where(table.table.c.id.in_(ids))
    for row in work.connection.execute(statement.order_by(table.table.c.created_at, table.table.c.id)).all():
        values = table.load(row)
        yield values, RecordScope(work, entity, dict(values))


def _fill_empty(connection: sa.Connection, table: EntityTable, field: Field, value: Any, ids: Sequence[UUID]) -> None:
    if stored := table.store({field.name: value}):
        empty = table.columns([field.name])[0].is_(None)
        connection.execute(table.table.update().where(table.table.c.id.in_(ids), empty).values(**stored))


def _worked_out(default: Any, scope: Any) -> Any:
    return default.evaluate(scope) if hasattr(default, "evaluate") else default.render(scope)
