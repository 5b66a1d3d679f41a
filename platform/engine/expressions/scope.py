"""What an expression reads from: a `Scope` in Python; `Rows` and `Values` in SQL. Other rooms implement them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

Fields = Mapping[str, Any]
"""A record: values by field name, with "id" and "entity"."""


class Scope(Protocol):
    """The values that an expression sees in Python."""

    record: Fields | None
    old: Fields | None
    """The record before the change; None when nothing changed, then `old` means `record`."""
    bindings: Mapping[str, Any]
    """Other names: `user` (a record or None), `payload`, results of steps. `record` need not be among them."""
    now: datetime
    """Aware, and the same for a whole unit of work."""
    zone: ZoneInfo
    """The workspace's, for `today()` and for the day of a datetime."""

    def follow(self, entity: str, field: str, record: Fields) -> Fields | Sequence[Fields] | None:
        """What `field` of `record` (of `entity`) points to: a record or None, or the list behind
        links, lines and inverse links in the order of their ids."""

    def every(self, entity: str) -> Sequence[Fields]:
        """All records of an entity that the reader may see, in the order of their ids."""


class Rows(Protocol):
    """Rows of one entity in a FROM clause."""

    entity: str

    @property
    def from_clause(self) -> sa.FromClause:
        """The table or alias itself."""

    def column(self, name: str, part: str = "") -> sa.ColumnElement:
        """The column of a field, typed by `engine.columns`' types (`Scaled` tells the scale). Money has the
        parts "" (amount), "_currency" and "_base" (what it is worth); the column of a link (also of an any_link) is the
        record's id."""

    def follow(self, field: str, entity: str = "") -> tuple[Rows, sa.ColumnElement]:
        """A fresh alias of the rows that `field` points to, and the condition that joins them; of an any_link, those
        of one `entity`. The condition mentions only that alias and this one (anything else inside a sub-select), and
        includes permission and not being archived."""

    def every(self, entity: str) -> tuple[Rows, sa.ColumnElement]:
        """A fresh alias of all rows of an entity, and the condition (permission, not archived) on them."""

    def with_archived(self, entity: str) -> tuple[Rows, sa.ColumnElement]:
        """The same with those that are archived, to which a single link may point."""


class Values(Protocol):
    """The values that are known when a clause is made; they become bind parameters."""

    now: datetime
    zone: ZoneInfo
    user: Fields | None
    currency: str
    """The workspace's, in which amounts of several currencies come together."""
    bindings: Mapping[str, Any]
