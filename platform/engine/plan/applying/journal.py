"""The journal: what is being applied at this moment. After a crash it tells what to take back, or to finish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.releases.catalogue import entry_from_data, entry_to_data
from customary.engine.tables.growth import Turn

if TYPE_CHECKING:
    from customary.engine.plan.plan import Plan

journal = sa.Table(
    "customary_apply",
    system,
    # That of the release to be.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made", Json, nullable=False),
    sa.Column("turns", Json, nullable=False),
    sa.Column("switched", sa.Boolean, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("applied_by", sa.Text, nullable=False),
)
"""There is one row at most."""


@dataclass(frozen=True, slots=True, order=True)
class Made:
    """Something that is added: a table, a column of one, or an index."""

    kind: str
    name: str
    column: str = ""


@dataclass(frozen=True)
class Begun:
    """An apply that has begun. Before its switch the release before it is served, and after it the new one."""

    number: int
    made: tuple[Made, ...]
    turns: tuple[Turn, ...]
    switched: bool
    by: str


def begin(connection: sa.Connection, plan: Plan, by: str) -> None:
    """Notes what is about to be added, and how the catalogue will change."""
    made = sorted({each for change in plan.changes for each in change.adds()})
    connection.execute(
        journal.insert(),
        {
            "number": plan.base + 1,
            "made": [[each.kind, each.name, each.column] for each in made],
            "turns": list(_plain(turn for turn in plan.turns if turn.verb != "kept")),
            "switched": False,
            "began_at": datetime.now(UTC),
            "applied_by": by,
        },
    )


def switched(connection: sa.Connection) -> None:
    """Notes, in the transaction of the release row, that the new release is served."""
    connection.execute(journal.update().values(switched=True))


def close(connection: sa.Connection) -> None:
    """Nothing is under way any more."""
    connection.execute(journal.delete())


def under_way(connection: sa.Connection) -> Begun | None:
    """What has begun and is not done yet, by somebody who is at it or was."""
    row = connection.execute(sa.select(journal)).first()
    if row is None:
        return None
    turns = tuple(
        Turn(verb, entry_from_data(before) if before else None, entry_from_data(after))
        for verb, before, after in row.turns
    )
    return Begun(row.number, tuple(Made(*each) for each in row.made), turns, row.switched, row.applied_by)


def unborn(connection: sa.Connection) -> frozenset[Made]:
    """What is being added for a release that is not there yet: it is no part of the house."""
    begun = under_way(connection)
    return frozenset(begun.made) if begun is not None and not begun.switched else frozenset()


def _plain(turns: Iterable[Turn]) -> Iterable[list]:
    for turn in turns:
        yield [turn.verb, entry_to_data(turn.before) if turn.before else None, entry_to_data(turn.after)]
