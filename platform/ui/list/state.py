"""What a list shows: view, filter, columns, sort and search. All of it lives in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from customary.engine.fields.field import Field
from customary.engine.model.model import Entity, View

LONGEST = 4_000
SORTED_BY_MANY = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a list takes it, whether the packs declare it or somebody saved it. `saved` is its id then."""

    name: str
    label: str
    kind: str = "table"
    where: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    columns: tuple[str, ...] = ()
    saved: str = ""
    audience: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class ListState:
    """One state of the list of an entity. Equal states have equal addresses."""

    entity: Entity
    view: Shown
    where: str
    sort: tuple[tuple[str, bool], ...]
    columns: tuple[str, ...]
    text: str = ""
    first: bool = True
    """Whether `view` is the one shown when the address names none."""

    @property
    def changed(self) -> bool:
        """Whether it differs from its view, so that there is something to save."""
        view = self.view
        return (self.where, self.sort, self.columns) != (view.where, view.sort, view.columns)

    def params(self) -> dict[str, str]:
        """What the address says beyond the entity; nothing of what the view says already."""
        found = {} if self.first else {"view": self.view.saved or self.view.name}
        if self.where != self.view.where:
            found["where"] = self.where
        if self.sort != self.view.sort:
            found["sort"] = sort_text(self.sort)
        if self.columns != self.view.columns:
            found["columns"] = ",".join(self.columns)
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


def _sort(text: str, visible: Mapping[str, Field]) -> tuple[tuple[str, bool], ...]:
    named = ((part.strip().lstrip("-"), part.strip().startswith("-")) for part in text[:LONGEST].split(","))
    return tuple((name, down) for name, down in named if name in visible)[:SORTED_BY_MANY]


def _columns(text: str, visible: Mapping[str, Field]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text[:LONGEST].split(",") if name in visible))
