"""What a check looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people.actor import SYSTEM
from customary.engine.records import Work
from customary.engine.releases import Release
from customary.engine.workspace import Workspace

BATCH = 500
SAMPLE = 2000
"""Records of each entity that are looked at one by one, the newest, unless all are asked for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, in a sentence, and what to do. `mends` says that --repair does it."""

    text: str
    remedy: str
    mends: bool = False


@dataclass(frozen=True)
class Patient:
    """A workspace at one moment. With `deep` all records and files are looked at, else a sample where it takes long."""

    workspace: Workspace
    release: Release
    connection: sa.Connection
    deep: bool = False

    @cached_property
    def work(self) -> Work:
        return Work(self.connection, self.release, SYSTEM, datetime.now(UTC))

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def number(self, statement: sa.Select) -> int:
        """The one number that a statement gives."""
        return self.connection.execute(statement).scalar() or 0

    def batches(self, entity: str) -> Iterator[list[UUID]]:
        """The ids of an entity's records, the newest first, some hundreds at a time."""
        id, before, left = self.release.tables.entity(entity).table.c.id, None, None if self.deep else SAMPLE
        while left is None or left > 0:
            statement = sa.select(id).order_by(id.desc()).limit(BATCH)
            statement = statement if before is None else statement.where(id < before)
            found = list(self.connection.execute(statement).scalars())
            if not found:
                return
            yield found
            before, left = found[-1], None if left is None else left - len(found)


def counted(count: int, what: str) -> str:
    """`1 record`, `1,234 records`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def some(ids: Any) -> str:
    """A few ids to begin with."""
    return ", ".join(map(str, ids))
