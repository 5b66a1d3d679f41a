"""What reading gives: records, pages, groups, hits; and the query that asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customary.engine.expressions import Expression

Titles = Mapping[tuple[str, UUID], str]
"""Titles of records by entity and id. One that is not there may not be read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its reader may see it: fields hidden from the reader are not among `values`."""

    entity: str
    id: UUID
    values: Mapping[str, Any]
    title: str = ""
    titles: Titles = field(default_factory=dict)

    @property
    def revision(self) -> int:
        return self.values["revision"]


@dataclass(frozen=True)
class Query:
    """Which records, in which order, how many of them.

    `sort` names fields and whether they descend; empty values come last either way. `after` is the cursor that
    the page before gave. `count` is none, estimate or exact. `fields` limits what is loaded (None: all that a
    list may show). `text` is a quick search. `conditions` are further conditions that all must hold. `acts` is
    what the actor must be allowed to do with a record.
    """

    where: Expression | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = 50
    after: str | None = None
    count: str = "none"
    archived: bool = False
    fields: tuple[str, ...] | None = None
    text: str | None = None
    conditions: tuple[Expression, ...] = ()
    acts: tuple[str, ...] = ("read",)


@dataclass(frozen=True, slots=True)
class Page:
    """Some records in their order; `next` is the cursor for those after them, None at the end.

    `cells` are all that each record is made of, where that is known: of two pages of one `form`, those with equal cells
    are the same.
    """

    records: Sequence[Record]
    next: str | None = None
    count: int | None = None
    titles: Titles = field(default_factory=dict)
    form: Any = None
    cells: Sequence[tuple] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One row of an aggregate: what its records share, how many they are, and their sums and so on.

    `values` is by function and field: `{"sum": {"amount": Money}, "avg": {...}}`.
    """

    key: Mapping[str, Any]
    values: Mapping[str, Mapping[str, Any]]
    count: int
    titles: Titles = field(default_factory=dict)
    """Titles of records among the keys."""
    of: int = 0
    """How many groups there are, with those that a limit has left out."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search found."""

    entity: str
    id: UUID
    title: str
    detail: str = ""
    """A second line that tells it from others of the same title."""
