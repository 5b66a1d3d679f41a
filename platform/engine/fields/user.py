"""The field kind `user`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.linked import INVERSE, ON_DELETE, OneLinked


@dataclass(frozen=True, kw_only=True)
class User(OneLinked):
    """Somebody who works with the system. A field named `owner` decides what is a person's own."""

    kind: ClassVar[str] = "user"
    keys: ClassVar[Mapping[str, Any]] = {**INVERSE, **ON_DELETE}
    control: ClassVar[str] = "user"
    part: ClassVar[str] = "user"
    icon: ClassVar[str] = "circle-user-round"

    to: str = "user"

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {**keys, "to": workspace.get("user", "user")}
