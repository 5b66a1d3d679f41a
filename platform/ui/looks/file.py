"""A file: the way to its content, under its name."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    return Markup('<a class="link" href="/file/{}" download>{}</a>').format(value.id, value)
