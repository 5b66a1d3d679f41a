"""Passwords: hashed with argon2id, slow on purpose, so never inside a write transaction."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""19 MiB and two passes: what OWASP asks for; one check costs about 25 ms."""

LONGEST = 1_000


class Hashed(str):
    """The hash that is kept of a password; a type of its own, so that no typed text can pass for one."""

    __slots__ = ()


def hashed(password: str) -> Hashed:
    """The hash of a password."""
    return Hashed(_hasher.hash(_bytes(password)))


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one behind a hash. Without a hash it takes as long, and is False."""
    try:
        return _hasher.verify(kept or _nobody(), _bytes(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made at another cost than is paid today."""
    return _hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    return password[:LONGEST].encode("utf-8", "surrogatepass")


@cache
def _nobody() -> str:
    """A hash that stands in where there is no account, so that time does not tell."""
    return hashed("nobody has this password")
