"""HTML drawn once and kept: parts and controls that show nothing but what they are given."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

if TYPE_CHECKING:
    from customary.ui.form.controls import Control

MOST = 512
"""Parts, and controls, of one environment; each is some hundred to some thousand bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A field or an entity as a key: itself, with its options and settings, and no other release's."""

    defined: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.defined is self.defined

    def __hash__(self) -> int:
        return id(self.defined)


class Drawn:
    """What templates of one environment draw from equal values.

    Nothing of a request can get into it: what is drawn sees only what it is given, and all of that is compared.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._controls: dict[Hashable, Markup] = {}
        self.part: Callable[..., Markup] = lru_cache(MOST, typed=True)(self._part)
        """`drawn("part_….html", name=value)` in templates; the values must be hashable."""

    def field(self, control: Control) -> Markup:
        """A control under its label, as the macro of that name draws it."""
        return self._kept("field", control)

    def control(self, control: Control) -> Markup:
        """A control alone, as the macro of that name draws it."""
        return self._kept("control", control)

    @cached_property
    def _macros(self) -> Any:
        return self._environment.get_template("macro_control.html").module

    def _part(self, template: str, **values: Hashable) -> Markup:
        return Markup(self._environment.get_template(template).render(**values))  # noqa: S704 - drawn with escaping

    def _kept(self, macro: str, control: Control) -> Markup:
        look = control.look
        if look is None:
            return getattr(self._macros, macro)(control)
        key = (macro, look)
        if key not in self._controls:
            if len(self._controls) >= MOST:
                self._controls.clear()
            self._controls[key] = getattr(self._macros, macro)(control)
        return self._controls[key]
