"""The bars of a list: top line, chips, tools and heads. They say how the list stands, and show no record of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.ui.drawn import Same
from customary.ui.list.condition import whole
from customary.ui.list.load import Filter
from customary.ui.list.place import Place, without
from customary.ui.list.sentence import Sentence
from customary.ui.list.state import KEPT, ListState, Shown


@dataclass(frozen=True, eq=False, kw_only=True)
class Bars:
    """All that the bars show. Those with an equal look are drawn once, whoever they are for."""

    entity: Entity
    fields: Mapping[str, Field]
    """Those of the entity that this person may see."""
    views: list[Shown]
    at: ListState
    filter: Filter
    titles: Mapping[tuple[str, UUID], str]
    """Of the records that chips name."""
    editable: frozenset[str]
    """The columns whose cells this person may edit."""
    may_create: bool
    may_export: bool
    density: str

    @cached_property
    def look(self) -> tuple:
        """All that their HTML depends on, for comparing."""
        state = (self.at.view, self.at.text, self.at.first, *(getattr(self.at, each) for each in KEPT))
        rights = (tuple(self.fields), self.editable, self.may_create, self.may_export)
        said = (tuple(self.filter.chips), self.filter.problem, frozenset(self.titles.items()))
        return (Same(self.entity), tuple(self.views), state, rights, said, self.density)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bars) and other.look == self.look

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.look)

    @property
    def columns(self) -> list[Field]:
        return [self.fields[name] for name in self.at.columns]

    def sentence(self, locale: Locale) -> Sentence:
        return Sentence(locale, self.fields, self.titles)

    def without(self, chip: int, part: int | None = None) -> str:
        """The address of the list without one of its conditions."""
        return self.at.with_(where=whole(without(self.filter.chips, Place(chip, part)))).address()

    def address_of(self, view: Shown) -> str:
        """The address of another view as it is."""
        plain = ListState(self.entity, view, view.where, view.sort, view.columns, first=view is self.views[0])
        return plain.address()

    @property
    def mark_length(self) -> int:
        """How much of a wrong expression is marked: the word at the problem's place."""
        problem = self.filter.problem
        rest = self.at.where[problem.offset :] if problem else ""
        return max(1, len(re.match(r"\w*", rest).group()))  # type: ignore[union-attr]
