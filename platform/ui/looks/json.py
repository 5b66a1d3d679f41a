"""JSON: written over several lines."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

LONGEST = 2_000


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    text = field.edit(value, show.locale)
    return Markup('<pre class="code">{}</pre>').format(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")
