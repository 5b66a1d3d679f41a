"""Icons: one sprite of those that a workspace uses, drawn from the Lucide set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from markupsafe import Markup

from customary.engine.fields import kinds
from customary.engine.model.model import Model
from customary.ui.web.assets import FOLDER, Asset, asset

UNKNOWN = "square-dashed"
MOST_MODELS = 16
BY_NAME_ONLY = frozenset(
    {UNKNOWN, "type", "circle-check", "circle-alert", "info", *(each.icon for each in kinds().values())}
)
"""Icons that no template names literally."""


@lru_cache(maxsize=2048)
def icon(sprite_url: str, name: str, label: str = "", size: int = 16) -> Markup:
    """An icon of the sprite. Without a label it is decoration and screen readers pass over it."""
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    known = name if name in drawings() else UNKNOWN
    return Markup(  # noqa: S704 - made of a known name, a number and an escaped label
        f'<svg class="icon" width="{size}" height="{size}" {voice}><use href="{sprite_url}#i-{known}"/></svg>'
    )


def sprite_of(model: Model | None) -> Asset:
    """The sprite for a model: what the pages name and what its entities are shown by."""
    return _sprite(_icons_of(model) if model else ())


def sprite_url(model: Model | None) -> str:
    return f"/icons.svg?v={sprite_of(model).hash}"


_of_model: dict[str, tuple[str, ...]] = {}


def _icons_of(model: Model) -> tuple[str, ...]:
    """The icons that a model names: of its entities, and of their options. Kept by digest."""
    if model.digest not in _of_model:
        fields = [field for each in model.entities.values() for field in each.fields.values()]
        options = [option for field in fields for option in getattr(field, "options", {}).values()]
        named = {each.icon for each in model.dashboards.values()}
        named |= {str(option.values["icon"]) for option in options if option.values.get("icon")}
        if len(_of_model) >= MOST_MODELS:
            _of_model.clear()
        _of_model[model.digest] = tuple(sorted({each.icon for each in model.entities.values()} | named))
    return _of_model[model.digest]


@lru_cache(maxsize=16)
def _sprite(entity_icons: tuple[str, ...]) -> Asset:
    return asset(_draw({*_named_in_pages(), *BY_NAME_ONLY, *entity_icons}).encode(), "image/svg+xml")


@cache
def drawings() -> Mapping[str, str]:
    return json.loads((FOLDER / "vendor" / "lucide.json").read_text())


def _draw(names: Iterable[str]) -> str:
    known = drawings()
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{known[name]}</symbol>' for name in sorted(names) if name in known
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


@cache
def _named_in_pages() -> frozenset[str]:
    folder = Path(__file__).parent
    texts = [
        path.read_text()
        for kind in ("*.html", "*.js", "*.py")
        for path in folder.rglob(kind)
        if "vendor" not in path.parts
    ]
    calls = re.findall(r"""\bicon\(([^()]*)""", "\n".join(texts))
    return frozenset(name for call in calls for name in re.findall(r"""["']([a-z0-9-]+)["']""", call))
