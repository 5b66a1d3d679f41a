"""The kinds of trigger and of step: each is a file of its folder, found by scanning it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from customary.engine.automation import steps, triggers


@cache
def trigger_kinds() -> dict[str, ModuleType]:
    """By name: modules with `matches(trigger, change, moment) -> bool`."""
    return _scan(triggers)


@cache
def step_kinds() -> dict[str, ModuleType]:
    """By name: modules with `perform(step, acting) -> Done`."""
    return _scan(steps)


def _scan(folder: ModuleType) -> dict[str, ModuleType]:
    names = [each.name for each in pkgutil.iter_modules(folder.__path__)]
    modules = {name: importlib.import_module(f"{folder.__name__}.{name}") for name in names}
    return {name.rstrip("_"): module for name, module in modules.items()}
