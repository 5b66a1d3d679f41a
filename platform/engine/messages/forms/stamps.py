"""The stamp in a form: when its page was drawn, and an id under which it is taken once. Signed with the database's own
key, so that whoever sends it without having looked at it for a moment, or sends it twice, is known."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import insert_new, system
from customary.engine.records.identifier import new_id

form_key = sa.Table(
    "customary_form_key",
    system,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False),
)

QUICKEST = timedelta(seconds=2)
"""Nobody reads and fills in a form in less."""
LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a page was drawn, and the id of what is sent from it."""

    id: UUID
    at: datetime

    def is_quick(self, now: datetime) -> bool:
        return now - self.at < QUICKEST


def key(connection: sa.Connection) -> str:
    """The key of this database; empty while there is none."""
    return connection.execute(sa.select(form_key.c.key)).scalar() or ""


def make_key(connection: sa.Connection) -> str:
    """Makes the key, unless there is one by now, and gives it."""
    insert_new(connection, form_key, {"id": 1, "key": secrets.token_urlsafe(32)})
    return key(connection)


def stamp(key: str, form: str, now: datetime) -> str:
    """What a form carries."""
    said = f"{new_id()}.{int(now.timestamp())}"
    return f"{said}.{_mac(key, form, said)}"


def read_stamp(key: str, form: str, text: str, now: datetime) -> Stamp | None:
    """The stamp in a text; None for one that is of another form, made up, or older than a day."""
    said, _, mac = text.rpartition(".")
    if not key or not text.isascii() or not hmac.compare_digest(_mac(key, form, said), mac):
        return None
    id, _, at = said.partition(".")
    found = Stamp(UUID(id), datetime.fromtimestamp(int(at), UTC))
    return found if now - found.at < LASTS else None


def _mac(key: str, form: str, said: str) -> str:
    return hmac.new(key.encode(), f"{form} {said}".encode(), hashlib.sha256).hexdigest()
