"""The field kind `consent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.boolean import Boolean
from customary.engine.words import Words, words

CHANNELS = ("email", "sms", "phone", "post")
BASES = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interest")
_TEXT: Mapping[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}],
    "x-what": "text, or text by language: {en: I agree to ..., el: Συμφωνώ ...}",
}
_DURATION = {"type": "string", "pattern": r"^[0-9]{1,6} ?(d|w|months?|y)$", "x-what": "a duration, such as 6months, 2y"}


@dataclass(frozen=True, kw_only=True)
class Consent(Boolean):
    """Whether somebody agreed to something, such as to be sent news: one field for each purpose.

    In expressions and files it is yes or no. Each giving and each withdrawal is written down with who, when, how it
    came, and `text`, what was agreed to. After `expires` it is withdrawn by itself. `channels` are those that it holds
    for (`email`, `sms`, `phone`, `post`; all where none is named), `basis` is what the law calls the ground. A message
    with this `purpose` goes to nobody who has not agreed.
    """

    kind: ClassVar[str] = "consent"
    keys: ClassVar[Mapping[str, Any]] = {
        "text": _TEXT,
        "expires": _DURATION,
        "channels": {"type": "array", "items": {"enum": list(CHANNELS)}, "x-what": f"a list of {', '.join(CHANNELS)}"},
        "basis": {"enum": list(BASES), "x-what": f"one of {', '.join(BASES)}"},
    }
    computable: ClassVar[bool] = False
    icon: ClassVar[str] = "handshake"

    text: Words = Words({})
    expires: str = ""
    channels: tuple[str, ...] = ()
    basis: str = "consent"

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        given = {**keys, "text": words(keys.get("text"))}
        return {**given, "channels": tuple(keys.get("channels", ()))}
