"""Gives the record to a user: `assign: {field: owner, among: team inside_sales, by: round_robin}`.

`among` is a team (`team` and its code or name), a role (`role` and its name), or a list of users' e-mails.
`by` is `round_robin` (the next in turn) or `least_busy` (who has the fewest open records of this entity).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.candidates import candidates
from customary.engine.records.turns import following, give_turn, take_turn
from customary.engine.records.write import update
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    field, among = step["field"], step["among"]
    users = candidates(acting.work, tuple(map(str, map(acting.value, among))) if isinstance(among, tuple) else among)
    if not users:
        return Done(input={"among": among}, skipped=Reason("there is nobody to choose from"))
    key = f"{acting.workflow.name}/{acting.position}"
    last = take_turn(acting.work, key)
    chosen = following(users, last) if step["by"] == "round_robin" else _least_busy(acting, entity, field, users, last)
    give_turn(acting.work, key, chosen)
    update(acting.work, entity, id, {field: chosen})
    return Done(
        input={"among": among, "by": step["by"], "candidates": [str(user) for user in users]},
        result={field: str(chosen)},
        binds=(acting.work.model.playing("user").name, chosen),
    )


def _least_busy(acting: Acting, entity: str, field: str, users: list[UUID], last: UUID | None) -> UUID:
    table = acting.work.release.tables.entity(entity)
    column = table.column(field)
    counted = sa.select(column, sa.func.count()).where(column.in_(users), table.column("archived_at").is_(None))
    if acting.work.model.entities[entity].pipelines:
        counted = counted.where(table.column("outcome").is_(None))
    counts = acting.work.connection.execute(counted.group_by(column)).all()
    busy = {row[0]: row[1] for row in counts}
    fewest = min(busy.get(user, 0) for user in users)
    return following([user for user in users if busy.get(user, 0) == fewest], last)
