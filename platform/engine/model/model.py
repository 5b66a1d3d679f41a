"""The compiled model: everything a release declares, checked, frozen, ready to serve requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from customary.engine.model.entity import Entity
from customary.engine.model.message import Document, Mailbox, Message
from customary.engine.model.nothing import NOTHING
from customary.engine.model.pipeline import Pipeline
from customary.engine.model.role import Role
from customary.engine.model.tile import Dashboard
from customary.engine.model.workflow import Workflow
from customary.engine.model.workspace import Group, Settings
from customary.engine.working import Calendar

if TYPE_CHECKING:
    from customary.engine.model.rules.form import WebForm
    from customary.engine.model.rules.survey import Survey


@dataclass(frozen=True, kw_only=True)
class Model:
    """All that a release declares. Equal texts give equal digests."""

    digest: str
    settings: Settings
    entities: Mapping[str, Entity]
    pipelines: Mapping[str, Pipeline] = NOTHING
    workflows: Mapping[str, Workflow] = NOTHING
    roles: Mapping[str, Role] = NOTHING
    messages: Mapping[str, Message] = NOTHING
    mailboxes: Mapping[str, Mailbox] = NOTHING
    web_forms: Mapping[str, WebForm] = NOTHING
    surveys: Mapping[str, Survey] = NOTHING
    documents: Mapping[str, Document] = NOTHING
    dashboards: Mapping[str, Dashboard] = NOTHING
    calendars: Mapping[str, Calendar] = NOTHING
    calendar: str = ""
    """The calendar that counts where none is named; "" where there is none, or none of many was chosen."""
    navigation: tuple[Group, ...] = ()
    packs: tuple[str, ...] = ()
    demos: Mapping[str, Any] = NOTHING
    """Sample records by demo name, as plain data (see `exchange.sample`)."""

    def playing(self, part: str) -> Entity | None:
        """The entity that `plays` a part (user, task, activity...), or None."""
        return next((each for each in self.entities.values() if each.plays == part), None)

    def role(self, name: str) -> Role | None:
        """A role that somebody may hold: a declared one, or what a form lets strangers do."""
        return self.roles.get(name) or self._of_forms.get(name)

    @cached_property
    def _of_forms(self) -> Mapping[str, Role]:
        forms = (*self.web_forms.values(), *(each.form for each in self.surveys.values()))
        return {role.name: role for form in forms for role in form.roles}
