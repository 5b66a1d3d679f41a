"""Changes of stages: records have the outcome and the probability that their stage says today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import Stage
from customary.engine.plan.applying.site import Site
from customary.engine.plan.change import FILL, Change
from customary.engine.plan.changes.fill import records_of
from customary.engine.plan.comparison import Comparison
from customary.engine.tables import Tables

if TYPE_CHECKING:
    from customary.engine.records.work import Work

GIVEN = ("outcome", "probability")
"""Keys of a stage that the records in it have too."""

Restaged = Mapping[str, frozenset[str]]
"""By entity, the stages that give records something else than before."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowStages(Change):
    """Records follow what their stages say. The release before reads the same columns, so it is done after the
    switch. Nobody changed anything, so no history is written."""

    phase: ClassVar[int] = FILL
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    tables: Tables
    entity: str
    stages: frozenset[str]

    def finish(self, site: Site) -> None:
        site.go_through(self.tables.entity(self.entity), self._follow)

    def _follow(self, work: Work, ids: Sequence[UUID]) -> None:
        made = self.tables.entity(self.entity)
        late: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
        for record, scope in records_of(work, self.entity, self._in_them(work, ids)):
            stage = _stage(made.entity, record["stage"], scope)
            if stage is not None and given(stage) != tuple(record[name] for name in GIVEN):
                late[given(stage)].append(record["id"])
        for values, those in late.items():
            columns = made.store(dict(zip(GIVEN, values, strict=True)))
            work.connection.execute(made.table.update().where(made.table.c.id.in_(those)).values(**columns))

    def _in_them(self, work: Work, ids: Sequence[UUID]) -> list[UUID]:
        """Those of some records that are in the stages, held so that nobody moves them meanwhile."""
        made = self.tables.entity(self.entity)
        (stage,), key = made.columns(["stage"]), made.table.c.id
        codes = [code for name in sorted(self.stages) for code in made.store({"stage": name}).values()]
        held = sa.select(key).where(key.in_(ids), stage.in_(codes)).order_by(key).with_for_update()
        return list(work.connection.execute(held).scalars())


def compare_stages(comparison: Comparison) -> Iterator[Change]:
    """What follows stages that say something else."""
    for entity, stages in restaged(comparison).items():
        yield FollowStages(tables=comparison.tables, entity=entity, stages=stages)


def restaged(comparison: Comparison) -> Restaged:
    """Those of entities whose records are there already."""
    found = {name: frozenset(_changed(comparison, each)) for name, each in comparison.model.entities.items()}
    return {name: stages for name, stages in found.items() if stages and comparison.has_records(name)}


def given(stage: Stage) -> tuple[Any, ...]:
    """What records in a stage get from it."""
    return tuple(getattr(stage, name) for name in GIVEN)


def _changed(comparison: Comparison, entity: Entity) -> Iterator[str]:
    """The stages of an entity that are not new to its records. One that comes back may find some in it."""
    current, catalogue = comparison.current, comparison.tables.catalogue
    before = current and current.tables.catalogue.entries.get(catalogue.entity(entity.name).id)
    if not before or not entity.pipelines or before.name not in current.model.entities:
        return
    old, new = _given_by_name(current.model.entities[before.name]), _given_by_name(entity)
    for turn in comparison.turns_below["option", catalogue.field(entity.name, "stage").id]:
        stays = turn.before and turn.verb not in ("born", "retired")
        if stays and old.get(turn.before.name) != new.get(turn.after.name):
            yield turn.after.name


def _given_by_name(entity: Entity) -> Mapping[str, set[tuple[Any, ...]]]:
    """What each stage gives; it may be one of several pipelines, and give different things in them."""
    found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for pipeline in entity.pipelines:
        for name, stage in pipeline.stages.items():
            found[name].add(given(stage))
    return found


def _stage(entity: Entity, name: str | None, scope: Any) -> Stage | None:
    fitting = (each for each in entity.pipelines if each.where is None or each.where.holds(scope))
    pipeline = next(fitting, None)
    return pipeline.stages.get(name) if pipeline and name else None
