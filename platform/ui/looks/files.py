"""Several files: the way to each."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from customary.ui.looks import file


def draw(show: Any, field: Any, value: Any, titles: Any, now: Any) -> Markup:
    links = Markup(" ").join(file.draw(show, field, each, titles, now) for each in value)
    return Markup('<span class="many">{}</span>').format(links)
