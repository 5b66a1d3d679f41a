"""Accounts: who may sign in, with which password and which roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine import audit
from customary.engine.columns import Json
from customary.engine.database import system
from customary.engine.people import guessable, passwords

account = sa.Table(
    "customary_account",
    system,
    sa.Column("user_id", sa.Uuid, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("roles", Json, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's way in. `user_id` is their record of the entity that plays user."""

    user_id: UUID
    email: str
    roles: tuple[str, ...]
    active: bool


class AccountProblem(ValueError):
    """An account that cannot be made or changed as wished; the text says why."""


def add(work: Any, email: str, password: str | None, roles: Iterable[str], name: str | None = None) -> UUID:
    """Makes a person: an account with these roles, over the record that has this address or a new one. Gives its id.

    `work` is a records `Work`. Hash the password before the transaction begins and hand over the hash
    (`people.hashed(password)`): it takes 25 ms, during which nobody else could write. Raises AccountProblem.
    """
    email = tidy(email)
    roles = tuple(dict.fromkeys(roles))
    check_roles(work, roles)
    if find(work.connection, email) is not None:
        raise AccountProblem(f"“{email}” has an account already")
    id = of_address(work, email) or work.as_system().create(_people(work).name, _record(work, email, name))
    insert(work.connection, id, email, password, roles)
    work.audit("person_added", _people(work).name, id, email=email, roles=list(roles))
    return id


def insert(connection: sa.Connection, user_id: UUID, email: str, password: str | None, roles: Iterable[str]) -> None:
    """Makes the account of a record that is there."""
    connection.execute(
        account.insert().values(
            user_id=user_id, email=tidy(email), password_hash=_hash(password), roles=list(roles), active=True
        )
    )


def find(connection: sa.Connection, email: str) -> Account | None:
    """The account with this e-mail address, in any case of letters."""
    row = connection.execute(sa.select(account).where(account.c.email == tidy(email))).mappings().first()
    return _account(row) if row is not None else None


def of_address(work: Any, email: str) -> UUID | None:
    """The record of somebody with this address who has no account yet: one that was imported, or made by hand."""
    table = work.release.tables.entity(_people(work).name)
    if not table.has("email"):
        return None
    wanted = sa.select(table.column("id")).where(
        table.column("email") == email,
        table.column("archived_at").is_(None),
        ~sa.exists().where(account.c.user_id == table.column("id")),
    )
    return work.connection.execute(wanted.order_by(table.column("id")).limit(1)).scalar()


def of_user(connection: sa.Connection, user_id: UUID) -> Account | None:
    """The account of a user's record."""
    row = connection.execute(sa.select(account).where(account.c.user_id == user_id)).mappings().first()
    return _account(row) if row is not None else None


def let_in(release: Any) -> sa.ColumnElement[bool]:
    """That an account lets its holder in: it is active, and their record is there and not archived."""
    people = release.model.playing("user")
    if people is None:
        return sa.false()
    record = release.tables.entity(people.name).table.c
    there = sa.exists().where(record.id == account.c.user_id, record.archived_at.is_(None))
    return sa.and_(account.c.active, there)


def is_let_in(work: Any, user_id: UUID) -> bool:
    """Whether somebody has an account that lets them in."""
    mine = sa.select(account.c.user_id).where(account.c.user_id == user_id, let_in(work.release))
    return work.connection.execute(mine).first() is not None


def everyone(connection: sa.Connection) -> list[Account]:
    """All accounts by e-mail address."""
    rows = connection.execute(sa.select(account).order_by(account.c.email)).mappings()
    return [_account(row) for row in rows]


def set_password(connection: sa.Connection, user_id: UUID, password: str, now: datetime) -> None:
    """Gives an account a new password and ends all its sessions."""
    from customary.engine.people.sessions import end_all

    connection.execute(account.update().where(account.c.user_id == user_id).values(password_hash=_hash(password)))
    end_all(connection, user_id)
    note(connection, "password_changed", user_id, now)


def note(connection: sa.Connection, kind: str, user_id: UUID, now: datetime, **details: Any) -> None:
    """Adds a line to the audit log of what the holder of an account did to come in, now or later."""
    mine = of_user(connection, user_id)
    audit.note(connection, kind, now, actor=user_id, who=mine.email if mine else "", **details)


def rehash(connection: sa.Connection, user_id: UUID, before: str, after: passwords.Hashed) -> None:
    """Keeps the same password by another hash, unless it was changed meanwhile."""
    same = account.c.user_id == user_id, account.c.password_hash == before
    connection.execute(account.update().where(*same).values(password_hash=after))


def check_roles(work: Any, roles: Iterable[str]) -> None:
    """Raises AccountProblem when one of the roles is not declared."""
    for role in roles:
        if role not in work.model.roles:
            known = ", ".join(sorted(work.model.roles))
            raise AccountProblem(f"“{role}” is not a role. Known: {known}.")


def tidy(email: str) -> str:
    """An e-mail address as accounts keep it. Raises AccountProblem when it cannot be one."""
    email = email.strip().lower()
    if not 3 <= len(email) <= 254 or email.count("@") != 1 or not email.isprintable() or " " in email:
        raise AccountProblem(f"“{email[:80]}” is not an e-mail address")
    return email


def _hash(password: str | None) -> str | None:
    if password is None or isinstance(password, passwords.Hashed):
        return password
    if (why := guessable.why_not(password)) is not None:
        raise AccountProblem(str(why))
    return passwords.hashed(password)


def _people(work: Any) -> Any:
    people = work.model.playing("user")
    if people is None:
        raise AccountProblem("No entity plays user: add “plays: user” to one, or the pack core")
    return people


def _record(work: Any, email: str, name: str | None) -> dict[str, Any]:
    fields = _people(work).fields
    values = {"name": name or email.partition("@")[0], "email": email}
    return {key: value for key, value in values.items() if key in fields}


def _account(row: Mapping[str, Any]) -> Account:
    return Account(row["user_id"], row["email"], tuple(row["roles"]), row["active"])
