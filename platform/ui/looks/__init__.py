"""How the values of single kinds of field look: one file a kind, found by scanning this folder.

A file defines `draw(show, field, value, titles, now)`, which gives a value that is not empty as safe HTML. A kind
without one shows as its text.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

Draw = Callable[..., Markup]


@cache
def looks() -> Mapping[str, Draw]:
    """Every look by the kind that its file is named after."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules: dict[str, Any] = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module.draw for name, module in modules.items()}
