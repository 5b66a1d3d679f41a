"""What is said of things that a new pack renamed: the words for them follow to the new name."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace

from customary.engine.problem import Problem
from customary.engine.text import File
from customary.engine.text.edit.mention import renamed_mentions

ROUNDS = 40


def followed(
    files: list[File], names: dict[str, str], layers: Container[str], problems_of: Callable[[list[File]], list[Problem]]
) -> list[File]:
    """The files, those of some layers with the new names wherever a problem points at an old one."""
    for _ in range(ROUNDS if names else 0):
        texts = {each.path: each.text for each in files if each.layer in layers}
        problems = [each for each in problems_of(files) if each.place.file in texts]
        changed: dict[str, str] = {}
        for old, new in names.items():
            changed |= renamed_mentions({**texts, **changed}, problems, old, new)
        if not changed:
            break
        files = [replace(each, text=changed.get(each.path, each.text)) for each in files]
    return files
