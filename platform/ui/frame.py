"""The frame around every page: the rail's groups of what a person may see."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from functools import lru_cache

from customary.engine.access import Access
from customary.engine.analysis import looked_at
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.tile import Dashboard
from customary.ui.catalogue import say


@dataclass(frozen=True, slots=True)
class Item:
    """One place of the rail."""

    name: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the rail and its places."""

    label: str
    items: tuple[Item, ...]


SETTINGS = {
    "rules": "/workflows",
    "messages": "/messages",
    "webhooks": "/webhooks",
    "releases": "/settings/releases",
    "audit": "/settings/audit",
    "people": "/settings/people",
    "roles": "/settings/roles",
}
"""Where the parts of the settings that a role may open are found."""


def navigation(model: Model, access: Access, language: str) -> tuple[Group, ...]:
    """The rail of a person: the model's groups without what they may not read, and their dashboards."""
    readable = frozenset(name for name in model.entities if access.may(name, "read"))
    dashboards = tuple(each.name for each in looked_at(model, access))
    return _groups(_Key(model), readable, dashboards, language)


@dataclass(frozen=True, eq=False)
class _Key:
    """A model as a key of the cache: equal digests are equal models."""

    model: Model

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.model.digest == self.model.digest

    def __hash__(self) -> int:
        return hash(self.model.digest)


@lru_cache(maxsize=64)
def _groups(key: _Key, readable: frozenset[str], dashboards: tuple[str, ...], language: str) -> tuple[Group, ...]:
    groups = [
        Group(
            group.label.in_language(language),
            tuple(item(key.model.entities[name], language) for name in group.entities if name in readable),
        )
        for group in key.model.navigation
    ]
    places = (dashboard_item(key.model.dashboards[name], language) for name in dashboards)
    groups.append(Group(say(language, "Dashboards"), tuple(places)))
    return tuple(group for group in groups if group.items)


def dashboard_item(dashboard: Dashboard, language: str) -> Item:
    return Item(f"dashboards/{dashboard.name}", dashboard.label.in_language(language), dashboard.icon)


def item(entity: Entity, language: str) -> Item:
    return Item(entity.name, entity.plural.in_language(language), entity.icon)


def hue_of(accent: str | None) -> int | None:
    """A hue (0 to 359) from a workspace's accent: a number of degrees, or a colour as #rrggbb."""
    text = str(accent or "").strip()
    if text.isdecimal():
        return int(text) % 360
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return None
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _perceived(colorsys.rgb_to_hsv(red, green, blue)[0] * 360)


def _perceived(hue: float) -> int:
    """The hue of a screen colour on the scale that the style sheet uses (oklch), by way of six fixed points."""
    points = [(0, 29), (60, 110), (120, 142), (180, 195), (240, 264), (300, 328), (360, 389)]
    for (low, at_low), (high, at_high) in zip(points, points[1:], strict=False):
        if hue <= high:
            return round(at_low + (hue - low) / (high - low) * (at_high - at_low)) % 360
    return 264
