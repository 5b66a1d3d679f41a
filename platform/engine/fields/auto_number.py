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
    from customary.engine.expressions import Template

_MARKS = re.compile(r"#+")


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
    """`written`, compiled."""
    per: str | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        keys = dict(keys)
        written = keys.pop("format", "#####")
        if len(_MARKS.findall(written)) != 1:
            raise KeyProblem("format", "must have one run of #", "For example format: 'D-#####'.")
        return {**keys, "written": written}

    @property
    def entered(self) -> bool:
        return False

    def series(self, day: date) -> str:
        """What counts together: records of one series are numbered 1, 2, 3 ..."""
        return {"year": f"{day:%Y}", "month": f"{day:%Y-%m}"}.get(self.per or "", "")

    def compose(self, filled: str, count: int) -> str:
        """The number's text, from the format with its holes filled."""
        return _MARKS.sub(lambda marks: str(count).zfill(len(marks[0])), filled, count=1)

    def digits(self, filled: str) -> int:
        """How many digits a number has at least."""
        return len(_MARKS.search(filled)[0])
