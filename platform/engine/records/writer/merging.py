"""Merging two records of an entity: one stays, and everything that led to the other leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.people.accounts import is_let_in
from customary.engine.records import changes, storage
from customary.engine.records.formulas import derived
from customary.engine.records.identifier import new_id
from customary.engine.records.limits.rivals import check_rivals
from customary.engine.records.limits.tree import check_tree
from customary.engine.records.personal import consents
from customary.engine.records.refusal import FieldProblem, Forbidden, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer import store
from customary.engine.records.writer.delete import holders_of, pointing_at
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.records.writer.shape import shape
from customary.engine.records.writer.update import archive, claim, update
from customary.engine.words import Reason

MERGED = "merged"
End = tuple[str, UUID]


def merge(work: Work, entity: str, given_up: UUID, stays: UUID, values: Mapping[str, Any] | None = None) -> None:
    """Leads all that leads to one record to another, which takes over what it has not itself, and archives the first.

    Both keep their histories, and each names the other there. Raises Missing, Forbidden, and Refused where they are
    one record, where something cannot belong to the one that stays, or where somebody signs in as the first.
    """
    if given_up == stays:
        raise Refused([FieldProblem(None, Reason("cannot be merged with itself"))])
    # Who may not delete a record cannot take from it what leads to it either.
    for id, act in sorted({given_up: "delete", stays: "update"}.items()):
        _, before = claim(work, entity, id, act, None)
        if before["archived_at"] is not None:
            raise Forbidden(Reason("is archived: restore it first"))
    _check_account(work, entity, given_up)
    lost: Any = storage.load(work, entity, given_up)
    archive(work, entity, given_up)
    lead_over(work, (entity, given_up), (entity, stays))
    taken = _taken_over(work, entity, lost, stays)
    update(work, entity, stays, {**taken, **_agreed(work, entity, given_up, stays), **(values or {})})
    _note(work, entity, given_up, stays)
    _note(work, entity, stays, given_up)
    derived.settle(work)


def _check_account(work: Work, entity: str, given_up: UUID) -> None:
    """An account belongs to its record and is not led over: who signs in as one would be kept out with it."""
    known = work.model.entities[entity]
    if known.plays == "user" and is_let_in(work, given_up):
        reason = Reason("is a record that somebody signs in as: give up the other one, or keep them out before")
        raise Refused([FieldProblem(None, reason, known.label)])


def merged_with(connection: sa.Connection, id: UUID) -> set[UUID]:
    """The records that one was given up for, those that were for it, and what they were merged with in their turn."""
    found, waiting = {id}, {id}
    while waiting:
        notes = sa.select(changes.change.c.cause).where(
            changes.change.c.record.in_(waiting), changes.change.c.kind == MERGED
        )
        waiting = {UUID(cause["with"][1]) for cause in connection.execute(notes).scalars()} - found
        found |= waiting
    return found - {id}


def lead_over(work: Work, old: End, new: End, timeline: bool = False) -> int:
    """Lets every link to one record lead to another, in a change of its own, and gives their number.

    With `timeline` only those that may be about records of any entity. Raises Refused.
    """
    count = 0
    for entity, each in pointing_at(work, old[0]):
        if timeline and (each.points != "any" or entity.plays not in ("activity", "task")):
            continue
        for holder in holders_of(work, entity, each, old[1]):
            count += _lead(work, (entity, holder), each, old[1], new)
    return count


def _lead(work: Work, holder: tuple[Entity, UUID], each: Field, old: UUID, new: End) -> bool:
    """Whether the link of a record that is there was led over; of the merged two no one links to the one that stays."""
    entity, id = holder
    if (entity.name, id) == (new[0], old):
        return False
    values: Any = storage.load(work, entity.name, id, lock=not work.is_sqlite)
    draft = Draft(work, shape(work, entity.name), id, values, dict(values), {})
    draft.after[each.name] = _led(each, values[each.name], old, new, id)
    check_tree(work, draft)
    check_rivals(work, [draft] if values["archived_at"] is None else [])
    if draft.problems:
        raise Refused(draft.problems)
    store.save(work, draft, "updated")
    return True


def _led(each: Field, value: Any, old: UUID, new: End, holder: UUID) -> Any:
    if each.points == "many":
        left = {target for target in value if target != old}
        return tuple(sorted(left | {new[1]} if new[1] != holder else left))
    if new[1] == holder:
        return None
    return AnyLink(*new) if each.points == "any" else new[1]


def _taken_over(work: Work, entity: str, lost: Mapping[str, Any], stays: UUID) -> dict[str, Any]:
    """What only the record that is given up has; of what a record has several of, all of both."""
    return dict(_differing(work, entity, lost, storage.load(work, entity, stays) or {}))


def _differing(work: Work, entity: str, lost: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    closed = work.access.hidden(entity) | work.access.read_only(entity, False)
    for name, each in shape(work, entity).entered.items():
        value = lost.get(name)
        if each.system or each.sealed or each.attaches or each.points == "inside" or name in closed or is_empty(value):
            continue
        if each.several and not is_empty(own.get(name)):
            yield name, tuple(dict.fromkeys((*own[name], *value)))
        elif is_empty(own.get(name)) and value not in (own["id"], lost["id"]):
            yield name, value


def _agreed(work: Work, entity: str, given_up: UUID, stays: UUID) -> dict[str, bool]:
    """What both, who are one person, said last of what they agree to."""
    found = consents.take_over(work, entity, given_up, stays)
    closed = work.access.hidden(entity) | work.access.read_only(entity, False)
    return {name: given for name, given in found.items() if name not in closed}


def _note(work: Work, entity: str, id: UUID, other: UUID) -> None:
    """The history of each tells of the other."""
    row = {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(entity),
        "record": id,
        "kind": MERGED,
        "actor": work.actor.id,
        "cause": {**work.cause.to_json(), "with": [entity, str(other)]},
        "release": work.release.number,
    }
    work.connection.execute(changes.change.insert(), row)
