"""What may be wrong with a pattern."""

from __future__ import annotations


class PatternError(ValueError):
    """What is wrong with a pattern, and at which of its characters: a text whose `{holes}` the values fill."""

    def __init__(self, position: int, text: str, **values: object) -> None:
        self.position, self.text, self.values = position, text, values
        super().__init__(self.summary)

    @property
    def summary(self) -> str:
        return self.text.format(**self.values) if self.values else self.text
