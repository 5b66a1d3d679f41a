"""Secrets that programs and browsers hold: random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "cus_"


def new_token(prefix: str = "") -> str:
    """A secret of 32 random bytes."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a secret. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
