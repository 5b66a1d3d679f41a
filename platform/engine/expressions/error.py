"""What is wrong with an expression, and where in its text."""

from __future__ import annotations

from customary.engine.expressions.types import Type
from customary.engine.words import Reason


class ExpressionError(ValueError):
    """One fact about one spot of an expression's text (`offset` counts characters from 0), and its remedy.

    Both are texts whose `{holes}` the values fill, or reasons of their own; pages say them in their reader's language.
    """

    def __init__(
        self, offset: int, summary: str | Reason, remedy: str | Reason | None = None, **values: object
    ) -> None:
        told = {name: each.word if isinstance(each, Type) else each for name, each in values.items()}
        self.offset = offset
        self.reason = summary if isinstance(summary, Reason) else Reason(summary, told)
        self.advice = Reason(remedy, told) if isinstance(remedy, str) else remedy
        super().__init__(f"{self.summary}. {self.remedy}" if self.remedy else self.summary)

    @property
    def summary(self) -> str:
        """The fact in English."""
        return str(self.reason)

    @property
    def remedy(self) -> str:
        """What to do about it in English; empty where nothing more can be said."""
        return str(self.advice or "")

    def after(self, count: int) -> ExpressionError:
        """The same in a text where `count` characters stand before the expression."""
        return ExpressionError(count + self.offset, self.reason, self.advice)
