"""The way back to an earlier release: what was renamed since, and which values were written since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.plan.change import Change, Fill
from customary.engine.plan.changes.conversion import Limit
from customary.engine.plan.line import Impact
from customary.engine.records.changes import change as written
from customary.engine.releases import Inverse, Release, load_catalogue, read_inverses, read_release
from customary.engine.releases.inverse import Names, Where, renamed_since, stood_before
from customary.engine.tables import Catalogue, EntityTable, Entry
from customary.engine.tables.going_back import Stood, lives, stood_in

if TYPE_CHECKING:
    from customary.engine.plan.comparison import Comparison
    from customary.engine.plan.impact.counting import Counting
    from customary.engine.records.work import Work
    from customary.engine.tables.growth import Turn


class CannotUndo(Exception):
    """There is nothing to go back to, or not enough is known of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Back:
    """From the release `base` back to the one `to`."""

    to: int
    base: int
    today: Catalogue
    inverses: Mapping[int, Inverse]
    """By the numbers of the releases that are taken back, in their order."""

    @property
    def stood(self) -> Stood:
        """How the catalogue stood then, where it stands otherwise today."""
        return stood_before(self.inverses.values())

    @property
    def renamed(self) -> Mapping[Where, Names]:
        return renamed_since(self.inverses, self.today)

    def last_release_with(self, connection: sa.Connection, field: Entry) -> Release | None:
        """The last of the releases in which a field lived that is not in the newest one."""
        for number in reversed(self.inverses):
            later = {each: inverse for each, inverse in self.inverses.items() if each >= number}
            then = stood_in(self.today, stood_before(later.values()))
            if lives(then, field.id):
                return read_release(connection, number - 1, then)
        return None

    def limit(self, turn: Turn) -> Limit | None:
        """Lets through the records in which somebody wrote a field since, and those that were made since.

        None where all records are concerned, for they have no values of then.
        """
        if turn.verb not in ("restored", "revived"):
            return None
        entered = turn.verb == "restored" and not turn.before.shape.is_computed
        return partial(written_since, self.to, self.base, turn.before if entered else None)


def limited(comparison: Comparison, change: Change) -> Change:
    """The change; one that gives values to a field which comes back only where it has none of its own."""
    if not isinstance(change, Fill) or not change.gives or change.elsewhere:
        return change
    catalogue, entity = comparison.tables.catalogue, change.over.entity.name
    limit = comparison.back.limit if comparison.back else partial(_absence, comparison)
    limits = [limit(comparison.turn_of[catalogue.field(entity, name).id]) for name in change.gives]
    if None in limits:
        return change
    return FillSince(line=change.line, whole=change, limits=tuple(limits))


def _absence(comparison: Comparison, turn: Turn) -> Limit | None:
    """Lets through the records that were made while a field was retired: only they had no chance to have a value."""
    base = comparison.current.number if comparison.current else 0
    for number in range(base, 0, -1) if turn.verb == "revived" else ():
        inverse = read_inverses(comparison.connection, [number])[number]
        was = inverse.stood.get(turn.after.id) if inverse else None
        if was is not None and not was.retired:
            return partial(written_since, number - 1, base, None)
    return None


def written_since(
    to: int, base: int, field: Entry | None, connection: sa.Connection, ids: Sequence[UUID]
) -> list[UUID]:
    """Those of some records that were made after the release `to`, up to `base`, or in which a field was written."""
    columns = (written.c.record, written.c.kind, written.c.before, written.c.after, written.c.release)
    since = sa.and_(written.c.release > to, written.c.release <= base)
    found = connection.execute(sa.select(*columns).where(written.c.record.in_(ids), since))
    touched = {row.record for row in found if row.kind == "created" or field and _writes(row, field)}
    return [id for id in ids if id in touched]


@dataclass(frozen=True, kw_only=True, eq=False)
class FillSince(Fill):
    """A change of data in those records that do not have the values of then, or have newer ones."""

    whole: Fill
    limits: tuple[Limit, ...]

    @property
    def oldest_first(self) -> bool:  # type: ignore[override]
        return self.whole.oldest_first

    @property
    def over(self) -> EntityTable:
        return self.whole.over

    @property
    def gives(self) -> tuple[str, ...]:
        return self.whole.gives

    def weigh(self, counting: Counting, limits: Sequence[Limit] = ()) -> Iterator[Impact]:
        yield from self.whole.weigh(counting, self.limits)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        since = {id for limit in self.limits for id in limit(work.connection, ids)}
        if since:
            self.whole.fill(work, [id for id in ids if id in since])


def way_back(connection: sa.Connection, to: int, base: int) -> Back:
    """What leads from the release `base` back to the one `to`. Raises CannotUndo."""
    inverses = {}
    for number, inverse in sorted(read_inverses(connection, range(to + 1, base + 1)).items()):
        if inverse is None:
            raise CannotUndo(
                f"Release {number} was applied by an earlier version of Customary, which did not note what it takes"
                " to undo it."
            )
        inverses[number] = inverse
    return Back(to=to, base=base, today=load_catalogue(connection), inverses=inverses)


def _writes(row: Any, field: Entry) -> bool:
    return field.name_in(row.release) in {*(row.before or ()), *(row.after or ())}
