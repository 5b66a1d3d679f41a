"""The field kind `phone`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from customary.engine.fields.field import KeyProblem, Refusal
from customary.engine.fields.textual import Textual
from customary.engine.locale import Locale


@dataclass(frozen=True, kw_only=True)
class Phone(Textual):
    """A telephone number, kept in its international form where it can be read, else as it was typed.

    `region` is the country (two letters) whose numbers are written without `+`; else that of the workspace's time zone.
    """

    kind: ClassVar[str] = "phone"
    keys: ClassVar[Mapping[str, Any]] = {"region": {"type": "string", "pattern": "^[A-Z]{2}$"}}
    control: ClassVar[str] = "phone"
    longest: ClassVar[int] = 60
    addressed: ClassVar[bool] = True
    searchable: ClassVar[bool] = True
    computable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    icon: ClassVar[str] = "phone"

    region: str | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        import phonenumbers

        region = keys.get("region")
        if region is None:
            country = workspace.get("country")
            return {"region": country if country in phonenumbers.SUPPORTED_REGIONS else None}
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise KeyProblem("region", f"“{region}” is not a country's two letters", "For example GR, CN or US.")
        return {"region": region}

    def tidy(self, text: str) -> str:
        if not any(letter.isdigit() for letter in text):
            raise Refusal("must be a telephone number")
        return _kept(text, self.region)

    def format(self, value: str | None, locale: Locale) -> str:
        return _shown(value) if value and value.startswith("+") else value or ""

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.limit}


@lru_cache(maxsize=4096)
def _kept(text: str, region: str | None) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


@lru_cache(maxsize=16_384)
def _shown(value: str) -> str:
    """Kept, because it takes 40 µs and lists show the same numbers again and again."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
