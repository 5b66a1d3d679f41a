"""What is wrong with an expression, and where in its text."""

from __future__ import annotations


class ExpressionError(ValueError):
    """One fact about one spot of an expression's text (`offset` counts characters from 0), and its remedy."""

    def __init__(self, offset: int, summary: str, remedy: str = "") -> None:
        super().__init__(f"{summary}. {remedy}" if remedy else summary)
        self.offset = offset
        self.summary = summary
        self.remedy = remedy
