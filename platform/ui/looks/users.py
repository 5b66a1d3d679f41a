"""Several colleagues: their avatars and names."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    people = Markup("").join(show.person(field.to, each, titles) for each in value)
    return Markup('<span class="many">{}</span>').format(people)
