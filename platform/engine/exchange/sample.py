"""Sample records: the packs' `demo` documents as real records, with a past that fits their dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
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
from customary.engine.records.changes import queue
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work

WHO_LOADS = "=user"
"""In a demo document: the person who loads it."""

CHUNK = 500
CREATED, STAGES, AT = "created", "stages", "at"

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

    Loading again makes nothing twice, and brings back nothing that was deleted. Records are made in the past that
    their `created` names, and walk through their `stages`, so every gate of the pipeline holds for them as well.
    Workflows do not start: what they would have done long ago, nobody wants mailed today.
    """
    loading = _Loading(work, model or work.model, _loaded_before(work))
    for entity, key, data in loading.in_order():
        if (entity, key) not in loading.ids:
            loading.make(entity, key, data)
    loading.finish()
    return dict(loading.made)


@dataclass
class _Loading:
    """One load: which record each key stands for, and which links wait for a record that comes later."""

    work: Work
    model: Model
    ids: dict[tuple[str, str], UUID]
    made: Counter[str] = field(default_factory=Counter)
    new: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str, str, Any]] = field(default_factory=list)

    def in_order(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """The records, entity by entity as they first occur, the oldest first, so that numbers follow time."""
        found = list(_records(self.model))
        place = {entity: at for at, entity in reversed(list(enumerate(entity for entity, _, _ in found)))}
        return sorted(found, key=lambda each: (place[each[0]], self._moment(each[2].get(CREATED, "now"))))

    def make(self, entity: str, key: str, data: Mapping[str, Any]) -> None:
        data = dict(data)
        try:
            created = self._moment(data.pop(CREATED, "now"))
            steps = data.pop(STAGES, None) or {}
            values = self._values(entity, key, data)
            id = records.create(replace(self.work, now=created), entity, values)
            self._walk(entity, key, id, created, steps)
        except (Refused, Refusal, ValueError) as problem:
            raise SampleProblem(entity, key, problem) from problem
        self.ids[entity, key] = id
        self.new.append((entity, key))
        self.made[entity] += 1

    def finish(self) -> None:
        """Sets the links that waited, remembers what was loaded, and keeps workflows from starting over it."""
        for entity, key, name, plain in self.waiting:
            each = self.model.entities[entity].fields[name]
            try:
                records.update(self.work, entity, self.ids[entity, key], {name: self._link(each, plain)})
            except (Refused, ValueError) as problem:
                raise SampleProblem(entity, key, problem) from problem
        rows = [{"entity": entity, "key": key, "record": self.ids[entity, key]} for entity, key in self.new]
        if rows:
            self.work.connection.execute(loaded.insert(), rows)
        ids = [row["record"] for row in rows]
        ids += self._settle_tasks(set(ids))
        for some in _chunks(ids):
            self.work.connection.execute(queue.delete().where(queue.c.record.in_(some)))

    def _settle_tasks(self, ids: set[UUID]) -> list[UUID]:
        """The tasks that stages asked for on the way; what was due is done, as if people had worked all the time."""
        task = self.model.playing("task")
        if task is None or not {"about", "due", "done"} <= task.fields.keys() or not ids:
            return []
        table = self.work.release.tables.entity(task.name)
        statement = sa.select(*table.columns(("id", "about", "due", "done"))).where(
            table.column("about").in_(sa.bindparam("ids", expanding=True))
        )
        made = [
            table.load(row)
            for some in _chunks(sorted(ids))
            for row in self.work.connection.execute(statement, {"ids": some}).mappings()
        ]
        asked = [values for values in made if values["id"] not in ids]
        for values in asked:
            if values["due"] is not None and _moment_of(values["due"]) < self.work.now and not values["done"]:
                done = {"done": True} | ({"done_at": values["due"]} if "done_at" in task.fields else {})
                records.update(replace(self.work, now=_moment_of(values["due"])), task.name, values["id"], done)
        return [values["id"] for values in asked]

    def _walk(self, entity: str, key: str, id: UUID, created: datetime, steps: Mapping[str, Any]) -> None:
        moment = created
        for stage, step in steps.items():
            step = dict(step) if isinstance(step, Mapping) else {AT: step}
            moment = max(moment, self._moment(step.pop(AT, "now")))
            values = self._values(entity, key, step)
            records.move(replace(self.work, now=moment), entity, id, stage, values)

    def _values(self, entity: str, key: str, data: Mapping[str, Any]) -> dict[str, Any]:
        fields, values = self.model.entities[entity].fields, {}
        for name, plain in data.items():
            if name not in fields:
                raise ValueError(f"there is no field “{name}”")
            if self._is_ahead(fields[name], plain):
                self.waiting.append((entity, key, name, plain))
            else:
                values[name] = self._value(fields[name], plain)
        return values

    def _value(self, each: Field, plain: Any) -> Any:
        """A value from its plain form."""
        if plain is None:
            return None
        if each.kind in ("link", "user", "any_link"):
            return self._link(each, plain)
        if each.kind == "links":
            return tuple(self._link(each, item) for item in plain)
        if each.kind == "lines":
            child = each.of.partition(".")[0]
            return [self._values(child, "", row) for row in plain]
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

    def _is_ahead(self, each: Field, plain: Any) -> bool:
        """Whether a link is to a record that a demo makes later."""
        if each.kind not in ("link", "user", "any_link") or plain in (None, WHO_LOADS):
            return False
        target = self._target(each, plain)
        return target not in self.ids and target in self._all

    def _target(self, each: Field, plain: Any) -> tuple[str, str]:
        """`account acme` for a link to anything; the key alone where the field knows its entity."""
        if each.kind == "any_link":
            entity, _, key = str(plain).partition(" ")
            return entity, key.strip()
        return each.to, str(plain)

    def _moment(self, plain: Any) -> datetime:
        """A moment of the past, or now."""
        return min(read_moment(str(plain), self.work.now, self.model.settings.time_zone), self.work.now)

    def __post_init__(self) -> None:
        self._all = {(entity, key) for entity, key, _ in _records(self.model)}


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _moment_of(due: date | datetime) -> datetime:
    return due if isinstance(due, datetime) else datetime.combine(due, OFFICE_HOURS, UTC)


def _records(model: Model) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for demo in model.demos.values():
        for entity, entries in demo["records"].items():
            if entity not in model.entities:
                raise SampleProblem(entity, "", "there is no such entity")
            named = entries.items() if isinstance(entries, Mapping) else enumerate(entries, 1)
            yield from ((entity, str(key), data or {}) for key, data in named)


def _loaded_before(work: Work) -> dict[tuple[str, str], UUID]:
    rows = work.connection.execute(sa.select(loaded.c.entity, loaded.c.key, loaded.c.record))
    return {(entity, key): record for entity, key, record in rows}
