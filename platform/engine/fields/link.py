"""The field kind `link`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.linked import INVERSE, ON_DELETE, TO, YES_NO, OneLinked


@dataclass(frozen=True, kw_only=True)
class Link(OneLinked):
    """A record of the entity `to`. `inverse` names the list of records on the other side; `inverse_label` is
    what people read above it, where the plural of this entity does not say enough.

    `on_delete` says what deleting the other record does: restrict, clear (the usual) or cascade.
    A link from an entity to itself with `tree: true` gives its records `ancestors` and `descendants`.
    """

    kind: ClassVar[str] = "link"
    keys: ClassVar[Mapping[str, Any]] = {**TO, **INVERSE, **ON_DELETE, "tree": YES_NO}

    tree: bool = False
    """Whether records of one entity make a tree by it."""
