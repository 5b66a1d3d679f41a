"""A rating: its stars, and for those who do not see them the numbers."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup


def draw(show: Any, field: Any, value: int, titles: Any, now: Any) -> Markup:
    stars = "★" * value + "☆" * (field.max - value)
    return Markup('<span class="rating" role="img" aria-label="{}">{}</span>').format(
        field.format(value, show.locale), stars
    )
