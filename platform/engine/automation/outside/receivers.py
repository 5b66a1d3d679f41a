"""What a step sends and to whom: an address or a number, or a record that has one, and the language to write in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.acting import Acting, CannotDo
from customary.engine.expressions.types import ListOf, Type
from customary.engine.messages import is_landline
from customary.engine.model.message import Message
from customary.engine.model.texts.message import CHANNELS


def receivers(acting: Acting, given: Any) -> list[Any]:
    """What a step says that it goes to: addresses, and records, whole."""
    value = acting.value(given)
    every = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    return [acting.scope.find(_entity(given.type), each) if isinstance(each, UUID) else each for each in every]


def address_of(acting: Acting, given: Any, channel: str) -> str:
    """The address or number that a value is, or that a record has; "" where there is none.

    Of several a record's first is taken that is filled in; text messages go to a landline only where there is no other.
    """
    if not isinstance(given, Mapping):
        return str(given or "")
    found = list(_addresses(acting, given, channel))
    if channel == "sms":
        found.sort(key=is_landline)
    return next(iter(found), "")


def language_of(acting: Acting, to: str, given: Any, texts: Mapping[str, Any]) -> str:
    """The receiver's, among those of the texts.

    That of the user with this address, else of the record written to, else of the record that the run is about, else
    the workspace's first.
    """
    offered = acting.work.model.settings.languages
    known = _known(acting, to, given)
    return next((each for each in known if each in texts or (each in offered and "" in texts)), offered[0])


def message_of(acting: Acting, name: str) -> Message:
    """The message that a step names. Raises CannotDo."""
    found = acting.work.model.messages.get(name)
    if found is None:
        raise CannotDo("there is no message “{name}” any more", name=name)
    return found


def _entity(kind: Type) -> str:
    """Of which entity the records are that an expression gives by their ids."""
    return kind.item.entity if isinstance(kind, ListOf) else kind.entity


def _addresses(acting: Acting, record: Mapping[str, Any], channel: str) -> Iterator[str]:
    entity, kind = acting.work.model.entities.get(str(record.get("entity"))), CHANNELS[channel]
    names = [each.name for each in entity.fields.values() if each.kind == kind] if entity else [kind]
    yield from (str(value) for name in names if (value := record.get(name)))


def _known(acting: Acting, to: str, given: Any) -> Iterator[str | None]:
    """The languages that are known of a receiver, the nearest first."""
    yield _of_user(acting, to)
    if isinstance(given, Mapping) and _speaks(acting, str(given.get("entity"))):
        yield given["language"]
    if _speaks(acting, acting.about[0]):
        yield acting.scope.record["language"]


def _of_user(acting: Acting, to: str) -> str | None:
    users = acting.work.model.playing("user")
    if users is None or "email" not in users.fields or not _speaks(acting, users.name):
        return None
    table = acting.work.release.tables.entity(users.name)
    found = sa.select(table.column("language")).where(
        table.column("email") == to, table.column("archived_at").is_(None)
    )
    return acting.work.connection.execute(found).scalars().first()


def _speaks(acting: Acting, entity: str) -> bool:
    found = acting.work.model.entities.get(entity)
    return found is not None and "language" in found.fields
