"""Taking what a form sent: it makes a record, or adds to the one that is there; in one transaction.

Whoever sends it learns in no way whether there was one: what is wrong is judged without looking at other records, and
what a record that was there does not take over is kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.messages.forms import entries
from customary.engine.messages.made import made_of
from customary.engine.model.rules.form import WebForm
from customary.engine.people import throttle
from customary.engine.people.actor import Actor
from customary.engine.reasons import reason_text
from customary.engine.records import storage
from customary.engine.records.reader.found import having
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale, reason_of
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import create, update
from customary.engine.records.writer.create import problems_of_new
from customary.engine.records.writer.draft import is_empty
from customary.engine.releases import Release
from customary.engine.words import Reason

CONSENT = "_consent"
"""What a problem is shown at that concerns no field, but what has to be agreed to."""
MOST_PER_HOUR = 2_000
"""Of one form, from everywhere together."""
NAMESAKES = 100


@dataclass(frozen=True)
class Sent:
    """What somebody sent: its id, the language it was read in, the values by field, whether they agreed to what the
    form wants agreed to, and from which address it came."""

    id: UUID
    language: str
    values: Mapping[str, Any]
    agreed: bool = True
    address: str = ""


@dataclass(frozen=True)
class Taken:
    """A form that was taken: the record that it made or added to, and what rules are told."""

    form: WebForm
    record: UUID
    payload: Mapping[str, Any]


Heard = Callable[[Work, Taken], None]
"""Hears, in the same transaction, of each form that was taken."""


def work_of(connection: sa.Connection, release: Release, form: WebForm, language: str, now: datetime) -> Work:
    """The work of whoever fills in a form: they are called after it, and may do what it lets them."""
    name = form.label.in_language(language)
    actor = Actor(id=None, name=name, roles=(form.fills.name,), language=language)
    cause = Cause("web_form", form=form.name, consent=form.consent.in_language(language) or None)
    return Work(connection, release, actor, now, cause)


def problems_of(work: Work, form: WebForm, sent: Sent) -> list[FieldProblem]:
    """All that is wrong with what was sent, whatever records there are."""
    found = problems_of_new(work, form.entity, _values(work, form, sent))
    known = {each.field for each in found}
    found += [
        FieldProblem(name, Reason("is required"), each.label)
        for name, each in form.fields.items()
        if each.required is True and is_empty(sent.values.get(name)) and name not in known
    ]
    asked = form.consent.by_language and not sent.agreed
    return [*found, FieldProblem(CONSENT, Reason("needs your consent"), form.label)] if asked else found


def take(work: Work, form: WebForm, sent: Sent, heard: Heard) -> UUID | None:
    """Takes it and gives the id of its record; None for what was taken before. Raises Refused, and throttle.TooMany
    where too much came from there."""
    if not entries.begin(work.connection, sent.id, form.name, work.now, work.cause.consent):
        return None
    hold_back(work, form, sent)
    return settle(work, form, sent, heard)


def hold_back(work: Work, form: WebForm, sent: Sent) -> None:
    """The brake on programs. Raises throttle.TooMany."""
    if not form.spam:
        return
    throttle.begin(work.connection, throttle.of_form(form.name, sent.address), work.now)
    if entries.count_since(work.connection, form.name, work.now - timedelta(hours=1)) > MOST_PER_HOUR:
        raise throttle.TooMany(int(throttle.WINDOW.total_seconds()))


def settle(work: Work, form: WebForm, sent: Sent, heard: Heard) -> UUID:
    """Writes the record of an entry that was begun, and tells of it. Raises Refused."""
    if problems := problems_of(work, form, sent):
        raise Refused(problems)
    there, values, left = _there(work, form, sent), _values(work, form, sent), {}
    if there is None:
        record = create(work, form.entity, values)
    else:
        record, left = there, _add(work, form, there, values, sent)
    payload = {**_payload(work, form, sent), "new": there is None}
    why = _create_beside(work, form, record, payload)
    told = {"left": _written(work, form, left) or None, "why": reason_text(reason_of(why)) if why else None}
    code = work.release.tables.code(form.entity)
    entries.settle(work.connection, sent.id, entity=code, record=record, new=there is None, **told)
    heard(work, Taken(form, record, payload))
    return record


def _values(work: Work, form: WebForm, sent: Sent) -> dict[str, Any]:
    """What was filled in, and what the form sets itself."""
    scope = RecordScope(work, bindings={"payload": _payload(work, form, sent)})
    fixed = made_of(work.model.entities[form.entity].fields, form.values, scope)
    return {name: each for name, each in {**fixed, **sent.values}.items() if not is_empty(each)}


def _payload(work: Work, form: WebForm, sent: Sent) -> dict[str, Any]:
    said = {"language": sent.language, "consent": work.cause.consent, "sent": _written(work, form, sent.values)}
    return {"new": None, **said}


def _written(work: Work, form: WebForm, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = work.model.entities[form.entity].fields
    return {name: fields[name].to_json(each) for name, each in values.items() if not is_empty(each)}


def _there(work: Work, form: WebForm, sent: Sent) -> UUID | None:
    """The record that is known by what was filled in; of several the youngest."""
    known = {name: sent.values.get(name) for name in form.match}
    if not known or any(map(is_empty, known.values())):
        return None
    found = having(work.as_system(), form.entity, known, NAMESAKES)
    return found[-1] if found else None


def _add(work: Work, form: WebForm, id: UUID, values: Mapping[str, Any], sent: Sent) -> dict[str, Any]:
    """Fills in what is empty, or all where the form overwrites; gives what was sent and not taken over."""
    fields = work.model.entities[form.entity].fields
    there = storage.load(work, form.entity, id, lock=not work.is_sqlite) or {}
    other = {name: each for name, each in values.items() if there.get(name) != fields[name].fit(each)}
    wanted = {name: each for name, each in other.items() if form.overwrite or is_empty(there.get(name))}
    adding = replace(work, actor=replace(work.actor, roles=(form.adds.name,)))
    try:
        with work.connection.begin_nested():
            update(adding, form.entity, id, wanted)
    except (Refused, Forbidden, Missing, Stale):
        wanted = {}  # it is closed, locked or not to be changed so: nothing that a stranger is told
    return {name: each for name, each in other.items() if name in sent.values and name not in wanted}


def _create_beside(work: Work, form: WebForm, record: UUID, payload: Mapping[str, Any]) -> list[FieldProblem]:
    """Makes what the form makes beside its record, as its definition says; gives why something could not be made."""
    values = storage.load(work, form.entity, record) or {}
    scope = RecordScope(work, form.entity, values, bindings={"payload": payload})
    scope.bindings["record"] = scope.record
    try:
        with work.connection.begin_nested():
            for entity, given in form.creates:
                create(work.as_system(), entity, made_of(work.model.entities[entity].fields, given, scope))
    except Refused as refused:
        return refused.problems
    return []
