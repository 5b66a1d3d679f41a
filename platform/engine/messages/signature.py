"""The signature under a call: HMAC-SHA256 over the time and the body, as `t=1767225600,v1=<hex>`.

Whoever changes the body or the time cannot sign; whoever repeats an old call is told by its time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

HEADER = "Customary-Signature"
WINDOW = timedelta(minutes=5)
"""How far the clocks of both sides may be apart."""


def signed(secret: str, body: bytes, now: datetime) -> str:
    """The value of the header for a body."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={_mac(secret, at, body)}"


def signed_at(header: str, body: bytes, secrets: Iterable[str]) -> datetime | None:
    """When a body was signed with one of the secrets; None when it was not."""
    parts = [part.strip().partition("=") for part in header.split(",")][:10]
    at = next((value for key, _, value in parts if key == "t"), "")
    given = [value for key, _, value in parts if key == "v1"]
    if not at.isascii() or not at.isdigit() or len(at) > 11:
        return None
    # Every pair is compared, so that the time it takes tells nothing.
    same = [hmac.compare_digest(_mac(each, at, body), _ascii(value)) for each in secrets for value in given]
    return datetime.fromtimestamp(int(at), UTC) if any(same) else None


def _mac(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _ascii(text: str) -> str:
    return text if text.isascii() else ""
