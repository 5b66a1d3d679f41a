"""The field kind `link`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.linked import INVERSE, ON_DELETE, TO, OneLinked


@dataclass(frozen=True, kw_only=True)
class Link(OneLinked):
    """A record of the entity `to`. `inverse` names the list of records on the other side.

    `on_delete` says what deleting the other record does: restrict, clear (the usual) or cascade.
    """

    kind: ClassVar[str] = "link"
    keys: ClassVar[Mapping[str, Any]] = {**TO, **INVERSE, **ON_DELETE}
