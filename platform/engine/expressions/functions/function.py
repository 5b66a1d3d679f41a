"""What a function of the language is: its types, its meaning in Python, its form in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions.types import CALENDAR, Type


@dataclass(frozen=True, slots=True)
class Function:
    """One function for one list of parameter types.

    `python` takes values that are not None (a missing one makes the result unknown before it is called) and
    `sql` takes operands (see `sql_operands`); with `context` both take the Scope or Values first. A function whose
    last parameter is a calendar counts by the workspace's where none is named.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    help: str
    python: Callable[..., Any]
    sql: Callable[..., Any]
    context: bool = False

    @property
    def signature(self) -> str:
        """For the reference: `add_months(date, number) → date`."""
        return f"{self.name}({', '.join(map(str, self.given))}) → {self.result}"

    @property
    def given(self) -> tuple[Type, ...]:
        """The parameters that must be written; the calendar need not."""
        return tuple(each for each in self.parameters if each != CALENDAR)


@dataclass(frozen=True, slots=True)
class Macro:
    """A function that the checker knows by itself, because its types depend on its arguments."""

    name: str
    signature: str
    help: str


class Registry:
    """All functions by name. A name may have several functions with different parameters."""

    def __init__(self) -> None:
        self._functions: dict[str, tuple[Function, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Function, ...]:
        return self._functions.get(name, ())

    def by_name(self) -> Mapping[str, tuple[Function, ...]]:
        return dict(sorted(self._functions.items()))

    def add(
        self, name: str, *parameters: Type, to: Type, sql: Callable[..., Any], context: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates the Python meaning of a function; its docstring is the function's help."""

        def decorate(python: Callable[..., Any]) -> Callable[..., Any]:
            help_text = " ".join((python.__doc__ or "").split())
            function = Function(name, parameters, to, help_text, python, sql, context)
            self._functions[name] = (*self[name], function)
            return python

        return decorate
