"""Passkeys: what a device signs with, instead of a password or besides it (WebAuthn).

Each challenge is in a ticket, so that it is answered once. A passkey that has checked its user, by finger or PIN, is
two factors in one. The library is imported where it is used: it takes a third of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.people import tickets
from customary.engine.people.accounts import account, let_in, note

passkey = sa.Table(
    "customary_passkey",
    system,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("uses", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("last_used", Moment),
)
"""`id` and `public_key` are the device's, in base64url; `uses` is its own count, which only grows."""

NEW, PROOF = "passkey", "passkey proof"
PATIENCE = timedelta(minutes=5)
LONGEST = 20_000
MOST = 20


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys belong: the host, and the address that browsers say they are at."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: str
    name: str
    created: datetime
    last_used: datetime | None


class NotProven(Exception):
    """What a device answered does not prove anything."""


def passkeys_of(connection: sa.Connection, user_id: UUID) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    columns = [passkey.c[name] for name in Passkey.__dataclass_fields__]
    found = sa.select(*columns).where(passkey.c.user_id == user_id).order_by(passkey.c.created)
    return [Passkey(**row) for row in connection.execute(found).mappings()]


def offer_new(
    connection: sa.Connection, user_id: UUID, email: str, name: str, site: Site, workspace: str, now: datetime
) -> tuple[str, str]:
    """What a browser needs to make a passkey, as JSON, and the ticket to hand in what it made."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=workspace,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(connection, user_id),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    data = {"challenge": webauthn.helpers.bytes_to_base64url(options.challenge)}
    return webauthn.options_to_json(options), tickets.issue(connection, NEW, now, PATIENCE, user_id, data)


def keep_new(
    connection: sa.Connection, user_id: UUID, ticket: str, answer: str, name: str, site: Site, now: datetime
) -> None:
    """Keeps the passkey that a browser made. Raises NotProven."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    found = tickets.redeem(connection, ticket, NEW, now)
    if found is None or found.user_id != user_id or len(passkeys_of(connection, user_id)) >= MOST:
        raise NotProven
    made = _verified(
        webauthn.verify_registration_response,
        answer,
        expected_challenge=base64url_to_bytes(found.data["challenge"]),
        expected_rp_id=site.host,
        expected_origin=site.origin,
        require_user_verification=True,
    )
    id, public_key = map(bytes_to_base64url, (made.credential_id, made.credential_public_key))
    if connection.execute(sa.select(passkey.c.id).where(passkey.c.id == id)).first():
        raise NotProven
    row = {"id": id, "user_id": user_id, "public_key": public_key, "uses": made.sign_count, "name": name}
    connection.execute(passkey.insert().values(**row, created=now))
    note(connection, "passkey_added", user_id, now, name=name)


def ask(connection: sa.Connection, site: Site, now: datetime, user_id: UUID | None = None) -> tuple[str, str]:
    """What a browser needs to prove a passkey, as JSON, and the ticket to hand in its answer.

    Of one person where it is known who comes; else the browser lets people choose, and nothing tells who is known.
    """
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_descriptors(connection, user_id) if user_id else None,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    data = {"challenge": webauthn.helpers.bytes_to_base64url(options.challenge)}
    return webauthn.options_to_json(options), tickets.issue(connection, PROOF, now, PATIENCE, user_id, data)


def prove(
    connection: sa.Connection,
    release: Any,
    ticket: str,
    answer: str,
    site: Site,
    now: datetime,
    user_id: UUID | None = None,
) -> UUID:
    """Whose passkey answered; of `user_id` alone where that is given. Raises NotProven."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes

    found = tickets.redeem(connection, ticket, PROOF, now)
    if found is None or found.user_id != user_id:
        raise NotProven
    kept = _kept(connection, release, answer)
    if user_id is not None and kept.user_id != user_id:
        raise NotProven
    proven = _verified(
        webauthn.verify_authentication_response,
        answer,
        expected_challenge=base64url_to_bytes(found.data["challenge"]),
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=base64url_to_bytes(kept.public_key),
        credential_current_sign_count=kept.uses,
        require_user_verification=True,
    )
    used = passkey.update().where(passkey.c.id == kept.id).values(uses=proven.new_sign_count, last_used=now)
    connection.execute(used)
    return kept.user_id


def remove(connection: sa.Connection, user_id: UUID, id: str) -> bool:
    """Takes one of somebody's passkeys away."""
    mine = passkey.delete().where(passkey.c.user_id == user_id, passkey.c.id == id)
    return connection.execute(mine).rowcount == 1


def remove_all(connection: sa.Connection, user_id: UUID) -> None:
    connection.execute(passkey.delete().where(passkey.c.user_id == user_id))


def _kept(connection: sa.Connection, release: Any, answer: str) -> sa.Row:
    """The passkey that an answer names, of somebody who is let in."""
    from webauthn.helpers import parse_authentication_credential_json

    id = _verified(lambda credential: parse_authentication_credential_json(credential).id, answer)
    found = sa.select(passkey).join(account, account.c.user_id == passkey.c.user_id)
    row = connection.execute(found.where(passkey.c.id == str(id), let_in(release))).first()
    if row is None:
        raise NotProven
    return row


def _verified(verify: object, answer: str, **expected: object) -> object:
    """What a check gives. The answer comes from anybody: whatever its parsers raise says that it proves nothing."""
    if len(answer) > LONGEST:
        raise NotProven
    try:
        return verify(credential=answer, **expected)
    except Exception as error:
        raise NotProven from error


def _descriptors(connection: sa.Connection, user_id: UUID) -> list[Any]:
    """Somebody's passkeys as browsers are told of them."""
    from webauthn.helpers import base64url_to_bytes, structs

    ids = (each.id for each in passkeys_of(connection, user_id))
    return [structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(id)) for id in ids]
