"""What a list shows: view, filter, columns, sort and search. All of it lives in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity, View
from customary.engine.records.saved_view import mark

LONGEST = 4_000
SORTED_BY_MANY = 3
NARROWEST, WIDEST = 60, 800
FIGURES = ("sum", "avg", "min", "max", "none")
KEPT = ("where", "sort", "columns", "widths", "figures")
"""What a view keeps of a list's state."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a list takes it, whether the packs declare it or somebody saved it. `saved` is its id then."""

    name: str
    label: str
    kind: str = "table"
    where: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    columns: tuple[str, ...] = ()
    widths: tuple[tuple[str, int], ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    base: str = ""
    """The declared board that a saved one follows."""
    saved: str = ""
    audience: str = ""
    own: bool = False
    kept: Mapping[str, object] | None = field(default=None, compare=False)
    """The state of a saved view as it lies in the database."""

    @property
    def mark(self) -> str:
        """Tells this state of a saved view from a later one."""
        return mark(self.kept or {})


@dataclass(frozen=True, slots=True)
class ListState:
    """One state of the list of an entity. Equal states have equal addresses."""

    entity: Entity
    view: Shown
    where: str
    sort: tuple[tuple[str, bool], ...]
    columns: tuple[str, ...]
    widths: tuple[tuple[str, int], ...] = ()
    """Of the columns that somebody made wider or narrower, in pixels."""
    figures: tuple[tuple[str, str], ...] = ()
    """What the foot tells of the columns where that is not the usual."""
    text: str = ""
    first: bool = True
    """Whether `view` is the one shown when the address names none."""

    @property
    def changed(self) -> bool:
        """Whether it differs from its view, so that there is something to save."""
        return any(getattr(self, each) != getattr(self.view, each) for each in KEPT)

    def params(self) -> dict[str, str]:
        """What the address says beyond the entity; nothing of what the view says already."""
        found = {} if self.first else {"view": self.view.saved or self.view.name}
        if self.where != self.view.where:
            found["where"] = self.where
        if self.sort != self.view.sort:
            found["sort"] = sort_text(self.sort)
        if self.columns != self.view.columns:
            found["columns"] = ",".join(self.columns)
        if self.widths != self.view.widths:
            found["widths"] = pairs_text(self.widths)
        if self.figures != self.view.figures:
            found["figures"] = pairs_text(self.figures)
        if self.text:
            found["q"] = self.text
        return found

    def address(self, end: str = "", **more: str) -> str:
        query = urlencode({**self.params(), **more})
        return f"/{self.entity.name}{end}" + (f"?{query}" if query else "")

    def with_(self, **changes: object) -> ListState:
        return replace(self, **changes)  # type: ignore[arg-type]

    def cleared(self) -> ListState:
        return self.with_(where="", text="")

    def sorted_by(self, name: str) -> ListState:
        """The state that a click on a column's head leads to: down, up, and back to the view's own order."""
        now = dict(self.sort).get(name) if self.sort and self.sort[0][0] == name else None
        if now is None:
            return self.with_(sort=((name, False),))
        return self.with_(sort=((name, True),)) if now is False else self.with_(sort=self.view.sort)

    def moved(self, name: str, by: int) -> ListState:
        """The state with a column some places further on."""
        rest = [each for each in self.columns if each != name]
        at = max(0, min(len(rest), self.columns.index(name) + by))
        return self.with_(columns=(*rest[:at], name, *rest[at:]))

    def hiding(self, name: str) -> ListState:
        return self.with_(columns=tuple(each for each in self.columns if each != name))

    def telling(self, name: str, figure: str) -> ListState:
        """The state whose foot tells another figure of a column; "" is the usual one."""
        rest = tuple(each for each in self.figures if each[0] != name)
        return self.with_(figures=(*rest, (name, figure)) if figure else rest)

    def direction(self, name: str) -> str:
        """ascending, descending or none, as `aria-sort` has it."""
        if self.sort and self.sort[0][0] == name:
            return "descending" if self.sort[0][1] else "ascending"
        return "none"


def state(
    entity: Entity, views: list[Shown], query: Mapping[str, str], visible: Mapping[str, Field], user_columns: str = ""
) -> ListState:
    """The state that an address means. What it names and nobody knows is passed over."""
    wanted = query.get("view", "")
    view = next((each for each in views if wanted and wanted in (each.name, each.saved)), views[0])
    where = query["where"][:LONGEST].strip() if "where" in query else view.where
    sort = _sort(query["sort"], visible) if "sort" in query else view.sort
    columns = _columns(query["columns"], visible) if "columns" in query else view.columns
    return ListState(
        entity=entity,
        view=view,
        where=where,
        sort=sort,
        columns=columns or view.columns,
        widths=_widths(query["widths"], visible) if "widths" in query else view.widths,
        figures=_figures(query["figures"], visible) if "figures" in query else view.figures,
        text=query.get("q", "")[:200].strip(),
        first=view is views[0],
    )


def shown(view: View, language: str, visible: Mapping[str, Field]) -> Shown:
    """A declared view, without the columns that this person may not see."""
    return Shown(
        name=view.name,
        label=view.label.in_language(language),
        kind=view.kind,
        where=view.where.text if view.where else "",
        sort=tuple((name, down) for name, down in view.sort if name in visible),
        columns=tuple(name for name in view.columns if name in visible),
    )


def sort_text(sort: tuple[tuple[str, bool], ...]) -> str:
    return ",".join(f"-{name}" if down else name for name, down in sort)


def pairs_text(pairs: tuple[tuple[str, object], ...]) -> str:
    return ",".join(f"{name}:{value}" for name, value in pairs)


def _widths(text: str, visible: Mapping[str, Field]) -> tuple[tuple[str, int], ...]:
    return tuple((name, width_in(value)) for name, value in _pairs(text, visible) if value[:5].isdecimal())


def width_in(value: object) -> int:
    """A width as columns take it."""
    return max(NARROWEST, min(WIDEST, int(str(value)[:5])))


def _figures(text: str, visible: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in _pairs(text, visible) if pair[1] in FIGURES)


def _pairs(text: str, visible: Mapping[str, Field]) -> list[tuple[str, str]]:
    parts = (part.partition(":") for part in text[:LONGEST].split(","))
    return list({name: value for name, _, value in parts if name in visible}.items())


def _sort(text: str, visible: Mapping[str, Field]) -> tuple[tuple[str, bool], ...]:
    named = ((part.strip().lstrip("-"), part.strip().startswith("-")) for part in text[:LONGEST].split(","))
    return tuple((name, down) for name, down in named if name in visible)[:SORTED_BY_MANY]


def _columns(text: str, visible: Mapping[str, Field]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text[:LONGEST].split(",") if name in visible))
