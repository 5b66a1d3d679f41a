"""A place in a filter: a chip, one alternative of a chip, or where a new one comes to stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from customary.ui.list.condition import Condition, alternatives

_PLACE = re.compile(r"(\d{1,4})(?:\.(or|\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """`2` is the third chip, `2.0` its first alternative, `2.or` one more of them; "" is a new chip."""

    chip: int | None = None
    part: int | None = None
    more: bool = False

    def __str__(self) -> str:
        if self.chip is None:
            return ""
        return str(self.chip) + (".or" if self.more else "" if self.part is None else f".{self.part}")

    @property
    def or_another(self) -> Place:
        """Where an alternative to what stands here comes to stand."""
        return Place(self.chip, more=True)


NEW = Place()


def place(text: str, chips: Sequence[Condition]) -> Place:
    """The place that an address names; a new chip's where there is none such."""
    found = _PLACE.fullmatch(text)
    if not found or int(found[1]) >= len(chips):
        return NEW
    chip, part = int(found[1]), found[2]
    if part is None or part == "or":
        return Place(chip, more=part == "or")
    return Place(chip, int(part)) if int(part) < len(chips[chip].simple) else NEW


def standing(chips: Sequence[Condition], at: Place) -> Condition | None:
    """What stands there now."""
    if at.chip is None or at.more:
        return None
    return chips[at.chip] if at.part is None else chips[at.chip].simple[at.part]


def put(chips: Sequence[Condition], at: Place, made: Condition) -> list[Condition]:
    """The chips with a condition at its place."""
    if at.chip is None:
        return [*chips, made]
    parts = list(chips[at.chip].simple)
    if at.more:
        parts.append(made)
    elif at.part is None:
        parts = [made]
    else:
        parts[at.part] = made
    return [*chips[: at.chip], alternatives(parts), *chips[at.chip + 1 :]]


def without(chips: Sequence[Condition], at: Place) -> list[Condition]:
    """The chips without what stands there."""
    if at.chip is None:
        return list(chips)
    parts = [] if at.part is None else [each for n, each in enumerate(chips[at.chip].simple) if n != at.part]
    return [*chips[: at.chip], *([alternatives(parts)] if parts else []), *chips[at.chip + 1 :]]
