"""Importing a sheet: a dry run with a verdict for every row, and the import itself, all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.exchange.columns import Column
from customary.engine.exchange.lookup import lookup, nearest
from customary.engine.exchange.sheet import Row, Sheet
from customary.engine.exchange.values import Later, Values, title_field, values_of
from customary.engine.fields.normal import normal
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.create import BATCH
from customary.engine.tables.statistics import learn
from customary.engine.words import Reason

OK, REFUSED, DOUBLE = "ok", "error", "duplicate?"

BRIEF = 1_000
"""So many rows are tried so fast that nobody is kept waiting: in the database itself, not in a copy of it."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one row: `ok`, `error` with all its problems, or `duplicate?` (it would go in)."""

    line: int
    word: str
    problems: tuple[FieldProblem, ...] = ()
    id: UUID | None = None

    @property
    def reason(self) -> str:
        return "; ".join(map(str, self.problems))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A text that names no record (or several), with how many rows have it and what was probably meant.

    `entity` is "" where it should have been an option.
    """

    column: str
    field: str
    entity: str
    text: str
    count: int
    near: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True)
class Report:
    """The outcome of a dry run or an import."""

    entity: str
    columns: tuple[Column, ...]
    verdicts: tuple[Verdict, ...]
    unknown: tuple[Unknown, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.word == REFUSED)

    @property
    def written(self) -> int:
        """Rows that went in (or would)."""
        return self.counts[OK] + self.counts[DOUBLE]


class ImportRefused(Exception):
    """Rows are refused and none were to be skipped; nothing may be kept. `report` says which and why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report.counts[REFUSED]} of {len(report.verdicts)} rows are refused")


def dry_run(
    work: Work, entity: str, sheet: Sheet, columns: tuple[Column, ...], progress: Progress | None = None
) -> Report:
    """What importing would do, found out by doing it and taking it back: every rule has had its say.

    Needs a connection that may write, best one of `Database.trial`. Raises Missing or Forbidden as a create does.
    """
    savepoint = work.connection.begin_nested()
    try:
        return _import(work, entity, sheet, columns, progress)
    finally:
        savepoint.rollback()


def import_rows(
    work: Work,
    entity: str,
    sheet: Sheet,
    columns: tuple[Column, ...],
    skip_bad: bool = False,
    progress: Progress | None = None,
    quiet: bool = False,
) -> Report:
    """Creates a record for every row. One refused row refuses all (ImportRefused), unless `skip_bad`.

    One that is `quiet` starts no rules, and the history says so. When it raises, the transaction is as it was before.
    """
    savepoint = work.connection.begin_nested()
    try:
        report = _import(work.because(quiet=quiet), entity, sheet, columns, progress)
        if report.counts[REFUSED] and not skip_bad:
            raise ImportRefused(report)
    except BaseException:
        savepoint.rollback()
        raise
    savepoint.commit()
    if report.written > BRIEF:
        learn(work.connection, work.release.tables)
    return report


def _import(work: Work, entity: str, sheet: Sheet, columns: tuple[Column, ...], progress: Progress | None) -> Report:
    work = work.because(origin="import")
    values = values_of(work, entity, sheet, columns)
    doubles = _Doubles(work, entity)
    verdicts: list[Verdict] = []
    waiting: list[tuple[int, dict[str, Later]]] = []
    for rows in _batches(sheet.rows):
        made = _create(work, entity, rows, values, len(sheet.columns), doubles)
        for verdict, later in made:
            if later and verdict.id is not None:
                waiting.append((len(verdicts), later))
            verdicts.append(verdict)
        if progress is not None:
            progress(len(verdicts), len(sheet.rows))
    _set_later(work, entity, values, verdicts, waiting)
    counts = Counter(verdict.word for verdict in verdicts)
    return Report(entity, columns, tuple(verdicts), _unknown(work, entity, values), counts)


def _create(
    work: Work, entity: str, rows: tuple[Row, ...], values: Values, width: int, doubles: _Doubles
) -> list[tuple[Verdict, dict[str, Later]]]:
    """Writes those rows of one batch whose cells can be read, and says what becomes of each row."""
    read = [values.read(row, width) for row in rows]
    good = [position for position, (_, problems, _) in enumerate(read) if not problems]
    refused: dict[int, list[FieldProblem]] = {}
    ids = records.create_many(
        work,
        entity,
        (read[position][0] for position in good),
        lambda at, problems: refused.update({good[at]: problems}),
    )
    made = dict(zip(good, ids, strict=True))
    verdicts = []
    for position, (row, (data, problems, later)) in enumerate(zip(rows, read, strict=True)):
        found = tuple(refused.get(position, problems))
        if found:
            verdicts.append((Verdict(row.line, REFUSED, found), later))
        elif (double := doubles.of(data)) is not None:
            verdicts.append((Verdict(row.line, DOUBLE, (double,), made[position]), later))
        else:
            verdicts.append((Verdict(row.line, OK, (), made[position]), later))
    return verdicts


def _set_later(
    work: Work, entity: str, values: Values, verdicts: list[Verdict], waiting: list[tuple[int, dict[str, Later]]]
) -> None:
    """Links between rows of the file, now that all are there; a row whose link fails is taken out again."""
    if not waiting:
        return
    known = lookup(work, entity)
    label = work.model.entities[entity].columns
    for position, links in waiting:
        verdict, found, problems = verdicts[position], {}, []
        for name, later in links.items():
            id = known.find(later.text).id
            if id is None:
                reason = Reason("names a row of this file that is refused: “{name}”", {"name": later.text})
                problems.append(FieldProblem(name, reason, label[name].label))
            else:
                found[name] = id
        if not problems:
            try:
                records.update(work, entity, verdict.id, found)
            except Refused as refused:
                problems = refused.problems
        if problems:
            records.delete(work.as_system(), entity, verdict.id)
            verdicts[position] = Verdict(verdict.line, REFUSED, tuple(problems))


def _unknown(work: Work, entity: str, values: Values) -> tuple[Unknown, ...]:
    """The texts that name no record or no option, the most frequent first."""
    fields, by_name = work.model.entities[entity].columns, {column.name: column for column in values.columns}
    found = []
    for (name, text), count in sorted(values.missed.items(), key=lambda item: -item[1]):
        column = by_name[name]
        each = fields[column.field]
        if hasattr(each, "options"):
            near = nearest(text, (word for option in each.options.values() for word in _calls(option)))
            found.append(Unknown(name, column.field, "", text, count, near))
            continue
        known = values.lookups[each.to, column.by]
        several = bool(known.find(text).ids)
        found.append(Unknown(name, column.field, each.to, text, count, () if several else known.near(text), several))
    return tuple(found)


def _calls(option: Any) -> tuple[str, ...]:
    return (option.name, *option.label.by_language.values())


class _Doubles:
    """Rows that look like a record that is there, or like an earlier row: the same title."""

    def __init__(self, work: Work, entity: str) -> None:
        self._name = title_field(work, entity)
        each = work.model.entities[entity].columns.get(self._name or "")
        self._label = each.label if each is not None else None
        self._seen: set[str] = set(lookup(work, entity, self._name).loose) if self._is_telling(each) else set()
        if not self._is_telling(each):
            self._name = None

    @staticmethod
    def _is_telling(each: Any) -> bool:
        """A title that must be unique anyway says nothing more; a number or a choice says too little."""
        return each is not None and each.kind == "text" and not each.unique

    def of(self, data: dict[str, Any]) -> FieldProblem | None:
        text = data.get(self._name) if self._name else None
        if not isinstance(text, str):
            return None
        word = normal(text)
        if word in self._seen:
            return FieldProblem(self._name, Reason("is the name of another record too"), self._label)
        self._seen.add(word)
        return None


def _batches(rows: tuple[Row, ...]) -> Iterator[tuple[Row, ...]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
