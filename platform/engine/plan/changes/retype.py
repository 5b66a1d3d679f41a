"""Changes of fields whose kind changes, and of those that say from what they are filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid5

from customary.engine.expressions import Expression, ExpressionError, compile
from customary.engine.fields.field import Field
from customary.engine.plan.change import Change
from customary.engine.plan.changes.conversion import Conversion
from customary.engine.plan.changes.fill import ConvertValues, FillFrom
from customary.engine.plan.changes.make import MakeRecords, PairsToRecords, RecordsToPairs, titled_by, titles_of
from customary.engine.plan.changes.search import Reindex
from customary.engine.plan.changes.values import work_on
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.line import DESTRUCTIVE, REWRITE, SAFE, Line
from customary.engine.tables import EntityTable, Tables
from customary.engine.tables.growth import Turn
from customary.engine.text import node as text
from customary.engine.words import Reason


def compare_retyped(comparison: Comparison, made: EntityTable, declared: Field, turn: Turn) -> Iterator[Change]:
    """The changes of a field whose kind, or form, is another than it was."""
    if declared.formula is not None:
        yield from _computed_now(made, declared, turn)
        return
    old_table, old = _old_field(comparison, turn)
    line = Line(sign="~", kind="field", path=f"{made.entity.name}.{declared.name}", key="type")
    if turn.before.shape.kind == declared.kind:
        line = replace(line, key="")
    else:
        line = replace(line, before=turn.before.shape.kind, after=declared.kind)
    if declared.filled_from and turn.verb == "retyped":
        yield from _filled(comparison, made, declared, line)
        return
    if old is not None and "inside" in (old.points, declared.points):
        yield from _between(comparison, made, declared, old_table, old, line)
        return
    if old is None or not (made.has(declared.name) or declared.points == "many"):
        empty = (Reason("entered from now on, and empty at first; from: fills it"),)
        yield Change(line=line if old is not None or turn.before.shape.to else replace(line, notes=empty))
        return
    if old.kind == declared.kind:
        line = replace(line, key="", before="", after="", notes=(Reason("kept in another form"),))
    titles = _made_of(comparison, old_table, old, declared)
    conversion = Conversion(
        before=comparison.released(turn).tables,
        old_table=old_table,
        old=old,
        after=comparison.tables,
        new_table=made,
        new=declared,
        made={value: id for value, (id, _) in titles.items()} if titles is not None else None,
    )
    if titles is not None:
        yield MakeRecords(tables=comparison.tables, entity=declared.to, titles=dict(titles.values()))
        yield Reindex(tables=comparison.tables, entity=declared.to)
    note = "values are converted" if titles is None else "a record is made of each value"
    note = note if turn.verb == "retyped" else "its values of then come back, and those written since are converted"
    line = replace(line, notes=(*line.notes, Reason(note)), grade=REWRITE)
    # Where links lead on to what they led to, its new table is the business of the entity.
    told = old.kind != declared.kind or not old.points or not conversion.leads_on()
    yield ConvertValues(line=line if told else None, conversion=conversion)


def _made_of(
    comparison: Comparison, old_table: EntityTable, old: Field, declared: Field
) -> dict[str, tuple[UUID, str]] | None:
    """The records to be made of the old values, by value, when a link leads to an entity that is new: id and title."""
    if declared.points not in ("one", "many") or old.kind not in ("choice", "choices", "tags", "text"):
        return None
    entry = comparison.tables.catalogue.entity(declared.to)
    title = titled_by(comparison.model.entities[declared.to])
    if comparison.turn_of[entry.id].verb != "born" or title is None:
        return None
    comparison.peopled.add(declared.to)
    titles = titles_of(comparison.connection, old_table, old, title, comparison.model.settings.languages[0])
    return {value: (uuid5(entry.id, said), said) for value, said in titles.items()}


def _between(
    comparison: Comparison, made: EntityTable, declared: Field, old_table: EntityTable, old: Field, line: Line
) -> Iterator[Change]:
    """Links to many that get an entity of their own between, and the other way round."""
    before, after = comparison.current.tables, comparison.tables
    if old.points == "many" and (on := _link_to(after, declared, before.code(old.to))):
        entry = after.catalogue.field(made.entity.name, declared.name)
        yield PairsToRecords(
            line=replace(line, notes=(Reason("a record is made of each pair"),), grade=REWRITE),
            fresh=not comparison.is_there(after.entity(declared.to).table),
            old_table=old_table,
            old=old,
            tables=after,
            between=declared.to,
            back=declared.through,
            on=on,
            salt=entry.id,
        )
        comparison.peopled.add(declared.to)
        yield Reindex(tables=after, entity=declared.to)
    elif declared.points == "many" and (on := _link_to(before, old, after.code(declared.to))):
        yield RecordsToPairs(
            line=replace(line, notes=(Reason("a pair is made of each record, which is kept"),), grade=REWRITE),
            before=before,
            between=old.to,
            back=old.through,
            on=on,
            new_table=made,
            new=declared,
        )
    else:
        yield Change(line=line)


def _link_to(tables: Tables, lines: Field, code: str) -> str | None:
    """The link by which the rows of some lines lead on to an entity."""
    fields = tables.model.entities[lines.to].fields.values()
    links = (each for each in fields if each.points == "one" and each.name != lines.through)
    return next(
        (each.name for each in links if each.to in tables.model.entities and tables.code(each.to) == code), None
    )


def filled_from(comparison: Comparison, made: EntityTable, declared: Field) -> FillFrom | None:
    """What fills a field by its `from:`, where there are records that may have something to fill it with."""
    current = comparison.current
    if not declared.filled_from or current is None:
        return None
    entry = current.tables.catalogue.entries.get(comparison.tables.catalogue.entity(made.entity.name).id)
    if entry is None or entry.retired:
        return None
    expression = _over_the_past(comparison, entry.name, made, declared)
    if expression is None:
        return None
    return FillFrom(
        tables=comparison.tables,
        before=current.tables,
        was=entry.name,
        entity=made.entity.name,
        field=declared,
        expression=expression,
    )


def _over_the_past(comparison: Comparison, was: str, made: EntityTable, declared: Field) -> Expression | None:
    """The expression of `from:`, in the names and kinds of the release that is applied."""
    from customary.engine.records.typed import names_of

    names = names_of(work_on(comparison.connection, comparison.current.tables), was)
    try:
        return compile(declared.filled_from, names, declared.value_type)
    except ExpressionError as error:
        where = f"{_place(comparison, made, declared, error.offset)}field {made.entity.name}.{declared.name}"
        said = str(error) if error.remedy else f"{error}."
        told = f"{where}: from: {declared.filled_from}: {said}"
        comparison.problems.append(f"{told} It is asked of the records as they are before this plan.")
    return None


def _place(comparison: Comparison, made: EntityTable, declared: Field, offset: int) -> str:
    """Where a mistake in `from:` stands, to be put before what is told of it; nothing where no text is known."""
    document = comparison.source and comparison.source.documents.get(("entity", made.entity.name))
    node = document and document.body.get("fields")
    for key in (declared.name, "from"):
        node = node.get(key) if isinstance(node, text.Mapping) else None
    if not isinstance(node, text.Scalar):
        return ""
    return f"{node.text_place(str(node.data).index(declared.filled_from) + offset)}  "


def _filled(comparison: Comparison, made: EntityTable, declared: Field, line: Line) -> Iterator[Change]:
    filling = filled_from(comparison, made, declared)
    if filling is None:
        yield Change(line=line)
    else:
        yield replace(filling, line=replace(line, notes=(told_filling(declared),), grade=REWRITE))


def told_filling(declared: Field) -> Reason:
    """What a line says of a field that is filled by an expression."""
    return Reason("filled from {expression}", {"expression": declared.filled_from})


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


def _old_field(comparison: Comparison, turn: Turn) -> tuple[EntityTable | None, Field | None]:
    """The field as the last release that knows it has it: that knows how to read the old column."""
    current = comparison.released(turn)
    if current is None or turn.before is None:
        return None, None
    known = current.tables.catalogue.entries
    owner = known.get(turn.before.parent)
    if owner is None or owner.name not in current.model.entities:
        return None, None
    made = current.tables.entity(owner.name)
    old = made.entity.fields.get(known[turn.before.id].name)
    readable = old is not None and (made.has(old.name) or old.points in ("many", "inside"))
    return (made, old) if readable else (None, None)
