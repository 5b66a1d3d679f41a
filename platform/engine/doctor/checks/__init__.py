"""The checks: one file each, found by scanning this folder.

The docstring says in one line what holds when all is well. `look(patient) -> Iterator[Finding]` reads and never
writes; where a finding says that it `mends`, `mend(workspace)` does so, and loses nothing that people wrote.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType, ModuleType


@lru_cache(maxsize=1)
def checks() -> Mapping[str, ModuleType]:
    """Every check by its name, which is its file's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return MappingProxyType({name: importlib.import_module(f"{__name__}.{name}") for name in names})
