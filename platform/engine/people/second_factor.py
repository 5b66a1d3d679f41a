"""The second factor: a code that changes every half minute, and recovery codes for who lost the device that makes it.

The secret behind the codes is sealed with the workspace's key for secrets; of recovery codes only hashes are kept.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import sqlalchemy as sa

from customary.engine import resealing, sealing
from customary.engine.columns import Moment
from customary.engine.database import Database, system
from customary.engine.people.accounts import note
from customary.engine.people.tokens import token_hash
from customary.engine.resealing import Resealed

factor = sa.Table(
    "customary_second_factor",
    system,
    sa.Column("user_id", sa.Uuid, primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    # The number of the half minute whose code was last taken: none is taken twice.
    sa.Column("last_step", sa.BigInteger, nullable=False),
)
recovery_code = sa.Table(
    "customary_recovery_code",
    system,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
)

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""By how many codes a device's clock may be wrong, to either side."""
RECOVERY_CODES = 10
RECOVERY_LETTERS = 28
"""Of 31 there are: 138 bits, so that a fast hash is enough to keep them by."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for an authenticator, in base32."""
    return pyotp.random_base32()


def address(secret: str, email: str, issuer: str) -> str:
    """The address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def sealed(secret: str, user_id: UUID) -> str:
    """The secret as it is kept. Raises sealing.NoKey."""
    return sealing.seal(secret, _place(user_id))


def unsealed(kept: str, user_id: UUID) -> str:
    """What was sealed for this person. Raises sealing.NoKey, sealing.Unopened."""
    return sealing.unseal(kept, _place(user_id))


def set_up(connection: sa.Connection, user_id: UUID, kept: str, code: str, now: datetime) -> list[str] | None:
    """Turns the second factor on when the code fits, and gives recovery codes, which are shown only this once."""
    step = _step_of(unsealed(kept, user_id), code, now)
    if step is None:
        return None
    connection.execute(factor.delete().where(factor.c.user_id == user_id))
    connection.execute(factor.insert().values(user_id=user_id, secret=kept, since=now, last_step=step))
    note(connection, "factor_on", user_id, now)
    return renew_recovery_codes(connection, user_id)


def since(connection: sa.Connection, user_id: UUID) -> datetime | None:
    """Since when somebody has a second factor; None for who has none."""
    return connection.execute(sa.select(factor.c.since).where(factor.c.user_id == user_id)).scalar()


def holders(connection: sa.Connection) -> frozenset[UUID]:
    """All who have one."""
    return frozenset(connection.execute(sa.select(factor.c.user_id)).scalars())


def fits(connection: sa.Connection, user_id: UUID, code: str, now: datetime) -> bool:
    """Whether a code, or a recovery code, is this person's. Each is good once."""
    code = "".join(code.split()).replace("-", "").lower()
    if not (code.isdecimal() and len(code) == 6):
        return _spend(connection, user_id, code)
    kept = connection.execute(sa.select(factor.c.secret).where(factor.c.user_id == user_id)).scalar()
    step = _step_of(unsealed(kept, user_id), code, now) if kept else None
    if step is None:
        return False
    newer = factor.update().where(factor.c.user_id == user_id, factor.c.last_step < step)
    return connection.execute(newer.values(last_step=step)).rowcount == 1


def reseal(database: Database) -> Resealed:
    """Seals everybody's secret with the first key. Raises sealing.NoKey."""
    return resealing.reseal(database, factor.c.secret, _place)


def remove(connection: sa.Connection, user_id: UUID) -> None:
    """Turns the second factor off."""
    for table in (factor, recovery_code):
        connection.execute(table.delete().where(table.c.user_id == user_id))


def renew_recovery_codes(connection: sa.Connection, user_id: UUID) -> list[str]:
    """New recovery codes in the place of those there were."""
    connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user_id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES)]
    rows = [{"hash": _hash(user_id, code), "user_id": user_id} for code in codes]
    connection.execute(recovery_code.insert(), rows)
    return ["-".join(code[at : at + 7] for at in range(0, RECOVERY_LETTERS, 7)) for code in codes]


def recovery_codes_left(connection: sa.Connection, user_id: UUID) -> int:
    """How many were not used yet."""
    count = sa.select(sa.func.count()).select_from(recovery_code).where(recovery_code.c.user_id == user_id)
    return connection.execute(count).scalar_one()


def _spend(connection: sa.Connection, user_id: UUID, code: str) -> bool:
    mine = recovery_code.c.hash == _hash(user_id, code), recovery_code.c.user_id == user_id
    return bool(code) and len(code) <= 64 and connection.execute(recovery_code.delete().where(*mine)).rowcount == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is, among those that a device's clock may stand at."""
    code = "".join(code.split())
    made, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    near = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    found = [step for step in near if pyotp.utils.strings_equal(made.generate_otp(step), code)]
    return max(found, default=None)


def _hash(user_id: UUID, code: str) -> str:
    return token_hash(f"{user_id} {code}")


def _place(user_id: UUID) -> str:
    return f"second factor/{user_id}"
