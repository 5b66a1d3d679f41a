"""The field kind `url`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from customary.engine.fields.field import Refusal
from customary.engine.fields.textual import Textual
from customary.engine.words import Reason

SCHEMES = ("http", "https", "mailto")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:/|$))", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Url(Textual):
    """A web address (http, https) or a mailto link. `example.com` becomes `https://example.com`."""

    kind: ClassVar[str] = "url"
    control: ClassVar[str] = "url"
    longest: ClassVar[int] = 2_000
    searchable: ClassVar[bool] = True
    computable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    icon: ClassVar[str] = "link"

    def tidy(self, text: str) -> str:
        address = text if _SCHEME.match(text) else f"https://{text.lstrip('/')}"
        if not _safe(address) or len(address) > self.limit:
            raise Refusal("must be a web address")
        return address

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and not _safe(value):
            found.append(Reason("must be a web address"))
        return found

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uri", "maxLength": self.limit}


def _safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if any(letter.isspace() or letter in '<>"\\`' for letter in address) or parts.scheme.lower() not in SCHEMES:
        return False
    return "@" in parts.path if parts.scheme.lower() == "mailto" else bool(host and re.search(r"\w", host))
