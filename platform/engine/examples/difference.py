"""What came out otherwise than an example says."""

from __future__ import annotations

from dataclasses import dataclass

from customary.engine.problem import Place


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One thing that differed: the example, what it is about, what was expected and what came."""

    place: Place
    example: str
    about: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.place}  {self.example}: {self.about}: expected {self.expected}, got {self.got}"
