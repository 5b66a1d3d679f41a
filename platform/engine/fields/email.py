"""The field kind `email`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.field import Refusal
from customary.engine.fields.textual import Textual
from customary.engine.words import Reason

_PLAIN = re.compile(
    r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,20}",
    re.IGNORECASE | re.ASCII,
)
"""Nearly all addresses. They need no validator, which takes 45 µs for each; the others get it."""


@dataclass(frozen=True, kw_only=True)
class Email(Textual):
    """An e-mail address, kept in lower case so that equal addresses are equal."""

    kind: ClassVar[str] = "email"
    control: ClassVar[str] = "email"
    longest: ClassVar[int] = 254
    addressed: ClassVar[bool] = True
    searchable: ClassVar[bool] = True
    computable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    icon: ClassVar[str] = "mail"

    def tidy(self, text: str) -> str:
        address = text.removeprefix("mailto:").strip()
        if _PLAIN.fullmatch(address) and address.find("@") <= 64:
            return address.lower()
        from email_validator import EmailNotValidError, validate_email  # imported late: it loads slowly

        try:
            valid = validate_email(address, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, ValueError) as error:
            raise Refusal("must be an e-mail address") from error
        return valid.normalized.lower()

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and (value.count("@") < 1 or any(letter.isspace() for letter in value)):
            found.append(Reason("must be an e-mail address"))
        return found

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "email", "maxLength": self.limit}
