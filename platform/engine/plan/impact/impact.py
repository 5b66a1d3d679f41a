"""Impact: what each change of a plan means for the data there is, counted on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.plan.change import Change
from customary.engine.plan.changes.structure import AddIndex
from customary.engine.plan.changes.values import values_of
from customary.engine.plan.impact.counting import FIRST, Counting, is_empty, living, told_value
from customary.engine.plan.impact.limits import beyond_limit
from customary.engine.plan.impact.references import References
from customary.engine.plan.impact.retention import ERASING, due_at_once
from customary.engine.plan.impact.stages import changed_stage, gone_pipeline, gone_stage, new_pipeline
from customary.engine.plan.line import DESTRUCTIVE, Impact, Line
from customary.engine.words import Reason

BOUNDS = frozenset({"min", "max", "max_length"})
FORMS = frozenset({"pattern", "format", "region", "types", "max_megabytes", "scale", "currency", "of", "to"})
"""Keys of a field that only its own check can judge, value by value."""

WITHOUT = Reason("records without it (they stay as they are until they are edited)")
BREAKING = Reason("records with a value that is refused (they stay as they are until they are edited)")


def weigh(changes: Iterable[Change], counting: Counting) -> list[Change]:
    """The changes with what they mean for the data, and the problems of those that the database would refuse."""
    changes, weighed = list(changes), []
    references = References(counting)
    for number, change in enumerate(changes):
        if change.line is not None:
            change = _with(change, (*_of(change, counting), *references.to(change.line)))
        weighed.append(change)
        counting.tell(number + 1, len(changes))
    return weighed


def _with(change: Change, impact: tuple[Impact, ...]) -> Change:
    if not impact:
        return change
    lost = any(each.kind in ("unfit", ERASING) and each.count for each in impact)
    grade = DESTRUCTIVE if lost else change.line.grade
    return replace(change, line=replace(change.line, impact=impact, grade=grade))


def _of(change: Change, counting: Counting) -> Iterator[Impact]:
    yield from change.line.impact
    yield from change.weigh(counting)
    yield from _of_line(change.line, counting)
    if isinstance(change, AddIndex) and change.index.unique:
        yield from _equal(counting, change.index)


def _of_line(line: Line, counting: Counting) -> Iterator[Impact]:
    """What a line means by what it says: whatever made it."""
    if counting.comparison.current is None:
        return
    weigh = _WEIGHED.get((line.sign, line.kind))
    if weigh is not None:
        yield from weigh(line, counting)


def _gone_entity(line: Line, counting: Counting) -> Iterator[Impact]:
    if line.path in counting.comparison.current.model.entities:
        yield from counting.old_records("leaving", Reason("records that go out of sight"), line.path)


def _gone_field(line: Line, counting: Counting) -> Iterator[Impact]:
    entity, _, name = line.path.partition(".")
    was = counting.was(entity)
    field = counting.comparison.current.model.entities[was].fields.get(name) if was else None
    made = counting.comparison.current.tables.entity(was) if was else None
    empty = is_empty(made, field) if field is not None else None
    if empty is not None:
        yield from counting.old_records("leaving", Reason("records with a value in it"), was, ~empty)


def _gone_option(line: Line, counting: Counting) -> Iterator[Impact]:
    entity, name, option = line.path.split(".")
    was, field = counting.was(entity), counting.field_was(entity, name)
    if was is None or field is None:
        return
    text = f'"{option}" in {field.name}' if field.several else f'{field.name} == "{option}"'
    where = counting.old_clause(was, text)
    yield from counting.old_records("leaving", Reason("records that have it"), was, where)


def _new_field(line: Line, counting: Counting) -> Iterator[Impact]:
    entity, field = _field(line, counting)
    if field is None or counting.was(entity) is None or field.formula is not None:
        return
    entry = counting.comparison.tables.catalogue.field(entity, field.name)
    if counting.comparison.turn_of[entry.id].verb != "born":
        return
    if field.default is not None and not getattr(field.default, "reads_user", False):
        yield from counting.rows(entity, Reason("records that get its default"))
    elif field.kind == "auto_number":
        yield from counting.rows(entity, Reason("records that are numbered"))
    elif field.required and not field.filled_from and counting.total(entity) != 0:
        yield from _without(counting, entity, field, sa.true())


def _changed_field(line: Line, counting: Counting) -> Iterator[Impact]:
    entity, field = _field(line, counting)
    was = counting.field_was(entity, field.name) if field is not None else None
    if was is None:
        return
    if line.key == "required" and field.required:
        yield from _without(counting, entity, field, is_empty(counting.comparison.tables.entity(entity), field))
    elif line.key in BOUNDS and was.kind == field.kind:
        yield from counting.records("refused", BREAKING, entity, _beyond(counting, entity, field, line.key), field)
    elif line.key in FORMS and was.kind == field.kind:
        yield from _ill_formed(counting, entity, was, field)


def _field(line: Line, counting: Counting) -> tuple[str, Field | None]:
    entity, _, name = line.path.partition(".")
    declared = counting.comparison.model.entities.get(entity)
    return entity, declared.fields.get(name) if declared else None


def _without(counting: Counting, entity: str, field: Field, empty: sa.ColumnElement | None) -> Iterator[Impact]:
    """Living records in which a field is empty that is required now."""
    made = counting.comparison.tables.entity(entity)
    if empty is None:
        return
    asked = [] if field.required is True else [counting.clause(entity, field.required)]
    asked += [] if field.visible is None else [counting.clause(entity, field.visible)]
    known = all(each is not None for each in asked)
    where = sa.and_(living(made), empty, *asked) if known else None
    yield from counting.records("refused", WITHOUT, entity, where)


def _beyond(counting: Counting, entity: str, field: Field, key: str) -> sa.ColumnElement | None:
    """Living records whose value is beyond a bound."""
    made = counting.comparison.tables.entity(entity)
    if not made.has(field.name):
        return None
    column, bound = made.columns([field.name])[0], getattr(field, key, None)
    if key == "max_length":
        return sa.and_(living(made), sa.func.length(column) > field.limit)
    if bound is None:
        return sa.false()
    return sa.and_(living(made), column < bound if key == "min" else column > bound)


def _ill_formed(counting: Counting, entity: str, was: Field, field: Field) -> Iterator[Impact]:
    """Records with a value that only the new check of its field refuses: looked at one by one."""
    made, count, seen = counting.comparison.tables.entity(entity), 0, 0
    if not counting.is_stored(made, field):
        return
    if counting.quick:
        yield Impact(kind="refused", told=BREAKING)
        return
    first: dict[UUID, object] = {}
    for batch in values_of(counting.comparison.connection, made, field):
        wrong = [id for id, value in batch.items() if field.check(value) and not was.check(value)]
        wrong = {id: batch[id] for id in counting.living(made, wrong)}
        count, seen = count + len(wrong), seen + len(batch)
        counting.tell_part(seen, counting.total(entity) or 0)
        first |= dict(list(wrong.items())[: FIRST - len(first)])
    if count:
        told = {id: told_value(field, value) for id, value in first.items()}
        examples = counting.examples(counting.was(entity) or entity, told)
        yield Impact(kind="refused", told=BREAKING, count=count, first=examples)


def _check(line: Line, counting: Counting) -> Iterator[Impact]:
    """Living records that break a rule which is new or says something else."""
    name, _, rule = line.path.partition(".")
    entity = counting.comparison.model.entities.get(name)
    check = next((each for each in entity.checks if each.name == rule), None) if entity else None
    if check is None or counting.was(name) is None or line.key not in ("", "check", "value"):
        return
    made = counting.comparison.tables.entity(name)
    broken = counting.clause(name, f"!({check.condition.text})")
    where = None if broken is None else sa.and_(living(made), broken)
    told = Reason("records that break it (they stay as they are until they are edited)")
    yield from counting.records("refused", told, name, where)


def _equal(counting: Counting, index: sa.Index) -> Iterator[Impact]:
    """Records that are equal where no two may be from now on. They forbid the plan."""
    comparison, columns = counting.comparison, list(index.columns)
    entity, fields = comparison.fields_of(index)
    told = Reason("records with a value that another one has too")
    if any((index.table.name, column.name) in comparison.born_columns for column in columns):
        return
    if counting.quick:
        yield Impact(kind="forbidden", told=told)
        return
    living = sa.and_(index.table.c.archived_at.is_(None), *(column.is_not(None) for column in columns))
    equal = sa.select(*columns, sa.func.count().label("records")).where(living).group_by(*columns)
    equal = equal.having(sa.func.count() > 1).subquery()
    values, records = comparison.connection.execute(
        sa.select(sa.func.count(), sa.func.sum(equal.c.records)).select_from(equal)
    ).one()
    if not values:
        return
    same = sa.and_(living, *(column == equal.c[column.name] for column in columns))
    key = index.table.c.id
    ids = sa.select(key).join(equal, same).order_by(*columns, key).limit(FIRST)
    shown = comparison.model.entities[entity].fields.get(fields[0]) if len(fields) == 1 else None
    first = counting.first(entity, list(comparison.connection.execute(ids).scalars()), shown)
    said = "1 value is" if values == 1 else f"{values} values are"
    comparison.problems.append(f"{entity}: {', '.join(fields)} cannot be unique: {said} used by more than one record")
    yield Impact(kind="forbidden", told=told, count=int(records), first=first)


_Weigh = Callable[[Line, Counting], Iterator[Impact]]
_WEIGHED: dict[tuple[str, str], _Weigh] = {
    ("-", "entity"): _gone_entity,
    ("~", "entity"): due_at_once,
    ("-", "field"): _gone_field,
    ("-", "option"): _gone_option,
    ("-", "stage"): gone_stage,
    ("-", "pipeline"): gone_pipeline,
    ("+", "field"): _new_field,
    ("~", "field"): _changed_field,
    ("+", "check"): _check,
    ("~", "check"): _check,
    ("+", "no_overlap"): beyond_limit,
    ("~", "no_overlap"): beyond_limit,
    ("+", "at_most"): beyond_limit,
    ("~", "at_most"): beyond_limit,
    ("~", "stage"): changed_stage,
    ("+", "pipeline"): new_pipeline,
}
