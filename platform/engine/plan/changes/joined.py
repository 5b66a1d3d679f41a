"""Changes of data: the values of records that come from another entity, each from the field whose place it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.plan.change import Fill
from customary.engine.plan.changes.conversion import Conversion, Limit
from customary.engine.plan.changes.convert import LOSSLESS, TRIES, Way, way
from customary.engine.plan.changes.fill import ConvertValues, FillStage
from customary.engine.tables import EntityTable
from customary.engine.tables.shape import shape_of

if TYPE_CHECKING:
    from customary.engine.records.work import Work

OPTIONS = ("choice", "choices")


@dataclass(frozen=True, kw_only=True, eq=False)
class OfAnother(Conversion):
    """How the values of a field become those of a field of another entity: options by their names."""

    options: Mapping[str, str]
    """Those that are in both."""

    @cached_property
    def way(self) -> Way:
        return Way(TRIES) if self.old.kind in OPTIONS and self.new.kind in OPTIONS else way(self.old, self.new)

    @property
    def is_plain_copy(self) -> bool:
        """Whether the columns of both hold the same: no names of options, no ids of another table."""
        if self.old.points or self.old.sealed or self.old.kind in OPTIONS or self.way.how != LOSSLESS:
            return False
        return shape_of(self.old, "") == shape_of(self.new, "")

    def convert(self, connection: sa.Connection, values: Mapping[UUID, Any]) -> dict[UUID, Any]:
        if self.old.kind in OPTIONS and self.new.kind in OPTIONS:
            named = {id: self._in_both(value) for id, value in values.items()}
            values = {id: value for id, value in named.items() if value}
        return super().convert(connection, values)

    def _in_both(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self.options[each] for each in value if each in self.options)
        return self.options.get(value)


@dataclass(frozen=True, kw_only=True, eq=False)
class JoinValues(ConvertValues):
    """The values of one field, from the table that the records come from."""

    elsewhere: ClassVar[bool] = True

    those: Limit

    @property
    def over(self) -> EntityTable:
        return self.conversion.old_table

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        super().fill(work, self.those(work.connection, ids))


@dataclass(frozen=True, kw_only=True, eq=False)
class JoinStages(Fill):
    """The stages of records that come from another entity; the first one where the pipelines have none of that name."""

    elsewhere: ClassVar[bool] = True

    source: EntityTable
    stages: Mapping[str, str]
    those: Limit
    first: FillStage

    @property
    def over(self) -> EntityTable:
        return self.source

    @property
    def gives(self) -> tuple[str, ...]:
        return ("stage",)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        ids = self.those(work.connection, ids)
        for id, stage, since in self._known(work.connection, ids):
            self._write(work, id, stage, since)
        self.first.fill(work, ids)

    def _known(self, connection: sa.Connection, ids: Sequence[UUID]) -> Iterator[tuple[UUID, str, Any]]:
        made, key = self.source, self.source.table.c.id
        if not made.has("stage"):
            return
        columns = (key, *made.columns(["stage", "stage_entered_at"]))
        for row in connection.execute(sa.select(*columns).where(key.in_(ids))).all():
            values = made.load(row)
            if stage := self.stages.get(values["stage"] or ""):
                yield row.id, stage, values["stage_entered_at"]

    def _write(self, work: Work, id: UUID, name: str, since: Any) -> None:
        table = self.first.over
        stage = next(each.stages[name] for each in table.entity.pipelines if name in each.stages)
        values = {"stage": name, "outcome": stage.outcome, "probability": stage.probability, "stage_entered_at": since}
        work.connection.execute(table.table.update().where(table.table.c.id == id).values(table.store(values)))
