"""Which side conflicts are decided for, as a person says it: by key, for a part, or for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from customary.engine.problem import did_you_mean
from customary.engine.upgrade.merge import Conflict
from customary.engine.workspace import WrongUse

ALL = "all"


@dataclass(frozen=True)
class Choices:
    """Keys by side. The longest that a conflict's key begins with decides; `all` is the shortest."""

    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    def __call__(self, conflict: Conflict) -> str | None:
        found = [(len(key) if key != ALL else 0, side) for side, key in self._told() if _covers(key, conflict.key)]
        return max(found)[1] if found else None

    def check(self, conflicts: Iterable[Conflict]) -> None:
        """Raises WrongUse for a key that is said for both sides, and for one of which there is no conflict."""
        keys = [each.key for each in conflicts]
        for key in sorted({*self.ours} & {*self.theirs}):
            raise WrongUse(f"“{key}” is said for ours and for theirs. Choose one.")
        for _, key in self._told():
            if key != ALL and not any(_covers(key, each) for each in keys):
                raise WrongUse(f"There is no conflict at “{key}”. {did_you_mean(key, keys)}".rstrip())

    def _told(self) -> list[tuple[str, str]]:
        return [*(("ours", each) for each in self.ours), *(("theirs", each) for each in self.theirs)]


def _covers(key: str, conflict: str) -> bool:
    return key == ALL or conflict == key or conflict.startswith(f"{key}.")
