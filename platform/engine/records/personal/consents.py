"""Consents: a line for each giving and each withdrawal, which nobody changes, and what they say of a record today.

A consent holds where the value of its field is yes and the last line does not say otherwise; the lines prove how that
came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.fields.consent import Consent
from customary.engine.model.duration import length
from customary.engine.model.spans import later
from customary.engine.records import storage
from customary.engine.records.identifier import beside, new_id
from customary.engine.records.work import Work
from customary.engine.releases import load_catalogue
from customary.engine.tables.joining import elsewhere
from customary.engine.words import Reason

consent = sa.Table(
    "customary_consent",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    # The entity's name and the field's column at birth: renamed ones keep their lines.
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("given", sa.Boolean, nullable=False),
    sa.Column("actor", sa.Uuid),
    # How it came: the origin of a cause, or unsubscribe, or expired.
    sa.Column("origin", sa.Text, nullable=False),
    # What was agreed to, by language, as it was written then.
    sa.Column("text", Json, nullable=False),
    sa.Column("until", Moment),
    sa.Index("customary_consent_record", "record", "field", "id"),
    sa.Index("customary_consent_until", "until"),
)

NOBODY = Reason("there is nobody who could have agreed to its purpose")
NOT_AGREED = Reason("its purpose was not agreed to")
UNSUBSCRIBE, EXPIRED = "unsubscribe", "expired"


@dataclass(frozen=True)
class Line:
    """One giving or withdrawal. `field` is its name of today."""

    at: datetime
    field: str
    given: bool
    actor: UUID | None
    origin: str
    text: Mapping[str, str]
    until: datetime | None


@dataclass(frozen=True)
class Purpose:
    """What a message is sent for: a consent of a record, by names of birth."""

    entity: str
    record: UUID
    field: str

    def to_json(self) -> dict[str, str]:
        return {"entity": self.entity, "record": str(self.record), "field": self.field}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Purpose:
        return cls(data["entity"], UUID(data["record"]), data["field"])


def write_down(
    work: Work, fields: Iterable[Consent], pairs: Iterable[tuple[Mapping[str, Any] | None, Mapping[str, Any]]]
) -> None:
    """Writes lines for what some records, each as it was and is, newly agree to or no longer do."""
    fields = tuple(fields)
    turned = [(each, before, after) for before, after in pairs for each in fields if _turned(each, before, after)]
    rows = [_row(work, each, after) for each, before, after in turned if before is None or not _said(work, each, after)]
    if rows:
        work.connection.execute(consent.insert(), rows)


def take_over(work: Work, entity: str, given_up: UUID, stays: UUID) -> dict[str, bool]:
    """Gives a record the lines of another that is given up for it, which keeps its own too. Gives the consents of which
    that one said the last, with what holds of them."""
    table, found = work.release.tables.entity(entity), dict[str, bool]()
    names = {table.physical[each.name]: each.name for each in consents_of(work, entity)}
    mine = (consent.c.record == given_up, consent.c.entity == table.code, consent.c.field.in_(names))
    for row in work.connection.execute(sa.select(consent).where(*mine).order_by(consent.c.id)).mappings().all():
        copy = {**row, "id": beside(row["id"]), "record": stays}
        work.connection.execute(consent.insert(), copy)
        purpose = Purpose(table.code, stays, row["field"])
        if _last(work.connection, purpose).id == copy["id"]:
            found[names[row["field"]]] = not withdrawn(work.connection, purpose, work.now)
    return found


def lines(work: Work, entity: str, record: UUID, limit: int | None = None) -> list[Line]:
    """The lines of a record, the newest first, for the consents that the actor may see."""
    fields = consents_of(work, entity)
    if not fields:
        return []
    table, hidden = work.release.tables.entity(entity), work.access.hidden(entity)
    names = {table.physical[each.name]: each.name for each in fields if each.name not in hidden}
    mine = (consent.c.record == record, consent.c.entity == table.code, consent.c.field.in_(names))
    newest = sa.select(consent).where(*mine).order_by(consent.c.id.desc()).limit(limit)
    rows = work.connection.execute(newest).mappings()
    kept = Line.__dataclass_fields__
    return [Line(**{**{name: row[name] for name in kept}, "field": names[row["field"]]}) for row in rows]


def consents_of(work: Work, entity: str) -> list[Consent]:
    """The consents that an entity's records may give."""
    return [each for each in work.model.entities[entity].fields.values() if isinstance(each, Consent)]


def purpose_of(work: Work, entity: str, id: UUID, path: tuple[str, ...]) -> tuple[Purpose | None, Reason | None]:
    """Whose consent a message about a record needs, and why it may not be sent; None where it may."""
    *steps, name = path
    values = storage.load(work, entity, id)
    for step in steps:
        target = values.get(step) if values is not None else None
        entity = work.model.entities[entity].fields[step].to
        values = storage.load(work, entity, target) if target is not None else None
    if values is None:
        return None, NOBODY
    table = work.release.tables.entity(entity)
    purpose = Purpose(table.code, values["id"], table.physical[name])
    if not values.get(name) or withdrawn(work.connection, purpose, work.now):
        return purpose, NOT_AGREED
    return purpose, None


def noted(connection: sa.Connection, data: Mapping[str, str]) -> Purpose:
    """The purpose that a message noted, as its lines call it today: its record may be of another entity since."""
    purpose = Purpose.from_json(data)
    if _last(connection, purpose) is not None:
        return purpose
    names = elsewhere(load_catalogue(connection), purpose.entity, purpose.field)
    others = (replace(purpose, entity=entity, field=field) for entity, field in names)
    return next((each for each in others if _last(connection, each) is not None), purpose)


def withdrawn(connection: sa.Connection, purpose: Purpose, now: datetime) -> bool:
    """Whether the last that is known of a consent is that it was withdrawn, or is over."""
    row = _last(connection, purpose)
    return row is not None and (not row.given or (row.until is not None and row.until <= now))


def write_withdrawn(work: Work, purpose: Purpose) -> None:
    """Writes the line of a withdrawal where the last line does not say it already."""
    row = _last(work.connection, purpose)
    if row is None or row.given:
        whose = {"entity": purpose.entity, "record": purpose.record, "field": purpose.field}
        work.connection.execute(consent.insert(), {**_cause(work), **whose, "given": False, "text": {}})


def over(connection: sa.Connection, now: datetime, limit: int) -> list[Purpose]:
    """Consents whose time is over, and which nobody has given or withdrawn since."""
    newer = consent.alias()
    same = (newer.c[name] == consent.c[name] for name in ("record", "entity", "field"))
    since = sa.exists().where(*same, newer.c.id > consent.c.id)
    due = sa.select(consent.c.entity, consent.c.record, consent.c.field).where(consent.c.until <= now, consent.c.given)
    rows = connection.execute(due.where(~since).order_by(consent.c.until).limit(limit))
    return [Purpose(row.entity, row.record, row.field) for row in rows]


def _last(connection: sa.Connection, purpose: Purpose) -> sa.Row | None:
    mine = (consent.c[name] == value for name, value in vars(purpose).items())
    last = sa.select(consent.c.id, consent.c.given, consent.c.until).where(*mine).order_by(consent.c.id.desc()).limit(1)
    return connection.execute(last).first()


def _turned(each: Consent, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return bool((before or {}).get(each.name)) != bool(after.get(each.name))


def _said(work: Work, each: Consent, values: Mapping[str, Any]) -> bool:
    """Whether the last line says already what the value says from now on."""
    table = work.release.tables.entity(each.entity)
    row = _last(work.connection, Purpose(table.code, values["id"], table.physical[each.name]))
    return row is not None and row.given == bool(values.get(each.name))


def _row(work: Work, each: Consent, values: Mapping[str, Any]) -> dict[str, Any]:
    given, zone = bool(values.get(each.name)), work.model.settings.time_zone
    table = work.release.tables.entity(each.entity)
    return {
        **_cause(work),
        "entity": table.code,
        "record": values["id"],
        "field": table.physical[each.name],
        "given": given,
        "text": _wording(work, each),
        "until": later(work.now, length(each.expires), zone) if given and each.expires else None,
    }


def _cause(work: Work) -> dict[str, Any]:
    return {"id": new_id(), "at": work.now, "actor": work.actor.id, "origin": work.cause.origin}


def _wording(work: Work, each: Consent) -> dict[str, str]:
    """What was agreed to: the words of the web form that gives it by what has to be agreed to there, else the field's
    own."""
    form = work.model.web_forms.get(work.cause.form or "")
    if form is not None and work.cause.consent and each.name in form.values:
        return {work.actor.language: work.cause.consent}
    return dict(each.text.by_language)
