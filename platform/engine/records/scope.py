"""Records as expressions see them: computed fields, links and lists are there when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from customary.engine.access import shares
from customary.engine.access.hidden import target_of
from customary.engine.expressions.types import ANCESTORS, DESCENDANTS
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.money import Money
from customary.engine.records import rates, storage
from customary.engine.records.told import Told
from customary.engine.records.work import Work


class RecordView(Mapping[str, Any]):
    """A record's values with its computed fields, which are worked out when they are read."""

    __slots__ = ("_entity", "_fields", "_scope", "values_by_name")

    def __init__(self, scope: RecordScope, entity: str, values: dict[str, Any]) -> None:
        self.values_by_name = values
        self._scope = scope
        self._fields = scope.work.model.entities[entity].fields
        self._entity = entity

    def __getitem__(self, name: str) -> Any:
        found = self.values_by_name.get(name, _ABSENT)
        if self._scope.told is not None:
            self._scope.told.note(self._entity, self, self.values_by_name.get("id"), name)
        if isinstance(found, Money) and found.base is None:
            return self._scope.valued(self._fields[name], found)
        if found is not _ABSENT:
            return found
        each = self._fields.get(name)
        if each is None:
            if name == "entity":
                return self._entity
            raise KeyError(name)
        if each.formula is None:
            return () if each.several else None
        return each.fit(each.formula.evaluate(self._scope.about(self)))

    def __iter__(self) -> Iterator[str]:
        return iter(("id", "entity", *(name for name in self._fields if name != "id")))

    def __len__(self) -> int:
        return len(self._fields) + 1


class Given(dict[str, Any]):
    """What a step gave that is no record itself; `leads` says of which entities the records in it are."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.leads = {name: each[0] for name, each in result.items() if isinstance(each, tuple)}
        super().__init__({name: each[1] if name in self.leads else each for name, each in result.items()})


@dataclass(frozen=True)
class Several:
    """Records of one entity that a step gave."""

    entity: str
    ids: tuple[UUID, ...]


class _Those(Sequence[Mapping[str, Any]]):
    """The records of a list, which are read when the first of them is looked at; archived ones are passed over."""

    def __init__(self, scope: RecordScope, several: Several) -> None:
        self._scope, self._several = scope, several

    @cached_property
    def _records(self) -> list[Mapping[str, Any]]:
        return self._scope.those(self._several)

    def __getitem__(self, place: Any) -> Any:
        return self._records[place]

    def __len__(self) -> int:
        return len(self._records)


class RecordScope:
    """A scope over a connection. It reads with all rights: rules of the definitions hold for everyone alike."""

    def __init__(
        self,
        work: Work,
        entity: str | None = None,
        record: dict[str, Any] | None = None,
        old: dict[str, Any] | None = None,
        bindings: Mapping[str, Any] | None = None,
    ) -> None:
        self.work = work
        self.now: datetime = work.now
        self.zone: ZoneInfo = work.model.settings.time_zone
        self.bindings: dict[str, Any] = {"user": work.actor.record, **(bindings or {})}
        self._found: dict[tuple[str, UUID], RecordView | None] = {}
        self._worth: dict[tuple[str, Money], Money] = {}
        self._lists: dict[tuple[UUID, str], list[RecordView]] = {}
        self.looked: set[str] = set()
        """The entities whose rows it has read from the database."""
        self.told: Told | None = None
        """What is read, where somebody wants to know."""
        self.record = RecordView(self, entity, record) if entity and record is not None else None
        self.old = RecordView(self, entity, old) if entity and old is not None else None

    def is_shared(self, entity: str, id: UUID, writing: bool) -> bool:
        """Whether a record was shared with who reads and writes."""
        work = self.work
        return shares.is_shared(work.connection, work.shared, work.release.tables.code(entity), id, writing)

    def about(self, record: Mapping[str, Any]) -> RecordScope:
        """The same scope about another record."""
        scope = RecordScope.__new__(RecordScope)
        scope.__dict__.update(self.__dict__, record=record, old=None if record is not self.record else self.old)
        return scope

    def valued(self, field: Field, money: Money) -> Money:
        """An amount with what it is worth, as far as that is known."""
        key = (field.name, money)
        if key not in self._worth:
            self._worth[key] = rates.valued(self.work, field, money)
        return self._worth[key]

    def view(self, entity: str, values: dict[str, Any]) -> RecordView:
        """Values of a record as this scope sees it."""
        return RecordView(self, entity, values)

    def find(self, entity: str, id: UUID) -> RecordView | None:
        """One record by id, read once."""
        key = (entity, id)
        if key not in self._found:
            self.looked.add(entity)
            values = storage.load(self.work, entity, id)
            self._found[key] = RecordView(self, entity, values) if values is not None else None
        return self._found[key]

    def given(self, result: Any) -> Any:
        """What a step gave, as expressions read it: a pair of entity and id is a record, also inside of others."""
        if isinstance(result, tuple):
            return self.find(*result)
        if isinstance(result, Several):
            return _Those(self, result)
        return Given(result) if isinstance(result, Mapping) else result

    def those(self, several: Several) -> list[Mapping[str, Any]]:
        """The records of a list that a step gave."""
        return self._list(several.entity, storage.load_many(self.work, several.entity, several.ids))

    def put(self, entity: str, values: dict[str, Any]) -> None:
        """Lets the scope see a record as it is about to be written."""
        self._found[entity, values["id"]] = RecordView(self, entity, values)

    def put_list(self, id: UUID, field: str, entity: str, records: Iterable[dict[str, Any]]) -> None:
        """Lets the scope see a list of a record as it is about to be written."""
        self._lists[id, field] = [RecordView(self, entity, values) for values in records]

    def follow(self, entity: str, field: str, record: Mapping[str, Any]) -> Any:
        """The record behind a link, or the list behind links, lines and inverses (without archived ones)."""
        if self._lists and (found := self._lists.get((record["id"], field))) is not None:
            return found
        if isinstance(record, Given):
            return self.find(record.leads[field], record[field]) if field in record.leads else None
        owner = self.work.model.entities[entity]
        if owner.tree and field == ANCESTORS:
            return self._above(owner, record)
        if owner.tree and field == DESCENDANTS:
            return self._list(entity, storage.load_below(self.work, entity, owner.tree, record["id"]))
        each = owner.fields.get(field)
        target = target_of(self.work.model, entity, field)
        if each is not None and each.points in ("one", "any"):
            value = record[field]
            if value is None:
                return None
            return self.find(*((value.entity, value.id) if each.points == "any" else (target, value)))
        if each is not None and each.points == "many":
            return self._list(target, storage.load_many(self.work, target, record[field] or ()))
        if each is not None:
            return self._list(target, storage.load_where(self.work, target, each.through, record["id"]), each.through)
        inverse = owner.inverses[field]
        load = storage.load_sources if inverse.many_to_many else storage.load_where
        return self._list(target, load(self.work, target, inverse.field, record["id"]), inverse.field)

    def _above(self, owner: Entity, record: Mapping[str, Any]) -> list[RecordView]:
        """The records above one, as links are about to be; sorted by id, as every list is."""
        found: dict[UUID, RecordView] = {}
        above = record[owner.tree]
        while above is not None and above not in found and (view := self.find(owner.name, above)) is not None:
            found[above] = view
            above = view[owner.tree]
        return [found[id] for id in sorted(found) if found[id]["archived_at"] is None]

    def every(self, entity: str) -> list[Mapping[str, Any]]:
        """All records of an entity that are not archived."""
        return self._list(entity, storage.load_all(self.work, entity))

    def _list(self, entity: str, found: Iterable[dict[str, Any]], by: str = "") -> list[Mapping[str, Any]]:
        """Records without the archived ones; `by` is the field of theirs that leads back."""
        self.looked.add(entity)
        views = [RecordView(self, entity, values) for values in found if values.get("archived_at") is None]
        if self.told is not None:
            for each in views:
                self.told.note(entity, each, each.values_by_name["id"], by)
        return views


_ABSENT = object()
