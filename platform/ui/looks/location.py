"""A point on earth: its degrees, and the way to a map."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    if not (address := field.address(value)):
        return escape(str(value))
    return Markup('<a class="link" href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(address, value)
