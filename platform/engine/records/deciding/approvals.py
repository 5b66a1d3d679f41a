"""Approvals: who must have said yes before a record may enter a stage, and for which of its values that holds.

An approval is a decision with a digest of the values it covers. When one of them is another, it counts no more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import Stage
from customary.engine.money import Money
from customary.engine.people.recognise import person
from customary.engine.records.changes import change
from customary.engine.records.deciding.decisions import APPROVED, OPEN, deciders, decision, keys_of
from customary.engine.records.identifier import new_id
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft
from customary.engine.words import Reason, Words

NEEDED = Reason("needs the approval of {who}")
WAITED_FOR = Reason("waits for the approval of {who}")
NOBODY = Reason("needs an approval, and there is nobody to give it")
LAPSED = "lapsed"


@dataclass(frozen=True)
class Missing:
    """An approval that is not given (for these values). `key` says whose it is, `asked` whether it is asked for."""

    whom: tuple[str, ...]
    covers: str
    asked: bool

    @property
    def key(self) -> str:
        return key_of(self.whom)


def key_of(whom: Iterable[str]) -> str:
    """Those who are asked, as one text."""
    return "|".join(sorted(whom))


def missing(draft: Draft, stage: Stage) -> Iterator[Missing]:
    """The approvals that keep the draft out of a stage. Who must approve and moves the record has approved."""
    for each in stage.approve:
        if each.condition is not None and not each.condition.holds(draft.scope):
            continue
        whom = deciders(draft.work, each.by, draft.scope)
        if set(whom) & set(keys_of(draft.work)):
            continue
        covers = covered(draft.work, draft.shape.entity, draft.scope, each.covers)
        statuses = _statuses(draft.work, draft.id, stage, key_of(whom), covers)
        if APPROVED not in statuses:
            yield Missing(whom, covers, OPEN in statuses)


def check(draft: Draft, stage: Stage) -> None:
    """Notes the approvals that are missing."""
    for each in missing(draft, stage):
        reason = NOBODY if not each.whom else WAITED_FOR if each.asked else NEEDED
        draft.refuse_because("stage", replace(reason, values={"who": names_of(draft.work, each.whom)}))


def covered(work: Work, entity: Entity, scope: RecordScope, names: Iterable[str]) -> str:
    """The names of what is approved, and a digest of their values."""
    told = sorted(names)
    values = {name: _told(_value(entity, scope, name)) for name in told}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    return f"{','.join(told)}:{digest}"


def covered_again(work: Work, entity: str, values: Mapping[str, Any], covers: str) -> str:
    """The same for a record as it is now."""
    known = work.model.entities[entity]
    names = (name for name in covers.partition(":")[0].split(",") if name)
    return covered(work, known, RecordScope(work, entity, dict(values)), names)


def names_of(work: Work, whom: Iterable[str]) -> Words:
    """Those who are asked, as people call them."""
    each = [_name(work, key) for key in whom]
    return Words({name: ", ".join(one.in_language(name) for one in each) for name in work.model.settings.languages})


def close(work: Work, entity: Entity, id: UUID) -> None:
    """Nobody need decide any more: the record has moved on, or is gone."""
    if any(stage.approve for pipeline in entity.pipelines for stage in pipeline.stages.values()):
        of_record = (decision.c.record == id, decision.c.stage.is_not(None), decision.c.status == OPEN)
        work.connection.execute(decision.update().where(*of_record).values(status=LAPSED))


def note(work: Work, entity: str, id: UUID, stage: str, approved: bool, said: str) -> None:
    """Lets the history tell who approved, or did not."""
    row = {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(entity),
        "record": id,
        "kind": "approved" if approved else "refused",
        "before": None,
        "after": None,
        "actor": work.actor.id,
        "cause": {**work.cause.to_json(), "stage": stage, **({"note": said} if said else {})},
        "release": work.release.number,
    }
    work.connection.execute(change.insert(), row)


def _statuses(work: Work, id: UUID, stage: Stage, key: str, covers: str) -> set[str]:
    """What became of this approval for these values, also under an old name of the stage."""
    same = (decision.c.key == key, decision.c.covers == covers, decision.c.stage.in_((stage.name, *stage.was)))
    found = sa.select(decision.c.status).where(decision.c.record == id, *same)
    return set(work.connection.execute(found).scalars())


def _value(entity: Entity, scope: RecordScope, name: str) -> Any:
    """A field's value; of rows inside the record, and of records that link to it, all that was entered in them."""
    each = entity.fields.get(name)
    if each is not None and each.points != "inside":
        return scope.record[name]
    if name not in entity.inverses and each is None:
        return None
    rows = scope.follow(entity.name, name, scope.record)
    return [_row(scope.work, row) for row in rows]


def _row(work: Work, row: Mapping[str, Any]) -> dict[str, Any]:
    fields = work.model.entities[row["entity"]].fields.values()
    return {each.name: row[each.name] for each in fields if each.entered and each.points != "inside"}


def _told(value: Any) -> Any:
    """A value for the digest: equal ones are written alike."""
    if isinstance(value, Money):
        return [_told(value.amount), value.currency]
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, Mapping):
        return {str(name): _told(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    return value if value is None or isinstance(value, bool) else str(value)


def _name(work: Work, key: str) -> Words:
    kind, _, name = key.partition(":")
    if kind == "role":
        return work.model.roles[name].label if name in work.model.roles else Words({"": name})
    found = person(work.connection, work.release, UUID(name)) or {}
    return Words({"": str(found.get("name") or found.get("email") or "")})
