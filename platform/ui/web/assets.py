"""Static files: read once, named by their content, kept for ever by browsers."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its bytes, the same packed, its type and the hash of its content."""

    body: bytes
    packed: bytes
    type: str
    hash: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file a browser may ask for, by its path under `static/`."""
    found = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES)
    return {path.relative_to(FOLDER).as_posix(): asset(path.read_bytes(), TYPES[path.suffix]) for path in found}


def asset(body: bytes, type_: str) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(body, gzip.compress(body, 9, mtime=0), type_, digest)


def url(path: str) -> str:
    """The address of a static file; it changes when the file does. Raises KeyError for a file that is not there."""
    return f"/static/{path}?v={assets()[path].hash}"
