"""How long records of an entity are kept: what its `retain` says, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customary.engine.expressions import Expression
from customary.engine.model.spans import Shift

ARCHIVE, ERASE = ACTS = ("archive", "erase")


@dataclass(frozen=True, kw_only=True)
class Retention:
    """When records are archived and erased: so long after the date in `since`, where the condition holds.

    `written` is what the definition says for each act.
    """

    since: str
    after: Mapping[str, Shift]
    written: Mapping[str, str]
    where: Expression | None = None
