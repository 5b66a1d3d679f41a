"""Tries out what a role says of itself: somebody who holds it, before a record."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from customary.engine import people, records
from customary.engine.automation.moment import system_for
from customary.engine.examples.difference import Difference
from customary.engine.examples.example import Example
from customary.engine.examples.house import Room
from customary.engine.examples.values import BadValue, CannotMake, Values
from customary.engine.people.actor import Actor
from customary.engine.records.reader.explain import Explanation, explain
from customary.engine.records.work import Work


def rights_differ(example: Example, room: Room) -> Iterator[Difference]:
    """What the role allows otherwise than its example says."""
    try:
        holder = _holder(example, room)
        with room.work(system_for(holder.record)) as work:
            id = _given(example, work)
    except (CannotMake, BadValue, records.Refused) as problem:
        yield Difference(example.place_of("given"), str(example), "given", "a record that can be made", str(problem))
        return
    with room.work() as work:
        found = {each.act: each for each in explain(work, holder, example.entity, id)}
        access = Work(work.connection, work.release, holder, work.now).access
        closed = {"hidden": access.hidden(example.entity), "read_only": access.read_only(example.entity)}
    yield from _acts(example, found)
    for key, names in closed.items():
        for name in example.said.get(key) or ():
            if name not in names:
                told = "that it is " + ("seen" if key == "hidden" else "open")
                yield Difference(example.place_of(key), str(example), key, name, told)


def _holder(example: Example, room: Room) -> Actor:
    """Somebody who holds the role."""
    with room.work() as work:
        id = people.add(work, "holder@example.com", None, [example.definition], example.definition)
        if values := example.said.get("user"):
            user = work.model.playing("user").name
            records.update(work, user, id, Values(work, {}, user).of(user, values))
        return people.actor_of_user(work.connection, id, work.release)


def _given(example: Example, work: Work) -> UUID:
    """The record, and all that is there beside it."""
    values = Values(work, {}, example.entity)
    for entity, rows in (example.said.get("there") or {}).items():
        for row in rows:
            values.make(entity, row)
    return records.create(work, example.entity, values.of(example.entity, example.said["given"][example.entity] or {}))


def _acts(example: Example, found: dict[str, Explanation]) -> Iterator[Difference]:
    for key, allowed in (("may", True), ("may_not", False)):
        for act in example.said.get(key) or ():
            if found[act].allowed is not allowed:
                said = ", ".join(f"{each.role} {each.rule}" for each in found[act].said) or "no rule of it"
                yield Difference(example.place_of(key), str(example), key, act, f"the contrary: {said}")
