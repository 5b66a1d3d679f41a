"""The navigation: groups of entities, as packs and workspace declare them."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.model.build import Build, Sketch, label
from customary.engine.model.workspace import Group
from customary.engine.text import node as text
from customary.engine.text.source import WORKSPACE
from customary.engine.words import Words, label_of

RECORDS = Words({"en": "Records", "zh": "数据", "el": "Εγγραφές"})
MORE = Words({"en": "More", "zh": "更多", "el": "Περισσότερα"})


def compile_navigation(build: Build) -> tuple[Group, ...]:
    """The groups in their order. An entity of the workspace that no group names is put at the end, not lost."""
    declared = build.definitions.source.navigation
    groups = list(_groups(build, declared)) if declared is not None else []
    placed = {name for group in groups for name in group.entities}
    rest = [each for each in build.sketches.values() if each.name not in placed and each.child_of is None]
    if groups:
        rest = [each for each in rest if each.document.layer == WORKSPACE]
    if rest:
        groups.append(_rest(rest, RECORDS if not groups else MORE))
    return tuple(groups)


def _groups(build: Build, declared: text.Mapping) -> Iterable[Group]:
    for name, node in declared.items():
        body = node if isinstance(node, text.Mapping) else None
        listed = body.get("entities") if body is not None else node
        found = [build.entity_named(each) for each in (listed if isinstance(listed, text.Sequence) else ())]
        entities = tuple(each.name for each in found if each is not None)
        title = label(body, name) if body is not None else label_of(name)
        if entities:
            yield Group(name=name, label=title, entities=entities)


def _rest(sketches: list[Sketch], title: Words) -> Group:
    ordered = sorted(sketches, key=lambda each: each.plays in ("user", "team"))
    return Group(name="more", label=title, entities=tuple(each.name for each in ordered))
