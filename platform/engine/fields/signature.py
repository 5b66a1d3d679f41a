"""The field kind `signature`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.expressions.types import Type
from customary.engine.fields.image import Image


@dataclass(frozen=True, kw_only=True)
class Signature(Image):
    """A signature, drawn on the form with a finger, a pen or the mouse, and kept as a picture (PNG)."""

    kind: ClassVar[str] = "signature"
    type: ClassVar[Type] = Type("signature")
    keys: ClassVar[Mapping[str, Any]] = {}
    control: ClassVar[str] = "signature"
    icon: ClassVar[str] = "signature"
    wide: ClassVar[bool] = True

    max_megabytes: int = 1
    types: tuple[str, ...] = ("image/png",)
