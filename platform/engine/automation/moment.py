"""A change as expressions see it: the record as it is, as it was before, and who acted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.typed import read, told
from customary.engine.fields.field import Field, Refusal
from customary.engine.model.entity import Entity
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.people.recognise import person
from customary.engine.records import storage
from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.identifier import new_id
from customary.engine.records.scope import RecordScope
from customary.engine.records.told import Told
from customary.engine.records.work import Work

NO_RECORD = UUID(int=0)
"""What stands for the record of a rule that is about none; its entity is empty."""
_CHANGES = sa.select(change).where(change.c.id.in_(sa.bindparam("ids", expanding=True)))


@dataclass
class Moment:
    """The surroundings of a rule. `results` are what its steps have given so far: records or plain values.

    `about` is the record that the rule is for, where it is another one than the one that changed.
    """

    work: Work
    change: Change
    results: dict[str, Any] = field(default_factory=dict)
    about: tuple[str, UUID] | None = None

    @cached_property
    def user(self) -> Mapping[str, Any] | None:
        """Who acted, also where the rule runs with the system's rights."""
        actor = self.change.actor
        return person(self.work.connection, self.work.release, actor) if actor else None

    @property
    def entity(self) -> str:
        return self.about[0] if self.about else self.change.entity

    @property
    def id(self) -> UUID:
        return self.about[1] if self.about else self.change.record

    def scope(self, now: Mapping[str, Any] | None = None, told: Told | None = None) -> RecordScope:
        """A scope over the record as it is `now`, read where that is not known. A deleted record is as it was last.
        What is read in it is noted in `told`."""
        if not self.entity:
            return self._bound(self._scope(), told)
        values = self.there() if now is None else now
        before = self.values(self.change.before) if self.about is None else {}
        if values is None:
            values = {"id": self.id, **before}
        old = {"id": self.id} if self.change.kind == "created" and self.about is None else {**values, **before}
        scope = self._scope(self.entity, dict(values), old)
        scope.bindings["record"] = scope.record
        return self._bound(scope, told)

    def as_written(self) -> RecordScope:
        """A scope over what the change itself says: the record as it left it, whatever others have written since."""
        before, after = self.values(self.change.before), self.values(self.change.after)
        return self._scope(self.entity, {"id": self.id, **after}, {"id": self.id, **before})

    def there(self) -> Mapping[str, Any] | None:
        """The record's values, None when it is not there any more."""
        return storage.load(self.work, self.entity, self.id)

    def _scope(self, *about: Any) -> RecordScope:
        return RecordScope(self.work, *about, bindings={"user": self.user})

    def _bound(self, scope: RecordScope, told: Told | None) -> RecordScope:
        """With what came in from outside, and what the steps have given so far."""
        scope.told = told
        if told is not None and self.user is not None:
            scope.bindings["user"] = scope.view(self.user["entity"], dict(self.user))
        if "payload" in self.change.cause:
            scope.bindings["payload"] = read(self.change.cause["payload"])
        for name, result in self.results.items():
            scope.bindings[name] = scope.given(result)
        return scope

    def is_in(self, pipeline: str) -> bool:
        """Whether the record goes through this pipeline: of several it is the first that fits."""
        pipelines = self.work.model.entities[self.entity].pipelines
        if len(pipelines) == 1:
            return pipelines[0].name == pipeline
        scope = self.scope()
        fitting = (each.name for each in pipelines if each.where is None or each.where.holds(scope))
        return next(fitting, None) == pipeline

    def values(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a change row, as far as today's fields know them."""
        return values_in(self.work.model.entities[self.change.entity], plain)


def values_in(entity: Entity, plain: Mapping[str, Any]) -> dict[str, Any]:
    """The values that stand in a change row, as far as today's fields know them."""
    return {name: _value(entity.fields[name], value) for name, value in plain.items() if name in entity.fields}


def timed(work: Work, kind: str, entity: str, id: UUID) -> Change:
    """What time did: nothing is changed by it, and there is no change row."""
    cause = {"origin": "time", "trigger": kind}
    return Change(new_id(), work.now, entity, id, kind, {}, {}, None, cause, work.release.number)


def pressed(work: Work, entity: str, id: UUID, payload: Mapping[str, Any] | None = None) -> Change:
    """What a button did: somebody wants something, and says what was asked for; nothing is changed by it."""
    cause = {"origin": "button", "trigger": "button", "payload": told(payload or {})}
    return Change(new_id(), work.now, entity, id, "button", {}, {}, work.actor.id, cause, work.release.number)


def called(work: Work, entity: str, id: UUID, payload: Mapping[str, Any]) -> Change:
    """What another system did by calling us."""
    cause = {"origin": "webhook", "trigger": "webhook", "payload": told(payload)}
    return Change(new_id(), work.now, entity, id, "webhook", {}, {}, None, cause, work.release.number)


def reacted(
    work: Work, entity: str, id: UUID, reaction: str, message: str | None, payload: Mapping[str, Any]
) -> Change:
    """What became of a mail of ours."""
    cause = {"origin": "mail", "trigger": "message", "reaction": reaction, "message": message, "payload": told(payload)}
    return Change(new_id(), work.now, entity, id, "message", {}, {}, None, cause, work.release.number)


def came_in(work: Work, entity: str, id: UUID, mailbox: str, payload: Mapping[str, Any]) -> Change:
    """What a mail of somebody else did by coming in."""
    cause = {"origin": "mail", "trigger": "email", "mailbox": mailbox, "payload": told(payload)}
    return Change(new_id(), work.now, entity, id, "email", {}, {}, None, cause, work.release.number)


def filled_in(work: Work, entity: str, id: UUID, form: str, payload: Mapping[str, Any]) -> Change:
    """What a stranger did by sending a form."""
    cause = {"origin": "web_form", "trigger": "web_form", "form": form, "payload": told(payload)}
    return Change(new_id(), work.now, entity, id, "web_form", {}, {}, None, cause, work.release.number)


def changes_behind(connection: sa.Connection, runs: Iterable[Mapping[str, Any]]) -> dict[UUID, Mapping[str, Any]]:
    """The rows of the changes that started these runs, by their ids."""
    ids = [run["change"] for run in runs]
    found = connection.execute(_CHANGES, {"ids": ids}).mappings().all() if ids else ()
    return {row["id"]: row for row in found}


def started_by(
    work: Work, run: Mapping[str, Any], rows: Mapping[UUID, Mapping[str, Any]] | None = None
) -> Change | None:
    """What started a run: the change of its row, time, a button, another system or a mail.

    `rows` are those of `changes_behind` it and others, where they were read together.
    """
    cause, entity = run["cause"], work.release.tables.named(run["entity"]) if run["entity"] else ""
    if "trigger" in cause and ("run" not in cause or cause["trigger"] == "called") and entity is not None:
        kind, number = cause["trigger"], work.release.number
        return Change(run["change"], run["at"], entity, run["record"], kind, {}, {}, run["actor"], cause, number)
    row = (changes_behind(work.connection, [run]) if rows is None else rows).get(run["change"])
    return read_change(work, row) if row is not None else None


def moment_of(work: Work, run: Mapping[str, Any], found: Change, results: dict[str, Any]) -> Moment:
    """The surroundings of a run that was started by a change of its own record or of another."""
    entity = work.release.tables.named(run["entity"]) if run["entity"] else ""
    own = (entity, run["record"]) == (found.entity, found.record)
    return Moment(work, found, results, None if own or entity is None else (entity, run["record"]))


def system_for(user: Mapping[str, Any] | None) -> Actor:
    """The system, acting where `user` acted: defaults such as `=user` mean that person."""
    return replace(SYSTEM, record=user)


def _value(field: Field, plain: Any) -> Any:
    """A value out of a change row; one that the field no longer takes is empty."""
    try:
        return None if plain is None else field.from_json(plain)
    except Refusal:
        return None
