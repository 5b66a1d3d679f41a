"""The signature under a call: HMAC-SHA256 over the time and the body, as `t=1767225600,v1=<hex>`; or as others do it.

Whoever changes the body or the time cannot sign; whoever repeats an old call is told by its time.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from customary.engine.model.rules.scheme import OURS, Scheme

HEADER = OURS.header
WINDOW = timedelta(minutes=5)
"""How far the clocks of both sides may be apart."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that belongs to a body: its bytes, and when it was made, where it says so."""

    mac: bytes
    at: datetime | None


def signed(secret: str, body: bytes, now: datetime) -> str:
    """The value of our header for a body."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={_mac(OURS, secret, at, body).hex()}"


def signed_by(scheme: Scheme, headers: Mapping[str, str], body: bytes, secrets: Iterable[str]) -> Signed | None:
    """The signature of a body by one of the secrets, or None. The names of headers are in small letters."""
    at, given = _given(scheme, headers)
    if scheme.timed and not (at.isascii() and at.isdigit() and len(at) <= 11):
        return None
    # Every pair is compared, so that the time it takes tells nothing.
    made = [_mac(scheme, each, at, body) for each in secrets]
    same = [mac for mac in made for each in given if hmac.compare_digest(mac, _bytes(scheme, each))]
    return Signed(same[0], datetime.fromtimestamp(int(at), UTC) if scheme.timed else None) if same else None


def signed_at(header: str, body: bytes, secrets: Iterable[str]) -> datetime | None:
    """When a body was signed by us with one of the secrets; None when it was not."""
    found = signed_by(OURS, {HEADER.lower(): header}, body, secrets)
    return found.at if found is not None else None


def _given(scheme: Scheme, headers: Mapping[str, str]) -> tuple[str, list[str]]:
    """The time and the signatures that came: several while the other side changes its secret."""
    header = headers.get(scheme.header.lower(), "")
    if scheme.listed:
        parts = [part.strip().partition("=") for part in header.split(",")][:10]
        return next((value for key, _, value in parts if key == "t"), ""), [v for key, _, v in parts if key == "v1"]
    at = headers.get(scheme.time.lower(), "") if scheme.time else ""
    return at, [header.removeprefix(scheme.prefix)] if header.startswith(scheme.prefix) else []


def _mac(scheme: Scheme, secret: str, at: str, body: bytes) -> bytes:
    before, _, after = scheme.over.replace("{time}", at).partition("{body}")
    return hmac.digest(secret.encode(), before.encode() + body + after.encode(), "sha256")


def _bytes(scheme: Scheme, text: str) -> bytes:
    """What a signature says; nothing for what is none."""
    try:
        return bytes.fromhex(text) if scheme.encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
