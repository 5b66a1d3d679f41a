"""What roles open besides records: parts of the settings, buttons, and the way back from the end of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from customary.engine.access.access import Access
from customary.engine.definitions.kinds.role import SETTINGS
from customary.engine.model.role import Role


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether something may be done, with the roles that grant it and those that deny it, by name."""

    act: str
    name: str
    allowed: bool
    granting: tuple[str, ...]
    denying: tuple[str, ...]


def openings(access: Access) -> Iterator[Opening]:
    """All that the holders of some roles may open, press or reopen, or may not, and why."""
    for part in SETTINGS:
        yield _told(access, "open", part, access.may_open(part), lambda role, part=part: part in role.settings)
    for each in access.model.workflows.values():
        if each.has_button:
            allowed = access.may_press(each.name)
            yield _told(access, "press", each.name, allowed, lambda role, name=each.name: name in role.buttons)
    for name in access.model.pipelines:
        yield _told(access, "reopen", name, access.may_reopen(name), lambda role, name=name: _reopens(role, name))


def _told(access: Access, act: str, name: str, allowed: bool, says: Callable[[Role], bool]) -> Opening:
    granting = tuple(role.name for role in access.held if role.admin or (says(role) and not role.deny))
    denying = () if access.admin else tuple(role.name for role in access.held if role.deny and says(role))
    return Opening(act, name, allowed, granting, denying)


def _reopens(role: Role, pipeline: str) -> bool:
    return role.pipelines.get(pipeline, {}).get("reopen") is True
