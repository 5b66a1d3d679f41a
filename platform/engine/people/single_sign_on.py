"""Single sign-on by OpenID Connect: the way to a provider and back, and whose account it is.

The way there carries a state, a nonce and a challenge (PKCE); all three are in a ticket that is good once, in the very
browser that set out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import system
from customary.engine.model.people.sign_in import Provider
from customary.engine.people import accounts, tickets
from customary.engine.people.accounts import Account, AccountProblem
from customary.engine.people.sessions import SINGLE_SIGN_ON, Browser, Session, end_all, start
from customary.engine.people.standing import LastAdmin, admin_roles, set_roles
from customary.engine.people.tokens import new_token, token_hash

identity = sa.Table(
    "customary_identity",
    system,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
)

STATE = "single sign-on"
PATIENCE = timedelta(minutes=10)

log = logging.getLogger("customary.people")


class Stranger(Exception):
    """The provider knows who it is, and here nobody has that account."""


class Groupless(Stranger):
    """The provider knows who it is, and none of their groups has a role here."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where to send the browser, and what it must bring back in a cookie."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Return:
    """What is known of somebody who comes back."""

    nonce: str
    verifier: str
    next: str
    again: bool = False


def set_out(
    connection: sa.Connection,
    provider: Provider,
    there: str,
    back: str,
    wanted: str,
    now: datetime,
    *,
    again: bool = False,
) -> Way:
    """The way to a provider's page `there`, from which the browser comes `back`; `again` to be asked even by a provider
    that knows them still."""
    browser, nonce, verifier = new_token(), new_token(), new_token()
    data = {"nonce": nonce, "verifier": verifier, "next": wanted, "again": again}
    kept = {**data, "provider": provider.name, "browser": token_hash(browser)}
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": " ".join(provider.scopes),
        "state": tickets.issue(connection, STATE, now, PATIENCE, data=kept),
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        **({"prompt": "login"} if again else {}),
    }
    return Way(f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}", browser)


def come_back(connection: sa.Connection, provider: Provider, state: str, browser: str, now: datetime) -> Return | None:
    """What the browser set out with; None for a state that is none, or of another browser or provider."""
    found = tickets.redeem(connection, state, STATE, now)
    if found is None or found.data["provider"] != provider.name:
        return None
    if not hmac.compare_digest(found.data["browser"], token_hash(browser)):
        return None
    return Return(**{name: found.data[name] for name in Return.__dataclass_fields__})


def sign_in(work: Any, provider: Provider, claims: Mapping[str, Any], browser: Browser | None = None) -> Session:
    """The session of who came back; their roles become those of their groups, but the last administrator keeps theirs.

    Raises Groupless, Stranger.
    """
    roles = _roles(provider, claims)
    user_id = _known(work, provider, claims) or _linked(work, provider, claims) or _made(work, provider, claims, roles)
    mine = accounts.of_user(work.connection, user_id)
    if mine is None or not accounts.is_let_in(work, user_id):
        raise Stranger
    kept = bool(roles) and _follow_groups(work, provider, mine, roles)
    return replace(start(work.connection, user_id, work.now, SINGLE_SIGN_ON, browser), admin_kept=kept)


def shut_out(work: Any, provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Takes the roles of who came in this way before and has lost their groups, and ends their sessions.

    Gives whether they are the last administrator, who keeps that role.
    """
    user_id = _known(work, provider, claims)
    mine = accounts.of_user(work.connection, user_id) if user_id is not None else None
    if mine is None:
        return False
    end_all(work.connection, mine.user_id)
    return _follow_groups(work, provider, mine, ())


def _follow_groups(work: Any, provider: Provider, mine: Account, roles: Sequence[str]) -> bool:
    """Gives somebody the roles of their groups, and gives whether they keep one that their groups take away.

    A claim that was named wrongly must not leave the workspace to nobody.
    """
    if set(roles) == set(mine.roles):
        return False
    try:
        set_roles(work, mine.user_id, roles)
    except LastAdmin:
        _keep_admin(work, provider, mine, roles)
        return True
    return False


def _keep_admin(work: Any, provider: Provider, mine: Account, roles: Sequence[str]) -> None:
    kept = sorted(admin_roles(work.model).intersection(mine.roles))
    if {*roles, *kept} != set(mine.roles):
        set_roles(work, mine.user_id, [*roles, *kept])
    work.audit("admin_kept", work.model.playing("user").name, mine.user_id, roles=kept, provider=provider.name)
    told = "By their groups at %s, %s is no administrator any more. They keep the role: nobody else let in has it"
    log.warning(told, provider.name, mine.email)


def _roles(provider: Provider, claims: Mapping[str, Any]) -> list[str]:
    """The roles of somebody's groups; () where roles are given here. Who has none of them does not come in."""
    if not provider.roles:
        return []
    groups = claims.get(provider.groups)
    groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    roles = list(dict.fromkeys(provider.roles[group] for group in groups if group in provider.roles))
    if not roles:
        raise Groupless
    return roles


def _known(work: Any, provider: Provider, claims: Mapping[str, Any]) -> UUID | None:
    mine = identity.c.issuer == provider.issuer, identity.c.subject == str(claims["sub"])
    return work.connection.execute(sa.select(identity.c.user_id).where(*mine)).scalar()


def _linked(work: Any, provider: Provider, claims: Mapping[str, Any]) -> UUID | None:
    """The account that was there before, by an address that the provider has verified and may speak for."""
    email = _email(claims)
    found = accounts.find(work.connection, email) if email and _holds(work, provider, claims, email) else None
    return _note(work, provider, claims, found.user_id) if found is not None else None


def _made(work: Any, provider: Provider, claims: Mapping[str, Any], roles: list[str]) -> UUID:
    email = _email(claims)
    if not provider.creates or not roles or not email or accounts.find(work.connection, email) is not None:
        raise Stranger
    if not work.model.settings.sign_in.speaks_for(provider, email):
        raise Stranger
    if not _is_verified(claims) and accounts.of_address(work, email) is not None:
        raise Stranger
    name = str(claims.get("name") or "")[:200] or None
    return _note(work, provider, claims, accounts.add(work, email, None, roles, name))


def _note(work: Any, provider: Provider, claims: Mapping[str, Any], user_id: UUID) -> UUID:
    row = {"issuer": provider.issuer, "subject": str(claims["sub"]), "user_id": user_id}
    work.connection.execute(identity.insert().values(**row))
    return user_id


def _holds(work: Any, provider: Provider, claims: Mapping[str, Any], email: str) -> bool:
    return _is_verified(claims) and work.model.settings.sign_in.speaks_for(provider, email)


def _is_verified(claims: Mapping[str, Any]) -> bool:
    return claims.get("email_verified") is True


def _email(claims: Mapping[str, Any]) -> str:
    try:
        return accounts.tidy(str(claims.get("email") or ""))
    except AccountProblem:
        return ""


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
