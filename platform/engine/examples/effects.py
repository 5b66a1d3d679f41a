"""What a workflow did: the records it made, the mails it wrote, what it told users."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine import records
from customary.engine.automation import tables
from customary.engine.examples.example import Example
from customary.engine.examples.values import Values
from customary.engine.fields.link import Link
from customary.engine.messages.notifications import notification
from customary.engine.messages.outbox import message
from customary.engine.records.changes import change
from customary.engine.records.titles import titles
from customary.engine.records.work import Work

Said = tuple[str, str, str]
"""What it is about, what was expected, what came."""


def effects_differ(example: Example, values: Values, record: UUID) -> Iterator[Said]:
    """What the workflow did to a record otherwise than its example says."""
    work, said = values.work, example.said
    runs = _runs(work, example.definition, record)
    yield from _ran(said, runs)
    ids = [each["id"] for each in runs]
    if "creates" in said:
        yield from _matched("creates", said, _made(work, ids), partial(_made_fits, values), partial(_titled, work))
    if "sends" in said:
        yield from _matched("sends", said, _written(work, ids, "mail", "sms"), _mail_fits, _mail_shown)
    if "calls" in said:
        yield from _matched("calls", said, _written(work, ids, "webhook"), _call_fits, _call_shown)
    if "notifies" in said:
        yield from _matched("notifies", said, _rows(work, notification, ids), partial(_note_fits, values), _note_shown)


def _runs(work: Work, workflow: str, record: UUID | None) -> list[Mapping[str, Any]]:
    run = tables.run
    found = sa.select(run).where(run.c.workflow == workflow, run.c.record == record).order_by(run.c.id)
    return list(work.connection.execute(found).mappings())


def _ran(said: Mapping[str, Any], runs: list[Mapping[str, Any]]) -> Iterator[Said]:
    wanted = said.get("starts", True)
    if not wanted and runs:
        yield "starts", "that it does not start", "that it starts"
    elif wanted and not runs:
        yield "starts" if "starts" in said else "given", "that it starts", "that it does not start"
    for each in runs:
        if each["status"] == tables.FAILED:
            yield "given", "that it runs to its end", f"that it fails: {tables.read_reason(each['reason'])}"


def _made(work: Work, runs: list[UUID]) -> list[tuple[str, Mapping[str, Any]]]:
    """The records that the runs made, oldest first, with their entities."""
    ids = {str(each) for each in runs}
    rows = work.connection.execute(sa.select(change).where(change.c.kind == "created").order_by(change.c.id)).mappings()
    found = []
    for row in rows:
        entity = work.release.tables.named(row["entity"])
        if row["cause"].get("run") in ids and entity is not None:
            found.append((entity, records.get(work, entity, row["record"]).values))
    return found


def _rows(work: Work, table: sa.Table, runs: list[UUID]) -> list[Mapping[str, Any]]:
    return list(work.connection.execute(sa.select(table).where(table.c.run.in_(runs)).order_by(table.c.id)).mappings())


def _written(work: Work, runs: list[UUID], *kinds: str) -> list[Mapping[str, Any]]:
    """What the runs sent outside, of some kinds."""
    return [row for row in _rows(work, message, runs) if row["kind"] in kinds]


def _matched(
    key: str, said: Mapping[str, Any], came: list[Any], fits: Callable[[Any, Any], bool], shown: Callable[[Any], str]
) -> Iterator[Said]:
    """Each expected one has one of its own that came, and none came beside them."""
    left, all_that_came = list(came), ", ".join(map(shown, came)) or "nothing"
    for wanted in said[key]:
        found = next((each for each in left if fits(wanted, each)), None)
        if found is None:
            yield key, str(wanted), all_that_came
        else:
            left.remove(found)
    for each in left:
        yield key, "no more", shown(each)


def _mail_fits(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    columns = {"message": "name", "to": "recipient", "subject": "subject"}
    return all(row[columns[key]] == value for key, value in wanted.items())


def _mail_shown(row: Mapping[str, Any]) -> str:
    return f"{row['name'] or 'a mail'} to {row['recipient']}: “{row['subject']}”"


def _call_fits(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    made = {"url": row["recipient"], "method": row["subject"].lower(), "body": json.loads(row["body"] or "null")}
    return all(made[key] == value for key, value in wanted.items())


def _call_shown(row: Mapping[str, Any]) -> str:
    return f"{row['subject']} {row['recipient']} {row['body']}".strip()


def _note_fits(values: Values, wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    told = Link(name="user", to=values.work.model.playing("user").name)
    if "user" in wanted and not values.fits(told, wanted["user"], row["user"]):
        return False
    return wanted.get("text") in (None, row["text"])


def _note_shown(row: Mapping[str, Any]) -> str:
    return f"“{row['text']}”"


def _made_fits(values: Values, wanted: Mapping[str, Any], made: tuple[str, Mapping[str, Any]]) -> bool:
    entity, plain = next(iter(wanted.items()))
    return made[0] == entity and values.all_fit(entity, plain or {}, made[1])


def _titled(work: Work, made: tuple[str, Mapping[str, Any]]) -> str:
    entity, record = made
    key = (entity, record["id"])
    return f"{entity} “{titles(work, [key]).get(key, '')}”"
