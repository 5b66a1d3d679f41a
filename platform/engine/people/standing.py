"""How somebody with an account stands: what they may do, and whether they are let in.

Of those who may do everything one at least stays: without them nobody could look after the workspace any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.model import Model
from customary.engine.people import remembered, tickets
from customary.engine.people.accounts import AccountProblem, account, check_roles, let_in, of_user
from customary.engine.people.sessions import end_all


class LastAdmin(AccountProblem):
    """Nobody else who is let in may do everything."""

    def __init__(self) -> None:
        super().__init__("Nobody else who is let in may do everything: give somebody such a role first")


def set_roles(work: Any, user_id: UUID, roles: Iterable[str]) -> None:
    """Gives an account other roles. Raises AccountProblem for a role that is not there, LastAdmin."""
    roles = tuple(dict.fromkeys(roles))
    check_roles(work, roles)
    if not admin_roles(work.model).intersection(roles):
        _must_not_be_last(work, user_id)
    before = of_user(work.connection, user_id)
    work.connection.execute(account.update().where(account.c.user_id == user_id).values(roles=list(roles)))
    remembered.forget()
    told = {"before": list(before.roles) if before else [], "after": list(roles)}
    work.audit("roles_changed", work.model.playing("user").name, user_id, **told)


def set_active(work: Any, user_id: UUID, active: bool) -> None:
    """Lets somebody in or keeps them out; their sessions and what leads to one end at once, their keys stop working.

    Raises LastAdmin.
    """
    if not active:
        _must_not_be_last(work, user_id)
        end_all(work.connection, user_id)
        tickets.withdraw(work.connection, user_id)
    work.connection.execute(account.update().where(account.c.user_id == user_id).values(active=active))
    remembered.forget()


def rename_roles(connection: sa.Connection, names: Mapping[str, str]) -> None:
    """Who holds a role of an old name holds it under the new one."""
    for id, roles in connection.execute(sa.select(account.c.user_id, account.c.roles)).all():
        renamed = list(dict.fromkeys(names.get(role, role) for role in roles))
        if renamed != roles:
            connection.execute(account.update().where(account.c.user_id == id).values(roles=renamed))


def admin_roles(model: Model) -> frozenset[str]:
    """The roles that let people do everything."""
    return frozenset(name for name, role in model.roles.items() if role.admin)


def are_last_admins(work: Any, going: Collection[UUID]) -> bool:
    """Whether nobody could do everything any more without these accounts; False where none of them can.

    Others who take somebody away wait until this transaction ends, so that two do not leave at once.
    """
    roles = admin_roles(work.model)
    theirs = sa.select(account.c.roles).where(account.c.user_id.in_(going))
    if all(roles.isdisjoint(held) for held in work.connection.execute(theirs).scalars()):
        return False
    if work.connection.dialect.name != "sqlite":
        key = sa.func.hashtextextended("customary administrators", 0)
        work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    there = holders(work.connection, work.release, roles)
    return bool(there) and there <= set(going)


def holders(connection: sa.Connection, release: Any, roles: Collection[str]) -> set[UUID]:
    """Those who are let in under a release and hold one of these roles."""
    found = connection.execute(sa.select(account.c.user_id, account.c.roles).where(let_in(release)))
    return {row.user_id for row in found if not set(roles).isdisjoint(row.roles)}


def roles_of(work: Any, ids: Collection[UUID]) -> set[str]:
    """The roles of those among these who are let in."""
    found = sa.select(account.c.roles).where(account.c.user_id.in_(ids), let_in(work.release))
    return {role for roles in work.connection.execute(found).scalars() for role in roles}


def _must_not_be_last(work: Any, user_id: UUID) -> None:
    if are_last_admins(work, {user_id}):
        raise LastAdmin
