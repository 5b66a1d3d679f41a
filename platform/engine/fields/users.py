"""The field kind `users`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.linked import INVERSE
from customary.engine.fields.links import Links


@dataclass(frozen=True, kw_only=True)
class Users(Links):
    """Any number of people who work with the system: `user in helpers`."""

    kind: ClassVar[str] = "users"
    keys: ClassVar[Mapping[str, Any]] = INVERSE
    part: ClassVar[str] = "user"
    icon: ClassVar[str] = "users-round"

    to: str = "user"

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {**keys, "to": workspace.get("user", "user")}
