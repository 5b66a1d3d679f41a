"""What the workspace says of things that a new pack renamed: its words follow to the new name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from customary.engine.problem import Problem
from customary.engine.text import WORKSPACE, File, Mapping, Node
from customary.engine.text.edit.mention import renamed_mentions
from customary.engine.upgrade.merge import renamed, with_names

ROUNDS = 40
_BOUND = frozenset({"user", "old", "record"})
"""Where these are gone, an expression silently means something else."""


def moved(before: Node | None, after: Node | None) -> dict[str, str]:
    """Old names to new ones, of all that was renamed; without those that have several new names."""
    found: dict[str, set[str]] = {}
    for old, new in _moved(before, after):
        found.setdefault(old, set()).add(new)
    return {old: next(iter(new)) for old, new in found.items() if len(new) == 1 and old not in _BOUND}


def followed(
    packs: list[File], own: list[File], names: dict[str, str], problems_of: Callable[[list[File]], list[Problem]]
) -> list[File]:
    """The workspace's files with the new names wherever a problem points at an old one."""
    for _ in range(ROUNDS if names else 0):
        texts = {each.path: each.text for each in own if each.layer == WORKSPACE}
        problems = [each for each in problems_of([*packs, *own]) if each.place.file in texts]
        changed: dict[str, str] = {}
        for old, new in names.items():
            changed |= renamed_mentions({**texts, **changed}, problems, old, new)
        if not changed:
            break
        own = [replace(each, text=changed.get(each.path, each.text)) for each in own]
    return own


def _moved(before: Node | None, after: Node | None) -> Iterator[tuple[str, str]]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    names = renamed(before, after)
    yield from names.items()
    for name, value in with_names(before, names).items():
        yield from _moved(value, after.get(name))
