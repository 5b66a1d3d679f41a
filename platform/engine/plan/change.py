"""A change: a small value that says in one line what it does to the database, and does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from customary.engine.plan.line import Impact, Line

if TYPE_CHECKING:
    from customary.engine.plan.applying.journal import Made
    from customary.engine.plan.applying.site import Site
    from customary.engine.plan.applying.written import Written
    from customary.engine.plan.changes.conversion import Limit
    from customary.engine.plan.impact.counting import Counting
    from customary.engine.records.work import Work
    from customary.engine.tables import EntityTable

(
    CREATE_TABLE,
    ADD_COLUMN,
    ADD_KEY,
    CARRY,
    FILL,
    ADD_INDEX,
    FILL_COMPUTED,
    GUARD,
    SWITCH,
    FILL_SEARCH,
    DROP_INDEX,
    NOTHING,
) = range(12)
"""The order in which changes are done; they are shown in the order of the definitions."""


AT_ONCE = 200
"""So many writes are followed in one transaction."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One change. One without a line is a part of another one and is not shown.

    Most need no more than the new names; the others
    are done in parts, each of them for all changes in the order of their phases:

    1. `build` adds structure and fills it, while the old release is served and written under. A crash takes it back.
    2. `catch_up` follows what was written meanwhile.
    3. `switch` is its part of the one short transaction that ends with the release row.
    4. `catch_up` again, for those who were still on the old release for a moment.
    5. `finish` does what can be done afterwards. After a crash it is done from its start.
    """

    phase: ClassVar[int] = NOTHING
    finishes: ClassVar[bool] = False
    """Whether something is left to do after the switch."""
    waits: ClassVar[bool] = False
    """Whether that is to be done when every process is on the new release."""

    line: Line | None = None

    def describe(self) -> str:
        return str(self.line or "")

    def weigh(self, counting: Counting, limits: Sequence[Limit] = ()) -> Iterator[Impact]:
        """What it means for the data there is, where its line alone does not tell; for records let through by all
        `limits`."""
        yield from ()

    def adds(self) -> Iterator[Made]:
        """What `build` adds to the structure: written down before, so that it can be taken back after a crash."""
        yield from ()

    def build(self, site: Site) -> None:
        """Adds what the old release does not see, in short transactions of `site`."""

    def follow(self, site: Site, written: Sequence[Written]) -> None:
        """Catches up with some writes in short transactions, outside of the switch."""
        for start in range(0, len(written), AT_ONCE):
            some = written[start : start + AT_ONCE]
            site.shortly(lambda _, some=some: self.catch_up(site.work(), some))

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        """Follows writes made under the old release after `build` had begun. It may be told of one more than once."""

    def switch(self, work: Work) -> None:
        """Does what must come with the release itself."""

    def finish(self, site: Site) -> None:
        """Ends it, in short transactions of `site`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fill(Change):
    """A change of data, a few records at a time while others read and write them.

    Another one has to say `over` and `fill` and no more. `fill` is asked for all records, again for those that
    somebody wrote meanwhile, and at last for those that were written under the old release after the switch.
    """

    phase: ClassVar[int] = FILL
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    oldest_first: ClassVar[bool] = False
    """Whether the records must be filled in the order in which they were made."""
    elsewhere: ClassVar[bool] = False
    """Whether what it is worked out from is written in other records."""

    @property
    def over(self) -> EntityTable:
        """The table whose records it goes through, in names old or new."""
        raise NotImplementedError(type(self))

    @property
    def gives(self) -> tuple[str, ...]:
        """The fields of today that it gives values. Who wrote one under the new release has the last word."""
        return ()

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        """Gives some records their values, worked out from what the old release reads and writes. Doing it twice is
        the same as once. Some of the records may be gone. It writes no history: nobody changed anything."""
        raise NotImplementedError(type(self))

    def build(self, site: Site) -> None:
        site.go_through(self.over, self.fill, self.oldest_first)

    def catch_up(self, work: Work, written: Sequence[Written]) -> None:
        from customary.engine.plan.applying.written import still_old

        ids = {each.record for each in written if each.entity == self.over.code}
        if left := still_old(work, self.over, self.gives, ids):
            self.fill(work, left)


def in_turn(changes: Iterable[Change]) -> list[Change]:
    """The changes in the order in which they are done."""
    return sorted(changes, key=lambda change: change.phase)
