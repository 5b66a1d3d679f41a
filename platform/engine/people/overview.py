"""All who may sign in, or could once, as those see them who look after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people.accounts import account
from customary.engine.people.second_factor import factor
from customary.engine.people.sessions import session


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `archived` is who has no record any more that lets them in; `invited` have chosen no password yet;
    `seen` is when a session of theirs was last used."""

    user_id: UUID
    email: str
    roles: tuple[str, ...]
    active: bool
    archived: bool
    invited: bool
    seen: datetime | None
    second_factor: bool

    @property
    def is_let_in(self) -> bool:
        return self.active and not self.archived


def people_page(work: Any, *, words: str = "", after: str = "", limit: int = 100) -> list[Person]:
    """Accounts by e-mail address, those that contain the words, from the one `after` on."""
    statement = _people(work).order_by(account.c.email).limit(limit)
    if words:
        statement = statement.where(account.c.email.contains(words.lower(), autoescape=True))
    if after:
        statement = statement.where(account.c.email > after)
    return [_person(row) for row in work.connection.execute(statement).mappings()]


def one_person(work: Any, user_id: UUID) -> Person | None:
    """The account of a user's record."""
    row = work.connection.execute(_people(work).where(account.c.user_id == user_id)).mappings().first()
    return _person(row) if row is not None else None


def _people(work: Any) -> sa.Select:
    record = work.release.tables.entity(work.model.playing("user").name).table.c
    there = sa.exists().where(record.id == account.c.user_id, record.archived_at.is_(None))
    seen = sa.select(sa.func.max(session.c.seen)).where(session.c.user_id == account.c.user_id).scalar_subquery()
    return sa.select(
        account.c.user_id,
        account.c.email,
        account.c.roles,
        account.c.active,
        (~there).label("archived"),
        account.c.password_hash.is_(None).label("invited"),
        sa.type_coerce(seen, session.c.seen.type).label("seen"),
        sa.exists().where(factor.c.user_id == account.c.user_id).label("second_factor"),
    )


def _person(row: Any) -> Person:
    flags = {name: bool(row[name]) for name in ("active", "archived", "invited", "second_factor")}
    return Person(user_id=row["user_id"], email=row["email"], roles=tuple(row["roles"]), seen=row["seen"], **flags)
