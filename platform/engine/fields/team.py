"""The field kind `team`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.linked import INVERSE, ON_DELETE, OneLinked


@dataclass(frozen=True, kw_only=True)
class Team(OneLinked):
    """A team: a record of the entity that `plays: team`."""

    kind: ClassVar[str] = "team"
    keys: ClassVar[Mapping[str, Any]] = {**INVERSE, **ON_DELETE}
    part: ClassVar[str] = "team"
    icon: ClassVar[str] = "users-round"

    to: str = "team"

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {**keys, "to": workspace.get("team", "team")}
