"""Which runs are meant: for the list of them, and for what is done to many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Runs of a workflow, of a status, for a record, begun since a moment: those for which all that is given holds."""

    workflow: str | None = None
    status: str | None = None
    record: UUID | None = None
    since: datetime | None = None
    ids: tuple[UUID, ...] | None = None

    def conditions(self) -> Iterable[sa.ColumnElement]:
        run = tables.run
        for name in ("workflow", "status", "record"):
            if (value := getattr(self, name)) is not None:
                yield run.c[name] == value
        if self.since is not None:
            yield run.c.at >= self.since
        if self.ids is not None:
            yield run.c.id.in_(self.ids)


def wanted_of(given: Wanted | UUID) -> Wanted:
    """Those that are wanted, or one by its id."""
    return Wanted(ids=(given,)) if isinstance(given, UUID) else given
