"""Sample records: the packs' `demo` documents as real records, with a past that fits their dates."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine import records
from customary.engine.database import system
from customary.engine.exchange.when import OFFICE_HOURS, read_day, read_moment
from customary.engine.fields import Refusal
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.model.model import Model
from customary.engine.people.actor import Actor
from customary.engine.records.changes import queue
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work

WHO_LOADS = "=user"
"""In a demo document: the person who loads it."""

CHUNK = 500
CREATED, STAGES, AT = "created", "stages", "at"
ONE = ("link", "user", "any_link")

Key = tuple[str, str]
"""An entity and what a demo calls one of its records."""

loaded = sa.Table(
    "customary_sample",
    system,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("record", sa.Uuid, nullable=False),
)


class SampleProblem(ValueError):
    """A record of a `demo` document cannot be made as it is written."""

    def __init__(self, entity: str, key: str, why: object) -> None:
        super().__init__(f"demo: {entity} “{key}”: {why}")


def load(work: Work, model: Model | None = None) -> dict[str, int]:
    """Makes the records of the model's demos that are not there yet, and counts them by entity.

    Loading again makes nothing twice, and brings back nothing that was deleted. What happens in the demos happens in
    the order of its time, by the one who owns the record: made when `created` says, moved when `stages` says, through
    every gate of the pipeline. Workflows do not start: what they would have done long ago, nobody wants mailed today.
    """
    model = model or work.model
    written = {(entity, key): data for entity, key, data in _written(model)}
    loading = _Loading(work, model, written, _loaded_before(work))
    loading.run()
    return dict(loading.made)


@dataclass
class _Loading:
    """One load: what each key stands for, what is still to happen, and which links wait for the end."""

    work: Work
    model: Model
    written: Mapping[Key, Mapping[str, Any]]
    ids: dict[Key, UUID]
    made: Counter[str] = field(default_factory=Counter)
    new: list[Key] = field(default_factory=list)
    busy: set[Key] = field(default_factory=set)
    waiting: list[tuple[Key, str, Any]] = field(default_factory=list)
    asked: set[UUID] = field(default_factory=set)
    """Tasks that stages asked for on the way."""
    ahead: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def run(self) -> None:
        for key, data in self.written.items():
            if key not in self.ids:
                with _named(key):
                    self._plan(self._past(data.get(CREATED, "now")), partial(self._make, key))
        while self.ahead:
            _, _, happen = heapq.heappop(self.ahead)
            happen()
        self._finish()

    def _plan(self, moment: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self.ahead, (moment, next(self.order), happen))

    def _make(self, key: Key) -> None:
        """Creates one record, and before it those that it links to."""
        if key in self.ids or key in self.busy:
            return
        self.busy.add(key)
        with _named(key):
            data = dict(self.written[key])
            created, steps = self._past(data.pop(CREATED, "now")), data.pop(STAGES, None) or {}
            values = self._values(key, data)
            id = records.create(self._then(created, values.get("owner")), key[0], values)
            self.ids[key] = id
            self.new.append(key)
            self.made[key[0]] += 1
            self._link_waiting(created)
            self._settle_tasks(key[0], id)
            moment = created
            for stage, step in steps.items():
                step = dict(step) if isinstance(step, Mapping) else {AT: step}
                moment = max(moment, self._past(step.pop(AT, "now")))
                self._plan(moment, partial(self._move, key, stage, moment, values.get("owner"), step))

    def _move(self, key: Key, stage: str, moment: datetime, owner: UUID | None, data: Mapping[str, Any]) -> None:
        with _named(key):
            records.move(self._then(moment, owner), key[0], self.ids[key], stage, self._values(key, data))
            self._settle_tasks(key[0], self.ids[key])

    def _settle_tasks(self, entity: str, id: UUID) -> None:
        """What a stage asked for is done when it was due, as if people had worked all the time."""
        task = self.model.playing("task")
        if task is None or not {"about", "due", "done", "owner"} <= task.fields.keys() or entity == task.name:
            return
        if not any(stage.tasks for each in self.model.entities[entity].pipelines for stage in each.stages.values()):
            return
        table = self.work.release.tables.entity(task.name)
        columns = table.columns(("id", "due", "owner"))
        found = self.work.connection.execute(sa.select(*columns).where(table.column("about") == id)).mappings()
        own = {id for (entity, _), id in self.ids.items() if entity == task.name}
        for values in [table.load(row) for row in found]:
            if values["id"] in self.asked | own:
                continue
            due = _moment_of(values["due"])
            if due is not None and due < self.work.now:
                done = {"done": True} | ({"done_at": values["due"]} if "done_at" in task.fields else {})
                act = partial(records.update, self._then(due, values["owner"]), task.name, values["id"], done)
                self._plan(due, act)
            self.asked.add(values["id"])

    def _link_waiting(self, moment: datetime) -> None:
        """Sets the links that waited for a record, in circles, which is there now."""
        waiting, self.waiting = self.waiting, []
        for key, name, plain in waiting:
            each = self.model.entities[key[0]].fields[name]
            if key in self.ids and self._target(each, plain) in self.ids:
                with _named(key):
                    values = {name: self._link(each, plain)}
                    records.update(replace(self.work, now=moment), key[0], self.ids[key], values)
            else:
                self.waiting.append((key, name, plain))

    def _finish(self) -> None:
        """Remembers what was loaded, and keeps workflows from starting over it."""
        rows = [{"entity": entity, "key": key, "record": self.ids[entity, key]} for entity, key in self.new]
        if rows:
            self.work.connection.execute(loaded.insert(), rows)
        ids = [row["record"] for row in rows] + sorted(self.asked)
        for start in range(0, len(ids), CHUNK):
            self.work.connection.execute(queue.delete().where(queue.c.record.in_(ids[start : start + CHUNK])))

    def _then(self, moment: datetime, owner: UUID | None) -> Work:
        """The work of whoever owns the record, at that moment."""
        if owner is None or owner == self.work.actor.id:
            return replace(self.work, now=moment)
        return replace(self.work, now=moment, actor=Actor(owner, is_system=True))

    def _values(self, key: Key, data: Mapping[str, Any], entity: str | None = None) -> dict[str, Any]:
        fields, values = self.model.entities[entity or key[0]].fields, {}
        for name, plain in data.items():
            if name not in fields:
                raise ValueError(f"there is no field “{name}”")
            if not self._make_linked(fields[name], plain):
                self.waiting.append((key, name, plain))
            else:
                values[name] = self._value(key, fields[name], plain)
        return values

    def _make_linked(self, each: Field, plain: Any) -> bool:
        """Makes the records a link is to. False for one that waits for this one in turn."""
        if each.points not in ("one", "many", "any") or plain is None:
            return True
        targets = [self._target(each, item) for item in (plain if each.points == "many" else [plain])]
        for target in targets:
            if target in self.written:
                self._make(target)
        return each.points == "many" or targets[0] in self.ids or targets[0] not in self.busy

    def _value(self, key: Key, each: Field, plain: Any) -> Any:
        """A value from its plain form."""
        if plain is None:
            return None
        if each.points in ("one", "any"):
            return self._link(each, plain)
        if each.points == "many":
            return tuple(self._link(each, item) for item in plain)
        if each.points == "inside":
            return [self._values(key, row, each.of.partition(".")[0]) for row in plain]
        if each.kind == "date":
            return read_day(str(plain), self.work.now.astimezone(self.model.settings.time_zone).date())
        if each.kind == "datetime":
            return read_moment(str(plain), self.work.now, self.model.settings.time_zone)
        return each.take(plain)

    def _link(self, each: Field, plain: Any) -> Any:
        if plain == WHO_LOADS:
            return self.work.actor.id
        target, key = self._target(each, plain)
        if (target, key) not in self.ids:
            raise ValueError(f"there is no {target} “{key}” among the sample data")
        id = self.ids[target, key]
        return AnyLink(target, id) if each.kind == "any_link" else id

    def _target(self, each: Field, plain: Any) -> Key:
        """`account acme` for a link to anything; the key alone where the field knows its entity."""
        if each.kind == "any_link":
            entity, _, key = str(plain).partition(" ")
            return entity, key.strip()
        return each.to, str(plain)

    def _past(self, plain: Any) -> datetime:
        """A moment of the past, or now."""
        return min(read_moment(str(plain), self.work.now, self.model.settings.time_zone), self.work.now)


class _named:  # noqa: N801 - reads as the phrase it is
    """Names the record of whatever goes wrong inside."""

    def __init__(self, key: Key) -> None:
        self.key = key

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, Refused | Refusal | ValueError) and not isinstance(problem, SampleProblem):
            raise SampleProblem(*self.key, problem) from problem


def _moment_of(due: date | datetime | None) -> datetime | None:
    return due if due is None or isinstance(due, datetime) else datetime.combine(due, OFFICE_HOURS, UTC)


def _written(model: Model) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """All records of all demos, as they are written."""
    for demo in model.demos.values():
        for entity, entries in demo["records"].items():
            if entity not in model.entities:
                raise SampleProblem(entity, "", "there is no such entity")
            named = entries.items() if isinstance(entries, Mapping) else enumerate(entries, 1)
            yield from ((entity, str(key), data or {}) for key, data in named)


def _loaded_before(work: Work) -> dict[Key, UUID]:
    rows = work.connection.execute(sa.select(loaded.c.entity, loaded.c.key, loaded.c.record))
    return {(entity, key): record for entity, key, record in rows}
