"""One thing that happened with a record, as its timeline shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field, Refusal
from customary.engine.messages import forms
from customary.engine.messages.correspondence import Post
from customary.engine.model.entity import Entity
from customary.engine.reasons import read_reason
from customary.engine.records.work import Work
from customary.engine.words import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of a change: from what, to what."""

    field: Field
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing on the timeline. `kind` is activity, task, or the kind of change."""

    kind: str
    at: datetime
    actor: UUID | None
    entity: Entity
    record: records.Record | None = None
    text: str = ""
    option: str = ""
    due: datetime | date | None = None
    done: bool = False
    differences: tuple[Difference, ...] = ()
    cause: str = ""
    mail: Post | None = None
    form: str = ""
    """The web form by which it was made or changed, or that was sent."""
    failed: Reason | None = None
    """Why something that was to be made beside it was not."""
    quiet: bool = False
    """Whether it was made to start no rules."""


def forms_sent(work: Work, entity: Entity, id: UUID) -> list[Moment]:
    """The forms that strangers sent about a record: what they agreed to, and what the record did not take over."""
    if work.access.portal:
        return []
    hidden = work.access.hidden(entity.name)
    open = {name: each for name, each in entity.fields.items() if name not in hidden}
    return [
        Moment(
            kind="form",
            at=each.at,
            actor=None,
            entity=entity,
            text=each.consent or "",
            differences=tuple(
                Difference(field=open[name], before=None, after=value_in(open[name], each.left or {}, name))
                for name in each.left or ()
                if name in open
            ),
            form=each.form,
            failed=read_reason(each.why),
        )
        for each in forms.newest(work.connection, id)
    ]


def value_in(field: Field, plain: Mapping[str, Any], name: str) -> Any:
    """A value in its JSON form, as it was; one that today's field no longer takes is not shown."""
    try:
        return field.from_json(plain.get(name)) if plain.get(name) is not None else None
    except Refusal:
        return None
