"""Which column of a sheet goes into which field of an entity: guessed by names and labels, or told."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process

from customary.engine.exchange.kinds import LOOKED_AT, kind_of
from customary.engine.exchange.sheet import Sheet
from customary.engine.fields.field import Field
from customary.engine.fields.normal import normal
from customary.engine.model.entity import Entity
from customary.engine.records.work import Work
from customary.engine.words import Reason, suggestion

NEAR_ENOUGH = 90
SAMPLES = 3

_SIGNS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Column:
    """A column and what becomes of it.

    `field` is None when it is left out. `by` names the field of the linked entity by which records are found (None:
    by title, and by what is unique). `values` replaces cells by others before they are read.
    """

    name: str
    position: int
    kind: str = "text"
    """The kind of field its cells look like."""
    samples: tuple[str, ...] = ()
    field: str | None = None
    by: str | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


class WrongMap(ValueError):
    """A `column=field` that names what is not there; `reason` says what."""

    def __init__(self, text: str, **values: object) -> None:
        self.reason = Reason(text, values)
        super().__init__(str(self.reason))


def guess(work: Work, entity: str, sheet: Sheet, maps: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """The columns of a sheet with the fields they probably mean; `maps` says it for some (see `apply_maps`)."""
    known = importable(work, entity)
    names = _names(known)
    taken: set[str] = set()
    columns = []
    beginning = _shared_beginning(sheet.columns)
    for position, name in enumerate(sheet.columns):
        cells = sheet.column(position)
        found = names.get(_bare(name)) or names.get(_bare(name.removeprefix(beginning)))
        columns.append(
            Column(
                name=name,
                position=position,
                kind=kind_of(cells),
                samples=tuple(dict.fromkeys(str(cell)[:80] for cell in cells[:50]))[:SAMPLES],
                field=found if found not in taken else None,
            )
        )
        taken.add(found)
    columns = _of_their_own(columns, work.model.entities[entity], names, taken)
    columns = _titled(columns, work.model.entities[entity], taken)
    columns = _near(columns, names, taken)
    columns = _by_options(columns, sheet, known, taken)
    return apply_maps(work, entity, tuple(columns), maps or {})


def apply_maps(work: Work, entity: str, columns: tuple[Column, ...], maps: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns as `maps` wants them. Raises WrongMap.

    `{"deal_stage": "stage"}` puts a column into a field, `{"remarks": ""}` leaves it out, `{"company":
    "account.tax_number"}` finds the linked record by another field than its title, and `{"product:GTXPro": "GTX Pro"}`
    reads a cell as if it held another text.
    """
    by_name = {column.name: column for column in columns}
    bare = {_bare(column.name): column.name for column in columns}
    for left, right in maps.items():
        name = left if left in by_name else bare.get(_bare(left))
        if name is not None:
            by_name[name] = _put(work, entity, by_name[name], right)
            by_name = _alone(by_name, name)
            continue
        name, cell = _split(left, by_name, bare)
        column = by_name[name]
        by_name[name] = replace(column, values={**column.values, cell: right})
    return tuple(by_name[column.name] for column in columns)


def importable(work: Work, entity: str) -> dict[str, Field]:
    """The fields of an entity that an import by this actor may fill."""
    closed = work.access.hidden(entity) | work.access.read_only(entity, new=True)
    fields = work.model.entities[entity].fields
    return {
        name: each
        for name, each in work.model.entities[entity].columns.items()
        if name not in closed
        and (each.entered or name == "stage")
        and each.points != "inside"
        and fields[name.partition(".")[0]].importable
    }


def _split(left: str, by_name: Mapping[str, Column], bare: Mapping[str, str]) -> tuple[str, str]:
    """The column and the cell in `column:cell`; either may hold colons."""
    for found in re.finditer(":", left):
        name = left[: found.start()]
        name = name if name in by_name else bare.get(_bare(name))
        if name is not None:
            return name, left[found.end() :].strip()
    remedy = suggestion(left, by_name)
    text = "has no column “{column}”. {remedy}" if remedy else "has no column “{column}”"
    raise WrongMap(text, column=left, remedy=remedy)


def _put(work: Work, entity: str, column: Column, target: str) -> Column:
    target = target.strip()
    if not target:
        return replace(column, field=None, by=None)
    known = importable(work, entity)
    name, _, by = (target, "", "") if target in known else target.partition(".")
    if name not in known:
        name = _names(known).get(_bare(name), name)
    if name not in known:
        remedy = suggestion(name, known)
        text = "has no field “{field}” to import into. {remedy}" if remedy else "has no field “{field}” to import into"
        raise WrongMap(text, field=target, remedy=remedy)
    if by:
        linked: Entity | None = work.model.entities.get(getattr(known[name], "to", ""))
        if (
            linked is None
            or by not in linked.fields.keys() - work.access.hidden(linked.name)
            or not linked.fields[by].stored
        ):
            raise WrongMap("cannot find “{field}” by “{by}”", field=name, by=by)
    return replace(column, field=name, by=by or None)


def _alone(by_name: dict[str, Column], name: str) -> dict[str, Column]:
    """One field takes one column: the one named last."""
    taken = by_name[name].field
    return {
        other: replace(column, field=None) if taken and other != name and column.field == taken else column
        for other, column in by_name.items()
    }


def _names(fields: Mapping[str, Field]) -> dict[str, str]:
    """Fields by everything they may be called: names first, then labels, then old names."""
    names: dict[str, str] = {}
    for pick in (lambda each: (each.name,), lambda each: each.label.by_language.values(), lambda each: each.was):
        for name, each in fields.items():
            for word in pick(each):
                names.setdefault(_bare(word), name)
    for each in fields.values():
        for path in each.pieces.keys() & fields.keys():
            part = each.made_of[path.partition(".")[2]]  # a column “City” may hold the city of the address
            for word in (part.name, *part.label.by_language.values()):
                names.setdefault(_bare(word), path)
    names.pop("", None)
    return names


def _of_their_own(
    columns: list[Column], entity: Entity, names: Mapping[str, str], taken: set[str | None]
) -> list[Column]:
    """Columns that repeat what the records are: `house_size` is the size among houses."""
    calls, found = _calls(entity), []
    for column in columns:
        if column.field is None:
            bare = _bare(column.name)
            rests = (bare.removeprefix(word) for word in calls if bare.startswith(word))
            field = next((names[rest] for rest in rests if rest in names and names[rest] not in taken), None)
            taken |= {field} if field else set()
            column = replace(column, field=field)
        found.append(column)
    return found


def _calls(entity: Entity) -> set[str]:
    """What the records of an entity are called."""
    words = {_bare(word) for each in (entity.label, entity.plural) for word in each.by_language.values()}
    return {_bare(entity.name), *words} - {""}


def _titled(columns: list[Column], entity: Entity, taken: set[str | None]) -> list[Column]:
    """A column called like the records themselves holds what they are called: `account` among accounts."""
    fields, wanted = {path[0] for path in entity.title.paths}, _calls(entity)
    found = next((each for each in columns if each.field is None and _bare(each.name) in wanted), None)
    if found is None or len(fields) != 1 or fields & taken or not entity.fields[min(fields)].entered:
        return columns
    taken |= fields
    return [replace(each, field=min(fields)) if each is found else each for each in columns]


def _shared_beginning(names: tuple[str, ...]) -> str:
    """What most columns begin with, as some programs export them: `property_` of `property_city`."""
    words = Counter(word + "_" for word, sign, _ in (name.partition("_") for name in names) if word and sign)
    word, count = max(words.items(), key=lambda item: item[1], default=("", 0))
    return word if count > 2 and count * 2 > len(names) else ""


def _near(columns: Iterable[Column], names: Mapping[str, str], taken: set[str]) -> list[Column]:
    """Columns that no name fitted get the field whose name is nearly the same."""
    found = []
    for column in columns:
        if column.field is None and len(bare := _bare(column.name)) > 3:
            free = {name: field for name, field in names.items() if field not in taken}
            best = process.extractOne(bare, free.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
            if best is not None:
                taken.add(free[best[0]])
                column = replace(column, field=free[best[0]])
        found.append(column)
    return found


def _by_options(
    columns: list[Column], sheet: Sheet, fields: Mapping[str, Field], taken: set[str | None]
) -> list[Column]:
    """Columns that nothing else fitted get the one field whose options their cells are."""
    found = []
    for column in columns:
        if column.field is None and column.kind in ("choice", "text"):
            cells = {str(cell).strip().lower() for cell in sheet.column(column.position)[:LOOKED_AT]}
            fit = [name for name, each in fields.items() if name not in taken and _are_options(cells, each)]
            if len(fit) == 1:
                taken.add(fit[0])
                column = replace(column, field=fit[0])
        found.append(column)
    return found


def _are_options(cells: set[str], each: Field) -> bool:
    """Whether these are options of the field, by name or label; one cell alone may be so by chance."""
    return len(cells) > 1 and cells <= getattr(each, "spellings", {}).keys()


def _bare(name: Any) -> str:
    """A name without what differs between writers: signs, spaces, case, marks."""
    return _SIGNS.sub("", normal(_CAMEL.sub(" ", str(name))))
