"""Gives the record to a user: `assign: {field: owner, among: team inside_sales, by: round_robin}`.

`among` is a team (`team` and its code or name), a role (`role` and its name), or a list of users' e-mails.
`by` is `round_robin` (the next in turn) or `least_busy` (who has the fewest open records of this entity, with
`weight: =capacity` for what each can bear; who can bear nothing gets none). `least: =size(visits)` is who has least.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.acting import Acting, Done
from customary.engine.expressions import Expression
from customary.engine.records.deciding.candidates import candidates
from customary.engine.records.deciding.turns import following, give_turn, take_turn
from customary.engine.records.write import update
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    field, among = step["field"], step["among"]
    users = candidates(acting.work, tuple(map(str, map(acting.value, among))) if isinstance(among, tuple) else among)
    key = f"{acting.workflow.name}/{acting.position}"
    last = take_turn(acting.work, key)  # before anything is counted, for others count too
    wanted = users if step["by"] == "round_robin" else _with_least(_burdens(step, acting, users))
    if not wanted:
        return Done(input={"among": among}, skipped=Reason("there is nobody to choose from"))
    chosen = following(wanted, last)
    give_turn(acting.work, key, chosen)
    update(acting.work, entity, id, {field: chosen})
    return Done(
        input={"among": among, "by": step["by"], "candidates": [str(user) for user in users]},
        result={field: str(chosen)},
        binds=(acting.work.model.playing("user").name, chosen),
    )


def _with_least(burdens: Mapping[UUID, Fraction]) -> list[UUID]:
    least = min(burdens.values(), default=None)
    return [user for user, each in burdens.items() if each == least]


def _burdens(step: Mapping[str, Any], acting: Acting, users: list[UUID]) -> dict[UUID, Fraction]:
    """What each of them has: of `least`, or of open records, this one included, for what they can bear."""
    if step["by"] == "least":
        return {user: Fraction(_asked(acting, step["least"], user) or 0) for user in users}
    busy = _busy(acting, acting.about[0], step["field"], users)
    weights = {user: _asked(acting, step["weight"], user) or 0 if "weight" in step else 1 for user in users}
    return {user: Fraction(busy.get(user, 0) + 1) / Fraction(weights[user]) for user in users if weights[user] > 0}


def _asked(acting: Acting, of: Expression, user: UUID) -> Any:
    """What an expression gives for one of them."""
    users = acting.work.model.playing("user")
    return of.evaluate(acting.scope.about(acting.scope.find(users.name, user)))


def _busy(acting: Acting, entity: str, field: str, users: list[UUID]) -> dict[UUID, int]:
    """How many open records of an entity each of them has."""
    table = acting.work.release.tables.entity(entity)
    column = table.column(field)
    counted = sa.select(column, sa.func.count()).where(column.in_(users), table.column("archived_at").is_(None))
    if acting.work.model.entities[entity].pipelines:
        counted = counted.where(table.column("outcome").is_(None))
    return {row[0]: row[1] for row in acting.work.connection.execute(counted.group_by(column))}
