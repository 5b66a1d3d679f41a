"""Changes of entities, their fields, options and stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.auto_number import AutoNumber
from customary.engine.fields.field import Field
from customary.engine.model.model import Model
from customary.engine.plan.change import Change
from customary.engine.plan.convert import convert, is_lossless
from customary.engine.plan.fill import ConvertValues, FillDefault, FillStage, is_constant, values_of
from customary.engine.plan.line import DESTRUCTIVE, ONLINE, REWRITE, SAFE, Impact, Line
from customary.engine.plan.numbers import FillNumbers
from customary.engine.plan.search import Reindex, searched
from customary.engine.plan.structure import AddColumns, AddKeys, AddTable
from customary.engine.releases import Release
from customary.engine.tables import EntityTable, Tables
from customary.engine.tables.growth import Turn
from customary.engine.words import Reason


@dataclass
class Comparison:
    """What is compared, and the problems found in the data on the way."""

    connection: sa.Connection
    current: Release | None
    model: Model
    tables: Tables
    turns: tuple[Turn, ...]
    problems: list[str] = field(default_factory=list)

    @cached_property
    def tables_there(self) -> set[str]:
        return set(sa.inspect(self.connection).get_table_names())

    @cached_property
    def turn_of(self) -> dict[UUID, Turn]:
        """What became of each entry."""
        return {turn.after.id: turn for turn in self.turns}

    @cached_property
    def born_columns(self) -> set[tuple[str, str]]:
        """Table and column of everything that is not there yet."""
        return {
            (self.tables.catalogue.entries[turn.after.parent].physical, column)
            for turn in self.turns
            if turn.after.kind == "field" and turn.verb in ("born", "retyped") and turn.after.parent
            for column in turn.after.columns() - set(turn.after.spent)
        }

    def is_there(self, table: sa.Table) -> bool:
        return table.name in self.tables_there

    def children(self, turn: Turn, kind: str) -> Iterator[Turn]:
        return (each for each in self.turns if each.after.kind == kind and each.after.parent == turn.after.id)

    def fields_of(self, index: sa.Index) -> tuple[str, list[str]]:
        """The entity an index belongs to, and its fields in today's names."""
        for entity in self.model.entities:
            made = self.tables.entity(entity)
            if made.table is index.table:
                names = {
                    column.name: name
                    for name in made.entity.fields
                    if made.has(name)
                    for column in made.columns([name])
                }
                return entity, list(dict.fromkeys(names.get(each.name, each.name) for each in index.columns))
        return index.table.name, [each.name for each in index.columns]

    def find_duplicates(self, index: sa.Index) -> None:
        """A unique index over columns that are there already is only possible when no two records are equal."""
        columns = list(index.columns)
        if not index.unique or any((index.table.name, column.name) in self.born_columns for column in columns):
            return
        living = sa.and_(index.table.c.archived_at.is_(None), *(column.is_not(None) for column in columns))
        query = sa.select(sa.func.count()).select_from(index.table).where(living)
        equal = query.with_only_columns(sa.func.count()).group_by(*columns).having(sa.func.count() > 1)
        found = self.connection.execute(sa.select(sa.func.count()).select_from(equal.subquery())).scalar()
        if found:
            entity, fields = self.fields_of(index)
            values = "1 value is" if found == 1 else f"{found} values are"
            self.problems.append(
                f"{entity}: {', '.join(fields)} cannot be unique: {values} used by more than one record"
            )


def compare_entity(comparison: Comparison, turn: Turn) -> Iterator[Change]:
    """The changes of one entity and all that is in it."""
    name = turn.after.name
    if turn.verb == "retired":
        yield Change(
            line=Line(sign="-", kind="entity", path=name, notes=(Reason("its records are kept"),), grade=DESTRUCTIVE)
        )
        return
    made = comparison.tables.entity(name)
    if turn.verb == "renamed" and turn.before:
        yield Change(line=Line(sign="→", kind="entity", path=name, before=turn.before.name, after=name))
    if turn.verb in ("born", "revived"):
        count = sum(1 for each in made.entity.fields.values() if not each.system)
        notes = (Reason("fields: {count}", {"count": count}), *_came_back(turn, Reason("comes back with its records")))
        yield Change(line=Line(sign="+", kind="entity", path=name, notes=notes))
    if not comparison.is_there(made.table):
        yield AddTable(table=made.table)
        yield AddKeys(table=made.table)
    for each in comparison.children(turn, "field"):
        yield from _field(comparison, made, each, shown=turn.verb not in ("born", "revived"))
    if turn.verb != "born":
        yield from _upkeep(comparison, made, turn)


def _upkeep(comparison: Comparison, made: EntityTable, turn: Turn) -> Iterator[Change]:
    """What records that are there already need besides their new fields."""
    if _gains_pipeline(comparison, made):
        yield FillStage(tables=comparison.tables, entity=made.entity.name)
    current, before = comparison.current, turn.before
    if current is None or before is None or before.name not in current.model.entities:
        return
    old = searched(comparison.connection, current.tables, before.name)
    new = searched(comparison.connection, comparison.tables, made.entity.name)
    retyped = {each.after.id for each in comparison.children(turn, "field") if each.verb == "retyped"}
    if old != new or new & retyped:
        yield Reindex(tables=comparison.tables, entity=made.entity.name)


def _field(comparison: Comparison, made: EntityTable, turn: Turn, shown: bool) -> Iterator[Change]:
    name = f"{made.entity.name}.{turn.after.name}"
    declared = made.entity.fields.get(turn.after.name)
    if turn.verb == "retired" or declared is None:
        if turn.verb == "retired" and not (turn.before and _is_of_pipeline(turn)):
            notes = (Reason("its values are kept"),)
            yield Change(line=Line(sign="-", kind="field", path=name, notes=notes, grade=DESTRUCTIVE))
        return
    if turn.verb in ("born", "retyped"):
        yield from _columns(comparison, made, declared, declared.default if _stands_in_column(declared, turn) else None)
    shown = shown and not declared.system
    if turn.before and turn.before.name != turn.after.name:
        yield Change(line=Line(sign="→", kind="field", path=name, before=turn.before.name, after=turn.after.name))
    if turn.verb == "retyped" and turn.before:
        yield from _retyped(comparison, made, declared, turn)
    elif turn.verb in ("born", "revived"):
        yield from _added(comparison, made, declared, turn, shown)
    yield from _options(comparison, name, declared, turn, shown and turn.verb not in ("born", "revived"))


def _columns(comparison: Comparison, made: EntityTable, declared: Field, default: object = None) -> Iterator[Change]:
    if declared.points == "many":
        links = made.links(declared.name)
        yield AddTable(table=links)
        yield AddKeys(table=links)
    elif made.has(declared.name) and comparison.is_there(made.table):
        columns = tuple(column.name for column in made.columns([declared.name]))
        values = made.store({declared.name: declared.take(default)}) if default is not None else {}
        yield AddColumns(table=made.table, columns=columns, values=values)
        yield AddKeys(table=made.table, columns=columns)


def _added(comparison: Comparison, made: EntityTable, declared: Field, turn: Turn, shown: bool) -> Iterator[Change]:
    notes, grade = list(_came_back(turn, Reason("comes back with the values it had"))), SAFE
    if comparison.is_there(made.table) and _fills(declared):
        notes.append(Reason("existing records get its default"))
        grade = ONLINE
        if not _stands_in_column(declared, turn):
            yield FillDefault(tables=comparison.tables, entity=made.entity.name, field=declared)
    elif comparison.is_there(made.table) and isinstance(declared, AutoNumber):
        notes.append(Reason("existing records are numbered"))
        grade = ONLINE
        yield FillNumbers(tables=comparison.tables, entity=made.entity.name, field=declared)
    elif comparison.is_there(made.table) and declared.required is True and declared.default is None:
        notes.append(Reason("required, and empty in existing records until they are edited"))
    if shown:
        path = f"{made.entity.name}.{declared.name}"
        line = Line(sign="+", kind="field", path=path, after=declared.kind, notes=tuple(notes), grade=grade)
        yield Change(line=line)


def _came_back(turn: Turn, note: Reason) -> Iterator[Reason]:
    if turn.verb == "revived":
        yield note


def _fills(declared: Field) -> bool:
    """Whether existing records can have the default: one that asks who acts says nothing about them."""
    return declared.entered and declared.default is not None and not getattr(declared.default, "reads_user", False)


def _stands_in_column(declared: Field, turn: Turn) -> bool:
    """Whether its default is the same for all records and its column new: then the column itself says it."""
    return turn.verb == "born" and _fills(declared) and is_constant(declared.default) and declared.points != "many"


def _retyped(comparison: Comparison, made: EntityTable, declared: Field, turn: Turn) -> Iterator[Change]:
    if declared.formula is not None:
        yield from _computed_now(made, declared, turn)
        return
    old_table, old = _old_field(comparison, turn)
    line = Line(sign="~", kind="field", path=f"{made.entity.name}.{declared.name}", key="type")
    line = replace(line, before=turn.before.shape.kind, after=declared.kind)
    if old is None or not (made.has(declared.name) or declared.points == "many"):
        yield Change(line=line)
        return
    if old.kind == declared.kind:
        line = replace(line, before="", after="", notes=(Reason("kept in another form"),))
    impact = tuple(_unfit(comparison, old_table, old, declared))
    grade = DESTRUCTIVE if impact else REWRITE
    notes = (*line.notes, Reason("values are converted"))
    yield ConvertValues(
        line=replace(line, notes=notes, grade=grade, impact=impact),
        old_table=old_table,
        old=old,
        new_table=made,
        new=declared,
        settings=comparison.model.settings,
    )


def _computed_now(made: EntityTable, declared: Field, turn: Turn) -> Iterator[Change]:
    """A field that was entered before, or was kept; that it is kept from now on is told where it is filled."""
    before, path = turn.before.shape, f"{made.entity.name}.{declared.name}"
    if before.parts and not before.is_computed:
        notes, grade = (Reason("is computed; what was entered is kept"),), DESTRUCTIVE
    elif before.parts and not declared.kept:
        notes, grade = (Reason("is worked out when it is read"),), SAFE
    else:
        return
    yield Change(line=Line(sign="~", kind="field", path=path, notes=notes, grade=grade))


def _unfit(comparison: Comparison, table: EntityTable, old: Field, new: Field) -> Iterator[Impact]:
    if is_lossless(old, new):
        return
    settings, total, lost = comparison.model.settings, 0, 0
    for batch in values_of(comparison.connection, table, old):
        total += len(batch)
        lost += sum(convert(old, new, value, settings) is None for value in batch.values())
    if lost:
        yield Impact(kind="unfit", told=Reason("values that do not convert and become empty"), count=lost, of=total)


def _old_field(comparison: Comparison, turn: Turn) -> tuple[EntityTable | None, Field | None]:
    """The field as the current release has it: it knows how to read the old column."""
    current = comparison.current
    if current is None or turn.before is None:
        return None, None
    owner = current.tables.catalogue.entries.get(turn.before.parent)
    if owner is None or owner.name not in current.model.entities:
        return None, None
    made = current.tables.entity(owner.name)
    old = made.entity.fields.get(turn.before.name)
    readable = old is not None and (made.has(old.name) or old.points == "many")
    return (made, old) if readable else (None, None)


def _options(comparison: Comparison, name: str, declared: Field, turn: Turn, shown: bool) -> Iterator[Change]:
    is_stage = declared.system and declared.name == "stage"
    kind, owner = ("stage", name.partition(".")[0]) if is_stage else ("option", name)
    for each in comparison.children(turn, "option"):
        if each.verb == "kept" or not (shown or is_stage and turn.verb == "kept"):
            continue
        line = Line(sign="+", kind=kind, path=f"{owner}.{each.after.name}")
        if each.verb == "retired":
            line = replace(line, sign="-", notes=(Reason("records that have it keep it"),), grade=DESTRUCTIVE)
        elif each.before and each.before.name != each.after.name:
            line = replace(line, sign="→", before=each.before.name, after=each.after.name)
        yield Change(line=line)


def _is_of_pipeline(turn: Turn) -> bool:
    return turn.after.name in ("stage", "outcome", "open", "probability", "stage_entered_at")


def _gains_pipeline(comparison: Comparison, made: EntityTable) -> bool:
    if not made.entity.pipelines or not made.has("stage") or comparison.current is None:
        return False
    entry = comparison.tables.catalogue.field(made.entity.name, "stage")
    return any(turn.after.id == entry.id and turn.verb in ("born", "revived") for turn in comparison.turns)
