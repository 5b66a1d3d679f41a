"""Change of data: computed fields that are kept are worked out for the records that are there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from customary.engine.fields.field import Refusal
from customary.engine.model.dependence import nothing_kept, readings
from customary.engine.model.model import Model
from customary.engine.plan.applying.site import Site
from customary.engine.plan.change import FILL_COMPUTED, Change, Fill
from customary.engine.plan.changes.stages import GIVEN, Restaged, restaged
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import ONLINE, Line
from customary.engine.tables import EntityTable, Tables
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.applying.written import Written
    from customary.engine.records.formulas.stirred import Stirred
    from customary.engine.records.work import Work

Computed = tuple[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class FillComputed(Fill):
    """A kept field of all records, worked out by the statement that a reader would use. Nobody changed anything, so
    no history is written.

    A column that the old release reads too is filled after the switch, with all that may read it.
    """

    phase: ClassVar[int] = FILL_COMPUTED

    tables: Tables
    entity: str
    field: str
    fresh: bool
    """Whether its column is new."""
    again: bool
    """Whether a column that it may read is not, or gets other values only after the switch."""

    @property
    def over(self) -> EntityTable:
        return self.tables.entity(self.entity)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        self._work_out(work, ids, held=False)

    def build(self, site: Site) -> None:
        if self.fresh:
            super().build(site)

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        """Left to `FollowWritten`: it may be any record that reads what was written."""

    def finish(self, site: Site) -> None:
        if self.again:
            site.go_through(self.over, self._work_out)

    def _work_out(self, work: Work, ids: Sequence[UUID], held: bool = True) -> None:
        """Records are `held` when others may write the same column."""
        from customary.engine.records.formulas.derived import recompute

        for _ in recompute(work, self.entity, [self.field], ids, held):
            pass


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowWritten(Change):
    """Fields whose columns are new follow what was written under the old release, which does not know them."""

    phase: ClassVar[int] = FILL_COMPUTED
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    fields: frozenset[Computed]

    def follow(self, site: Site, written: Sequence[Written]) -> None:
        """All writes at once, for many may be read by one record; but only a few records in one transaction."""
        from customary.engine.records.formulas.readers import readers_of
        from customary.engine.records.formulas.ways import find

        rank, waiting = find(site.release.model).rank, defaultdict(set)
        stirred = [each for one in written for each in _stirred(site.work(), one)]
        while stirred or waiting:
            for at, ids in site.look(lambda _, stirred=stirred: readers_of(site.work(), stirred)).items():
                if at in self.fields:
                    waiting[at] |= ids
            if not waiting:
                return
            entity, name = at = min(waiting, key=rank.__getitem__)
            do = partial(_recomputed, entity, name)
            stirred = [each for some in site.go_along(sorted(waiting.pop(at)), do) for each in some]

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        self.follow(Site(work.connection, work.release, at_once=True), written)


def _recomputed(entity: str, name: str, work: Work, ids: Sequence[UUID]) -> list[Stirred]:
    from customary.engine.records.formulas.derived import recompute

    return list(recompute(work, entity, [name], ids))


def _stirred(work: Work, written: Written) -> Iterator[Stirred]:
    """A write as it looks under the new release."""
    from customary.engine.records.formulas.stirred import Stirred

    entity = work.release.tables.named(written.entity)
    if entity is None:
        return
    before, after = (_read(work, entity, side, written) for side in (written.before, written.after))
    if written.kind == "created":
        yield Stirred(entity, written.record, None, after)
    # Others may link to it since, so what led to it is asked for even when it was new.
    yield Stirred(entity, written.record, before, None if written.kind == "deleted" else after)


def _read(work: Work, entity: str, values: Mapping[str, Any], written: Written) -> dict[str, Any]:
    """Values by today's names. Of links the ends are read; a link that was something else then is left out."""
    fields, found = work.model.entities[entity].fields, {}
    past = work.release.tables.past
    for name, value in past.told(entity, values, written.release, written.entity).items():
        try:
            found[name] = fields[name].from_json(value) if value is not None and fields[name].points else value
        except (Refusal, KeyError, ValueError, TypeError, AttributeError):
            continue
    return found


def compare_computed(comparison: Comparison) -> Iterator[Change]:
    """The kept fields that must be worked out, each after those that it reads."""
    from customary.engine.records.formulas.ways import find

    rank, tables, stirred = find(comparison.model).rank, comparison.tables, restaged(comparison)
    there = (at for at in rank if comparison.has_records(at[0]) and _is_due(comparison, *at, stirred))
    due = sorted(there, key=rank.__getitem__)
    fresh = {at for at in due if _is_fresh(comparison, *at)}
    for entity, name in due:
        reason = comparison.model.entities[entity].fields[name].kept
        note = Reason("worked out for all records and kept, since {reason}", {"reason": reason})
        yield FillComputed(
            line=Line(sign="~", kind="field", path=f"{entity}.{name}", notes=(note,), grade=ONLINE),
            tables=tables,
            entity=entity,
            field=name,
            fresh=(entity, name) in fresh,
            again=len(fresh) < len(due) or bool(stirred),
        )
    if fresh:
        yield FollowWritten(fields=frozenset(fresh))


def _is_fresh(comparison: Comparison, entity: str, name: str) -> bool:
    """Whether the old release reads nothing from its column."""
    made = comparison.tables.entity(entity)
    turn = comparison.turn_of[comparison.tables.catalogue.field(entity, name).id]
    born = all((made.table.name, column.name) in comparison.born_columns for column in made.columns([name]))
    return born or turn.verb in ("revived", "restored")


def _is_due(comparison: Comparison, entity: str, name: str, stirred: Restaged) -> bool:
    """Whether the column is new, or what it is computed from is another than it was."""
    current, catalogue = comparison.current, comparison.tables.catalogue
    turns = comparison.turn_of
    own = turns[catalogue.field(entity, name).id]
    if current is None or own.reshaped or own.verb in ("born", "revived"):
        return True
    before = current.tables.catalogue
    old_entity = before.entries[own.after.parent].name
    was, settings = current.model.settings, comparison.model.settings
    if (was.time_zone, was.currency) != (settings.time_zone, settings.currency):
        return True
    if _texts(current.model, old_entity, own.before.name) != _texts(comparison.model, entity, name):
        return True
    read = readings(comparison.model.entities, entity, name, nothing_kept) or ()
    if comparison.moved & {entity, *(step.to for each in read for step in each.steps)}:
        return True
    ends = [(each.steps[-1].to if each.steps else entity, each.name) for each in read]
    if any(of in stirred and each in GIVEN for of, each in ends):
        return True
    entries = (catalogue.find("field", catalogue.entity(of).id, each) for of, each in ends)
    return any(turns[entry.id].reshaped for entry in entries if entry is not None)


def _texts(model: Model, entity: str, name: str) -> frozenset[tuple[str, str, str]]:
    """The formulas by which a field is computed, those of all computed fields that it reads among them."""
    found: dict[Computed, str] = {}
    waiting = [(entity, name)]
    while waiting:
        here, field = waiting.pop()
        formula = model.entities[here].fields[field].formula
        if formula is None or (here, field) in found:
            continue
        found[here, field] = formula.says
        waiting += [at for path in formula.paths for at in _on(model, here, path)]
    return frozenset((*at, text) for at, text in found.items())


def _on(model: Model, entity: str, path: tuple[str, ...]) -> Iterator[Computed]:
    from customary.engine.access.hidden import target_of

    here: str | None = entity
    for name in path:
        if here is None:
            return
        if name in model.entities[here].fields:
            yield here, name
        here = target_of(model, here, name)
