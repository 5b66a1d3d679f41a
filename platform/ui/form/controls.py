"""Controls as plain values: what a control template needs to show one field of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words
from customary.ui.drawn import Same
from customary.ui.form import draft as drafts
from customary.ui.form.draft import Draft, State
from customary.ui.form.typed import LISTS, POINTERS, Entry, Line, nothing_in

CURRENCIES = ("EUR", "USD", "GBP", "CNY", "CHF", "JPY", "HKD", "AUD", "CAD", "SEK", "PLN", "TRY")
"""Offered beside the workspace's currency; another one comes with the value that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that can be chosen: the text that is sent and what people read."""

    value: str
    title: str | Words
    note: str = ""
    colour: str | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field in a form. `name` is what is sent, `id` what labels point to."""

    field: Field
    name: str
    texts: tuple[str, ...] = ("",)
    value: Any = None
    problems: tuple[Reason, ...] = ()
    required: bool = False
    read_only: bool = False
    watched: bool = False
    choices: tuple[Choice, ...] = ()
    source: str = ""
    sheet: Sheet | None = None
    prefix: str = "f"
    """Tells the ids of forms on one page apart."""
    alone: bool = False
    """Whether it is all there is of a section that is called the same."""
    autocomplete: str = "off"
    """What browsers may fill in themselves."""
    bare: bool = False
    """Whether it stands in a cell, under a column's head instead of a label of its own."""

    @property
    def id(self) -> str:
        return f"{self.prefix}-{self.name.replace('.', '-')}"

    @property
    def kind(self) -> str:
        return self.field.control

    @property
    def label(self) -> Words:
        return self.field.label

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""

    @property
    def typed(self) -> str:
        """The title that was typed in place of a record and means none."""
        return self.texts[1] if self.source and len(self.texts) > 1 else ""

    @property
    def described_by(self) -> str:
        """The ids of its help and its problems, for `aria-describedby`."""
        found = [f"{self.id}-help"] * bool(self.field.help.by_language and not self.bare)
        return " ".join([*found, *[f"{self.id}-problem"] * bool(self.problems)])

    @property
    def look(self) -> tuple | None:
        """All that its HTML depends on, for comparing; None where it shows more than texts and marks."""
        sheet = self.sheet.look if self.sheet else ()
        fixed = self.read_only or self.kind == "read_only"
        if self.problems or sheet is None or (fixed and self.value is not None):
            return None
        linked = tuple((each.value, each.title) for each in self.choices) if self.source else ()
        marks = (self.required, self.read_only, self.watched, self.alone, self.bare)
        names = (self.prefix, self.name, self.autocomplete)
        return (Same(self.field), names, self.texts, self.source, linked, marks, sheet)

    @property
    def wide(self) -> bool:
        return self.field.wide


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row of a sheet: its cells, and `id` of the stored row, empty for a new one."""

    key: str
    id: str
    cells: tuple[Control, ...]
    problems: tuple[Reason, ...] = ()

    @property
    def look(self) -> tuple | None:
        looks = tuple(each.look for each in self.cells)
        return None if self.problems or None in looks else (self.key, self.id, looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Line items: columns, rows, an empty row to copy, and totals by column name."""

    columns: tuple[Field, ...]
    rows: tuple[SheetRow, ...]
    empty: SheetRow
    totals: Mapping[str, Any] = field(default_factory=dict)

    @property
    def look(self) -> tuple | None:
        looks = tuple(each.look for each in (self.empty, *self.rows))
        return None if self.totals or None in looks else looks


Problems = Mapping[str, tuple[Reason, ...]]
"""Reasons by the name of the control that they concern."""


def control(
    work: Work, draft: Draft, each: Field, state: State, problems: Problems, watched: bool, locale: Locale
) -> Control:
    """The control of a field of the record that is being written."""
    if each.control == "lines":
        return Control(
            field=each, name=each.name, sheet=_sheet(work, draft, each, state, problems, locale), texts=(),
            problems=problems.get(each.name, ()), required=state.required, read_only=state.read_only, watched=True,
        )  # fmt: skip
    entry = draft.entries.get(each.name) or replace(nothing_in(each), value=state.computed)
    shown = _plain(work, each, each.name, entry, problems, state, watched, bare=False)
    if each.name == draft.entity.tree and draft.id is not None:
        # Nothing in a tree may come to stand below itself.
        return replace(shown, source=f"{shown.source}?below={draft.id}")
    return shown


def control_alone(work: Work, each: Field, entry: Entry, problems: Problems, required: bool) -> Control:
    """The control of a field in a form that is none of its record."""
    return _plain(work, each, each.name, entry, problems, State(required=required), watched=False, bare=False)


def _plain(
    work: Work, each: Field, name: str, entry: Entry, problems: Problems, state: State, watched: bool, bare: bool
) -> Control:
    return Control(
        field=each,
        name=name,
        texts=entry.texts or ("",),
        value=entry.value if each.entered else state.computed,
        problems=problems.get(name, ()),
        required=state.required,
        read_only=state.read_only or not each.entered,
        watched=watched,
        choices=choices(work, each, entry),
        source=f"/{each.entity}/options/{each.name}" if each.control in POINTERS | {"links", "users"} else "",
        bare=bare,
    )


def choices(work: Work, each: Field, entry: Entry) -> tuple[Choice, ...]:
    """What may be chosen: all options of a choice, or only what is chosen of a link, which searches for the rest."""
    if each.control in POINTERS or each.control in ("links", "users"):
        return _linked(work, each, entry)
    if each.control == "money":
        return _currencies(work, each, entry)
    chosen = set(entry.texts)
    return tuple(
        Choice(value=name, title=option.label, colour=option.colour, chosen=name in chosen)
        for name, option in getattr(each, "options", {}).items()
    )


def _currencies(work: Work, each: Field, entry: Entry) -> tuple[Choice, ...]:
    own = work.model.settings.currency
    chosen = (entry.texts[1] if len(entry.texts) > 1 else "") or getattr(each, "currency", None) or own
    return _offered(own, chosen)


@lru_cache(maxsize=128)
def _offered(own: str, chosen: str) -> tuple[Choice, ...]:
    codes = dict.fromkeys([own, *CURRENCIES, chosen])
    return tuple(Choice(value=code, title=code, chosen=code == chosen) for code in codes)


def _linked(work: Work, each: Field, entry: Entry) -> tuple[Choice, ...]:
    values = entry.value if each.control in LISTS else (entry.value,)
    pairs = [_pair(work, each, value) for value in values or () if value is not None]
    titles = records.titles(work, pairs) if pairs else {}
    return tuple(
        Choice(value=text, title=titles.get(pair, ""), chosen=True)
        for text, pair in zip(entry.texts, pairs, strict=False)
    )


def _pair(work: Work, each: Field, value: Any) -> tuple[str, UUID]:
    if hasattr(value, "entity"):
        return value.entity, value.id
    return drafts.target_of_link(work, each), value


# Sheets --------------------------------------------------------------------------------------------


def _sheet(work: Work, draft: Draft, each: Field, state: State, problems: Problems, locale: Locale) -> Sheet:
    columns = drafts.columns(work, each)
    lines = draft.entries[each.name].lines if each.name in draft.entries else ()
    values = [line_values(draft, each, columns, line) for line in lines]
    rows = tuple(
        _row(work, columns, line, _computed(work, columns, record), problems, state)
        for line, record in zip(lines, values, strict=True)
    )
    empty = drafts.blank_line(work, each, f"{each.name}.__row__", locale)
    return Sheet(
        columns=tuple(columns),
        rows=rows,
        empty=_row(work, columns, empty, {}, {}, state),
        totals=_totals(columns, rows),
    )


def line_values(draft: Draft, each: Field, columns: Iterable[Field], line: Line) -> dict[str, Any]:
    """A row as a record for expressions, as far as it is typed."""
    entity, _, link = each.of.partition(".")
    typed = {column.name: line.entries[column.name].value for column in columns if column.name in line.entries}
    return {"id": None, "entity": entity, link: draft.id, **typed}


def _computed(work: Work, columns: Iterable[Field], record: Mapping[str, Any]) -> dict[str, Any]:
    scope = RecordScope(work, str(record["entity"]), dict(record))
    return {each.name: each.fit(each.formula.evaluate(scope)) for each in columns if each.formula is not None}


def _row(
    work: Work, columns: list[Field], line: Line, computed: Mapping[str, Any], problems: Problems, state: State
) -> SheetRow:
    cells = tuple(
        _plain(
            work, each, f"{line.key}.{each.name}", line.entries.get(each.name) or nothing_in(each), problems,
            State(required=each.required is True, read_only=state.read_only, computed=computed.get(each.name)),
            watched=True, bare=True,
        )
        for each in columns
    )  # fmt: skip
    return SheetRow(key=line.key, id=line.id, cells=cells, problems=problems.get(line.key, ()))


def _totals(columns: Iterable[Field], rows: Iterable[SheetRow]) -> dict[str, Any]:
    """Sums of the money columns that are computed; where none is, of all money columns."""
    money = [each for each in columns if each.control == "money"]
    summed = [each for each in money if each.formula is not None] or money
    found = {each.name: _sum(cell.value for row in rows for cell in row.cells if cell.field is each) for each in summed}
    return {name: value for name, value in found.items() if value is not None}


def _sum(values: Iterable[Any]) -> Any:
    """The sum of money in one currency; of several currencies there is none to show."""
    found = [each for each in values if each is not None]
    if not found or len({each.currency for each in found}) > 1:
        return None
    return type(found[0])(sum(each.amount for each in found), found[0].currency)
