"""Adds users to those that the record names in a field of users: `follow: {user: =owner.manager, field: followers}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records import storage
from customary.engine.records.write import update
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    name, wanted = step["field"], step["user"] if isinstance(step["user"], tuple) else (step["user"],)
    users = [user for user in map(acting.user_of, wanted) if user is not None]
    there = (storage.load(acting.work, entity, id) or {}).get(name, ())
    new = [user for user in dict.fromkeys(users) if user not in there]
    given = {"user": [str(user) for user in users]}
    if not new:
        return Done(input=given, skipped=Reason("there is nobody to add"))
    update(acting.work, entity, id, {name: (*there, *new)})
    return Done(input=given, result={name: [str(user) for user in new]})
