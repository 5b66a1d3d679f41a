"""Trees: records of an entity that link to one another. No record may come to stand below itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def hold_tree(work: Work, entity: str, values: Mapping[str, Any]) -> None:
    """Lets those who move records of one tree wait for each other, so that no two make a circle together.

    It is held before the record itself: whoever waits for a record holds no tree that its holder waits for.
    """
    known = work.model.entities.get(entity)
    if known is None or known.tree is None or values.get(known.tree) is None or work.is_sqlite:
        return
    key = sa.func.hashtextextended(f"customary tree {entity}", 0)
    work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def check_tree(work: Work, draft: Draft) -> None:
    """Refuses a link that would make a circle."""
    link = draft.shape.entity.tree
    if link is None or draft.is_new or not draft.changed(link) or draft.after[link] is None:
        return
    if draft.id in _upwards(work, draft.entity, link, draft.after[link]):
        draft.refuse(link, "must not be the record itself or one below it")


def _upwards(work: Work, entity: str, link: str, id: Any) -> Iterator[UUID]:
    """A record and those above it, each once."""
    table = work.release.tables.entity(entity)
    statement = sa.select(table.column(link)).where(table.column("id") == sa.bindparam("here"))
    seen: set[UUID] = set()
    while id is not None and id not in seen:
        seen.add(id)
        yield id
        id = work.connection.execute(statement, {"here": id}).scalar()
