"""Texts by language: a warning where one of the workspace's languages is left out in its own definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customary.engine.model.build import Build
from customary.engine.text import node as text
from customary.engine.text.source import WORKSPACE

SPOKEN = frozenset({"label", "plural", "help", "message", "guard_message", "subject", "body", "text", "summary"})
"""The keys under which people are told something."""
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]+)?")


def check_languages(build: Build) -> None:
    """Packs are not the workspace's to complete, and what is one text for all languages is meant so."""
    settings = build.definitions.of("workspace").get("")
    if settings is None or "languages" not in settings.body:
        return
    for document in build.definitions.source.documents.values():
        for words in _texts(document.body):
            if missing := [each for each in build.settings.languages if each not in words]:
                remedy = f"Add {', '.join(f'{each}: …' for each in missing)}"
                build.warn(words.place, f"no text in {', '.join(missing)}", f"{remedy}, or write one text for all.")


def _texts(node: text.Node) -> Iterator[text.Mapping]:
    if isinstance(node, text.Sequence):
        for item in node:
            yield from _texts(item)
    if not isinstance(node, text.Mapping):
        return
    for key, value in node.items():
        if key in SPOKEN and isinstance(value, text.Mapping) and all(map(_LANGUAGE.fullmatch, value)):
            if value.layer == WORKSPACE and len(value):
                yield value
        else:
            yield from _texts(value)
