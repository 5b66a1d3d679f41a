"""The field kind `image`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.expressions.types import Type
from customary.engine.fields.file import MEDIA, File

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What every browser shows and what holds no script."""


@dataclass(frozen=True, kw_only=True)
class Image(File):
    """A picture (PNG, JPEG, GIF or WebP of at most 60 million pixels), shown in lists and on the record's page.

    `max_megabytes` says how large it may be (10 unless given).
    """

    kind: ClassVar[str] = "image"
    type: ClassVar[Type] = Type("image")
    keys: ClassVar[Mapping[str, Any]] = {
        **File.keys,
        "types": {"type": "array", "items": {**MEDIA, "enum": list(PICTURES)}, "minItems": 1},
    }
    icon: ClassVar[str] = "image"

    max_megabytes: int = 10
    types: tuple[str, ...] = PICTURES
