"""Changes of entities, their fields, options and stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from customary.engine.fields.auto_number import AutoNumber
from customary.engine.fields.field import Field
from customary.engine.plan.change import Change, Fill
from customary.engine.plan.changes.fill import FillDefault, FillStage, is_constant
from customary.engine.plan.changes.joining import compare_joined
from customary.engine.plan.changes.numbers import FillNumbers
from customary.engine.plan.changes.retype import compare_retyped, filled_from, told_filling
from customary.engine.plan.changes.search import Reindex, searched
from customary.engine.plan.changes.structure import AddColumns, AddKeys, AddTable
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import DESTRUCTIVE, ONLINE, SAFE, Line
from customary.engine.tables import EntityTable
from customary.engine.tables.growth import Turn
from customary.engine.words import Reason


def compare_entity(comparison: Comparison, turn: Turn) -> Iterator[Change]:
    """The changes of one entity and all that is in it."""
    name = turn.after.name
    if turn.verb == "retired":
        if not turn.after.into:
            note = Reason("its records are kept")
            yield Change(line=Line(sign="-", kind="entity", path=name, notes=(note,), grade=DESTRUCTIVE))
        return
    made = comparison.tables.entity(name)
    if turn.verb in ("renamed", "moved", "restored") and turn.before.name != name:
        yield Change(line=Line(sign="→", kind="entity", path=name, before=turn.before.name, after=name))
    if turn.verb in ("born", "revived"):
        count = sum(1 for each in made.entity.fields.values() if not each.system)
        notes = (Reason("fields: {count}", {"count": count}), *_came_back(turn, Reason("comes back with its records")))
        yield Change(line=Line(sign="+", kind="entity", path=name, notes=notes))
    if turn.has_moved:
        comparison.peopled.add(name)
    if not comparison.is_there(made.table):
        yield AddTable(table=made.table)
        yield AddKeys(table=made.table)
    yield from compare_joined(comparison, turn)
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
    retyped = {each.after.id for each in comparison.children(turn, "field") if each.reshaped}
    if old != new or new & retyped:
        yield Reindex(tables=comparison.tables, entity=made.entity.name)


def _field(comparison: Comparison, made: EntityTable, turn: Turn, shown: bool) -> Iterator[Change]:
    name = f"{made.entity.name}.{turn.after.name}"
    declared = made.entity.fields.get(turn.after.name)
    if turn.verb == "retired" or declared is None:
        if turn.verb == "retired" and not (turn.before and _is_of_pipeline(turn)):
            yield Change(line=_gone(name, turn.before.shape.is_computed))
        return
    if turn.verb in ("born", "retyped"):
        yield from _columns(comparison, made, declared, declared.default if _stands_in_column(declared, turn) else None)
    shown = shown and not declared.system
    if turn.before and turn.before.name != turn.after.name:
        yield Change(line=Line(sign="→", kind="field", path=name, before=turn.before.name, after=turn.after.name))
    if turn.reshaped and turn.before:
        yield from compare_retyped(comparison, made, declared, turn)
    elif turn.verb in ("born", "revived"):
        yield from _added(comparison, made, declared, turn, shown)
    yield from _options(comparison, name, declared, turn, shown and turn.verb not in ("born", "revived"))


def _gone(path: str, is_computed: bool) -> Line:
    """What is computed can be computed again."""
    line = Line(sign="-", kind="field", path=path)
    return line if is_computed else replace(line, notes=(Reason("its values are kept"),), grade=DESTRUCTIVE)


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
    fillings = list(_fillings(comparison, made, declared, turn))
    first, *others = [change for change, _ in fillings if change is not None] or [Change()]
    if shown:
        notes = (*_came_back(turn, Reason("comes back with the values it had")), *(note for _, note in fillings))
        path, grade = f"{made.entity.name}.{declared.name}", ONLINE if isinstance(first, Fill) else SAFE
        first = replace(
            first, line=Line(sign="+", kind="field", path=path, after=declared.kind, notes=notes, grade=grade)
        )
    if shown or fillings:
        yield from (first, *others)


def _fillings(
    comparison: Comparison, made: EntityTable, declared: Field, turn: Turn
) -> Iterator[tuple[Change | None, Reason]]:
    """What gives a new field its values in existing records, one after the other, and what is told of it."""
    filling = filled_from(comparison, made, declared) if turn.verb == "born" else None
    if filling is not None:
        yield filling, told_filling(declared)
    if not comparison.has_records(made.entity.name):
        return
    if _fills(declared):
        note = "existing records get its default" if filling is None else "where that is empty, its default"
        note = note if turn.verb == "born" else "records made meanwhile get its default"
        default = FillDefault(tables=comparison.tables, entity=made.entity.name, field=declared)
        in_column = _stands_in_column(declared, turn) and comparison.is_there(made.table)
        yield None if in_column else default, Reason(note)
    elif isinstance(declared, AutoNumber):
        numbers = FillNumbers(tables=comparison.tables, entity=made.entity.name, field=declared)
        yield numbers, Reason("existing records are numbered" if turn.verb == "born" else "new records are numbered")
    elif filling is None and declared.required is True and declared.default is None:
        yield None, Reason("required, and empty in existing records until they are edited")


def _came_back(turn: Turn, note: Reason) -> Iterator[Reason]:
    if turn.verb == "revived":
        yield note


def _fills(declared: Field) -> bool:
    """Whether existing records can have the default: one that asks who acts says nothing about them."""
    return declared.entered and declared.default is not None and not getattr(declared.default, "reads_user", False)


def _stands_in_column(declared: Field, turn: Turn) -> bool:
    """Whether its default is the same for all records and its column new: then the column itself says it."""
    filled = bool(declared.filled_from) or declared.points == "many"
    return turn.verb == "born" and _fills(declared) and is_constant(declared.default) and not filled


def _options(comparison: Comparison, name: str, declared: Field, turn: Turn, shown: bool) -> Iterator[Change]:
    turns = list(comparison.children(turn, "option"))
    # Those of a field that had none before, or has none from now on, are told by its type.
    stay = any(each.verb in ("kept", "renamed") for each in turns) or not turn.reshaped
    for each in turns if shown and stay else ():
        if each.verb == "kept":
            continue
        line = Line(sign="+", kind="option", path=f"{name}.{each.after.name}")
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
