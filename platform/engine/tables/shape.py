"""The shape of a field: what its columns hold. Two fields of one shape can keep their values in one column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from customary.engine.fields.field import Field

COMPUTED = "computed "
"""Before the kind of a computed field that is kept."""


JOINED = "joined"
"""The kind of an entity whose records are in another's table; `to` is that one's code."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A field's kind, the physical table a link points to, and its columns as (suffix, type) pairs."""

    kind: str
    to: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def suffixes(self) -> tuple[str, ...]:
        return tuple(suffix for suffix, _ in self.parts)

    @property
    def is_table(self) -> bool:
        """Whether it lies in a table of pairs: it links, and has no column of its own."""
        return bool(self.to) and not self.parts

    @property
    def is_computed(self) -> bool:
        """Whether its columns hold what was computed."""
        return self.kind.startswith(COMPUTED)

    def to_text(self) -> str:
        return json.dumps({"kind": self.kind, "to": self.to, "parts": self.parts})

    @classmethod
    def from_text(cls, text: str) -> Shape:
        plain = json.loads(text)
        return cls(plain["kind"], plain["to"], tuple((suffix, kept) for suffix, kept in plain["parts"]))


def is_stored(field: Field) -> bool:
    """Whether the field may have columns. A formula that is not kept is worked out when read, in SQL as in Python."""
    return field.formula is None or bool(field.kept)


def shape_of(field: Field, to: str) -> Shape:
    """The shape of a field; `to` is the physical table its links point to, or empty."""
    parts = field.parts({}) if is_stored(field) else ()
    # What is computed never lies in a column that people wrote into.
    return Shape(
        f"{COMPUTED}{field.kind}" if field.kept else field.kind,
        to,
        tuple((part.suffix, _word(part.type)) for part in parts),
    )


def _word(kept: sa.types.TypeEngine) -> str:
    scale = getattr(kept, "scale", None)
    return type(kept).__name__ + (f"({scale})" if scale is not None else "")
