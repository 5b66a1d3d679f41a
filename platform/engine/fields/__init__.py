"""The kinds of field: one file a kind, found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from customary.engine.fields.field import Field, KeyProblem, Part, Refusal

__all__ = ["Field", "KeyProblem", "Part", "Refusal", "kinds"]


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, type[Field]]:
    """Every kind of field by its YAML word, which is its file's name."""
    found: dict[str, type[Field]] = {}
    for module in pkgutil.iter_modules(__path__):
        content = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for value in content.values():
            if isinstance(value, type) and issubclass(value, Field) and value.kind == module.name:
                found[module.name] = value
    return MappingProxyType(dict(sorted(found.items())))
