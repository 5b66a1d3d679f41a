"""A line of a plan: what changes, from what to what, of which class, and what that means for the data there is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from customary.engine.words import Reason

SAFE, ONLINE, REWRITE, DESTRUCTIVE = "safe", "online", "rewrite", "destructive"
"""Classes. Safe: names and rules only. Online: structure and values are added beside what is there. Rewrite: values
that are there are written in another form. Destructive: something goes out of sight (and is kept until a purge)."""

GRADES = (SAFE, ONLINE, REWRITE, DESTRUCTIVE)

NOTHING = "–"
"""How a key that is not written is told."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One of those that an impact counts: a record by its id and title, or a definition that refers to something."""

    kind: str
    """The entity of a record; the kind of a definition."""
    path: str
    """The id of a record; the path of a definition."""
    title: str = ""
    value: str = ""
    """What it has, where that is the matter."""

    def __str__(self) -> str:
        told = f"{self.kind} {self.path}" if not self.title else f"{self.kind} “{self.title}” ({self.path})"
        return f"{told}: {self.value}" if self.value else told


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What a change means for data. `count` is None where nobody counted.

    Kinds: `rows` are touched; `unfit` cells do not convert; `refused` records would not be taken any more, and stay
    as they are until they are edited; `forbidden` ones the database itself refuses; `leaving` goes out of sight;
    `erasing` goes for good; `refers` to what goes away or is renamed.
    """

    kind: str
    told: Reason
    """A label that the count follows."""
    count: int | None = None
    of: int | None = None
    """Out of how many, where that says more."""
    first: tuple[Example, ...] = ()

    def __str__(self) -> str:
        count = "not counted" if self.count is None else str(self.count)
        return f"{self.told}: {count}" + (f" of {self.of}" if self.of is not None else "")

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "told": _reason_to_json(self.told),
            "count": self.count,
            "of": self.of,
            "first": [vars(each) for each in self.first],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        first = tuple(Example(**each) for each in data["first"])
        return cls(**{**data, "told": _reason(data["told"]), "first": first})


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a plan tells of one change.

    >>> str(Line(sign="~", kind="field", path="deal.name", key="max_length", before="200", after="80"))
    '~ field deal.name: max_length 200 → 80'
    >>> str(Line(sign="→", kind="field", path="deal.points", before="score", after="points"))
    '→ field deal.score becomes points'
    >>> str(Line(sign="+", kind="field", path="deal.town", after="text", notes=(Reason("existing records get it"),)))
    '+ field deal.town (text); existing records get it'
    """

    sign: str
    """+ new, ~ changed, - taken away (never destroyed), → renamed."""
    kind: str
    """What it is, in the words of definitions: field, view, stage."""
    path: str = ""
    """Its name of today behind the names of what it stands in: deal.amount."""
    key: str = ""
    """What of it changes; the thing itself when empty."""
    before: str = ""
    after: str = ""
    """Values told shortly; empty where there is none. Of a renaming the last names, of what is new what it is."""
    notes: tuple[Reason, ...] = ()
    grade: str = SAFE
    """Its class."""
    impact: tuple[Impact, ...] = field(default=())

    @property
    def told(self) -> str:
        """From what to what, in no language's words."""
        if not (self.before or self.after):
            return self.key
        if self.sign == "→":
            return f"{self.before} → {self.after}"
        if not self.key:
            return self.before or self.after
        return f"{self.key} {self.before or NOTHING} → {self.after or NOTHING}"

    def __str__(self) -> str:
        owner, point, _ = self.path.rpartition(".")
        if self.sign == "→" and self.told:
            text = f"{self.kind} {owner}{point}{self.before} becomes {self.after}"
        elif self.key:
            text = f"{self.kind} {self.path}".rstrip() + f": {self.told}"
        else:
            text = f"{self.kind} {self.path}".rstrip() + (f" ({self.told})" if self.told else "")
        return "; ".join((f"{self.sign} {text}", *map(str, self.notes)))

    def to_json(self) -> dict[str, Any]:
        return {
            "sign": self.sign,
            "kind": self.kind,
            "path": self.path,
            "key": self.key,
            "before": self.before,
            "after": self.after,
            "class": self.grade,
            "notes": [_reason_to_json(each) for each in self.notes],
            "impact": [each.to_json() for each in self.impact],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        data = dict(data)
        notes = tuple(map(_reason, data.pop("notes")))
        impact = tuple(map(Impact.from_json, data.pop("impact")))
        return cls(grade=data.pop("class"), notes=notes, impact=impact, **data)


def _reason_to_json(reason: Reason) -> dict[str, Any]:
    values = {name: each if isinstance(each, int | str) else str(each) for name, each in reason.values.items()}
    return {"text": reason.text, "values": values}


def _reason(data: Mapping[str, Any]) -> Reason:
    return Reason(data["text"], data["values"])


def to_text(lines: Iterable[Line]) -> str:
    """Lines as a release row keeps them."""
    return json.dumps([each.to_json() for each in lines], ensure_ascii=False)


def from_text(text: str) -> tuple[Line, ...]:
    """The lines that a release row keeps. The first ones kept what was printed."""
    if text.startswith("["):
        return tuple(map(Line.from_json, json.loads(text)))
    return tuple(map(_from_printed, text.splitlines()))


def _from_printed(text: str) -> Line:
    sign, _, rest = text.partition(" ")
    kind, _, told = rest.partition(" ")
    return Line(sign=sign, kind=kind, path=told)
