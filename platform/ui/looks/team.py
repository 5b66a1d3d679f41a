"""A team: the way to its record."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    return show.link(field.to, value, titles)
