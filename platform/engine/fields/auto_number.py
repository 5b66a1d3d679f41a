"""The field kind `auto_number`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from customary.engine.fields.field import KeyProblem
from customary.engine.fields.textual import Textual

if TYPE_CHECKING:
    from customary.engine.expressions import Scope, Template

_DIGITS = re.compile(r"#+")
_MARKS = re.compile("\0+")
"""What stands for the digits while holes are filled: a text may hold a `#`, but never this."""


@dataclass(frozen=True, kw_only=True)
class AutoNumber(Textual):
    """A number that the system gives, without gaps: `format: 'D-{{ year(created_at) }}-#####'`, where `#` are digits.

    `per: year` (or month) begins anew every year (or month).
    """

    kind: ClassVar[str] = "auto_number"
    keys: ClassVar[Mapping[str, Any]] = {
        "format": {"type": "string", "pattern": "#", "x-example": "D-####, with a # for each digit"},
        "per": {"enum": ["year", "month"]},
    }
    control: ClassVar[str] = "read_only"
    longest: ClassVar[int] = 100
    searchable: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    writable: ClassVar[bool] = False
    copied: ClassVar[bool] = False
    icon: ClassVar[str] = "hash"

    written: str = "#####"
    """The key `format`."""
    template: Template | None = None
    """`marked`, compiled."""
    per: str | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        keys = dict(keys)
        written = keys.pop("format", "#####")
        if len(_DIGITS.findall(written)) != 1:
            raise KeyProblem("format", "must have one run of #", "For example format: 'D-#####'.")
        return {**keys, "written": written}

    @property
    def entered(self) -> bool:
        return False

    def series(self, day: date) -> str:
        """What counts together: records of one series are numbered 1, 2, 3 ..."""
        return {"year": f"{day:%Y}", "month": f"{day:%Y-%m}"}.get(self.per or "", "")

    @property
    def marked(self) -> str:
        """The format, a mark in the place of each digit."""
        return _DIGITS.sub(lambda digits: "\0" * len(digits[0]), self.written)

    @property
    def digits(self) -> int:
        """How many digits a number has at least."""
        return len(_DIGITS.search(self.written)[0])

    def fill(self, scope: Scope) -> str:
        """The format with its holes filled."""
        return self.template.render(scope) if self.template is not None else self.marked

    def compose(self, filled: str, count: int) -> str:
        """The number's text, from the filled format."""
        return _MARKS.sub(str(count).zfill(self.digits), filled, count=1)
