"""A colour: a swatch and its number."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup


def draw(show: Any, field: Any, value: str, titles: Any, now: Any) -> Markup:
    """The swatch is a picture, because no page of ours may hold a style of its own."""
    return Markup(
        '<span class="colour"><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">'
        '<rect width="12" height="12" rx="3" fill="{0}"/></svg>{0}</span>'
    ).format(value)
