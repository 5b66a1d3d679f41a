"""A tile as its template shows it: figures and what they are of in the reader's words, and where they lead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from customary.engine.analysis import Answer, Figure, Period, size_of
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.tile import COUNT, Tile
from customary.engine.money import Money
from customary.ui.dashboard.line import Line, line
from customary.ui.dashboard.times import period_text
from customary.ui.desk import Desk
from customary.ui.list.state import sort_text
from customary.ui.show import Show


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, stage or stretch of time: its length in hundredths of the longest."""

    label: str
    text: str
    percent: float
    href: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a template asks of a tile."""

    desk: Desk
    answer: Answer

    @property
    def tile(self) -> Tile:
        return self.answer.tile

    @property
    def entity(self) -> Entity:
        return self.desk.model.entities[self.tile.entity]

    @property
    def href(self) -> str:
        """The list of the records that the tile tells of."""
        return self.list_of(self.answer.whole)

    def list_of(self, where: str) -> str:
        """The list of the records that hold a condition, in the tile's order."""
        sort = {"sort": sort_text(self.tile.sort)} if self.tile.sort else {}
        return f"/{self.tile.entity}?{urlencode({'view': 'all', 'where': where, **sort})}"

    def columns(self) -> list[Field]:
        """Those of a table that the reader may see."""
        hidden = self.desk.access.hidden(self.tile.entity)
        return [self.entity.columns[name] for name in self.tile.columns if name not in hidden]

    def text(self, show: Show, value: Any) -> str:
        """A figure in the reader's words."""
        if value is None:
            return "—"
        if self.tile.figure == COUNT:
            return self.desk.locale.number(value)
        return show.brief(self.entity.fields[self.tile.field], value)

    def bars(self, show: Show) -> list[Bar]:
        figures = self.answer.figures
        longest = max((abs(size_of(each.value)) for each in figures), default=Decimal(0))
        return [
            Bar(
                self._label(show, each),
                self.text(show, each.value),
                _percent(abs(size_of(each.value)), longest),
                self.list_of(each.where),
            )
            for each in figures
        ]

    def line(self) -> Line:
        return line([None if each.value is None else size_of(each.value) for each in self.answer.figures])

    def target(self) -> Any:
        """What the figure should reach, in the currency of the workspace where it is money."""
        field = self.entity.fields.get(self.tile.field)
        if self.tile.target is None or field is None or field.kind != "money":
            return self.tile.target
        return Money(self.tile.target, self.desk.model.settings.currency)

    def reached(self) -> float | None:
        """How many hundredths of the target; None where the two cannot be compared."""
        target, value = self.target(), self.answer.figures[0].value
        if target is None or value is None or _currency(target) != _currency(value):
            return None
        return _percent(size_of(value), size_of(target))

    def change(self) -> Decimal | None:
        """By how many percent the figure differs from that of the period before."""
        before, now = self.answer.before.value, self.answer.figures[0].value
        if before is None or now is None or _currency(before) != _currency(now) or not size_of(before):
            return None
        return ((size_of(now) - size_of(before)) / abs(size_of(before)) * 100).quantize(Decimal(1))

    def _label(self, show: Show, figure: Figure) -> str:
        """What a bar is of: a stretch of time, a stage, or a value of what records are told apart by."""
        if isinstance(figure.key, Period):
            return period_text(figure.key, self.desk.locale)
        if figure.key is None:
            return self.desk.say("None")
        if self.tile.pipeline:
            return show.stage(self.entity, figure.key)
        field = field_at(self.desk.model, self.entity, self.tile.by)
        return show.plain(field, figure.key, self.answer.titles) if field else str(figure.key)


def field_at(model: Model, entity: Entity, path: str) -> Field | None:
    """The field at the end of a path over links."""
    if path in entity.columns:
        return entity.columns[path]
    first, _, rest = path.partition(".")
    target = model.entities.get(str(getattr(entity.fields.get(first), "to", "")))
    return field_at(model, target, rest) if target is not None and rest else None


def _percent(part: Decimal, whole: Decimal) -> float:
    return round(max(0.0, min(100.0, float(part / whole * 100))), 2) if whole > 0 else 0.0


def _currency(value: Any) -> str:
    return getattr(value, "currency", "")
