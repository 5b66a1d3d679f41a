"""Surveys: the links that people are asked with, and the answers, one to each link.

A link is a ticket: only who got the mail has it, being answered takes it away, and it is good for as long as the survey
says. Whoever holds it may answer, and reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.rules.survey import Survey
from customary.engine.people import tickets
from customary.engine.people.actor import Actor
from customary.engine.records import storage
from customary.engine.records.personal.erased import tombstone
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import create
from customary.engine.records.writer.create import problems_of_new
from customary.engine.records.writer.draft import is_empty
from customary.engine.records.writer.merging import merged_with
from customary.engine.releases import Release
from customary.engine.words import Reason

ASKS = "survey "
"""What the purposes of its tickets begin with."""
PLACE = "/surveys"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks: about which record, and in which language."""

    about: UUID
    language: str


def invite(work: Work, survey: Survey, about: UUID, language: str) -> str:
    """Makes a link for one who is asked, and gives its address."""
    data = {"about": str(about), "language": language}
    secret = tickets.issue(work.connection, _purpose(survey), work.now, survey.lasts, data=data)
    return f"{work.model.settings.web_address.rstrip('/')}{PLACE}/{survey.name}/{secret}"


def work_of(connection: sa.Connection, release: Release, survey: Survey, language: str, now: datetime) -> Work:
    """The work of whoever answers: they are called after the survey, and may make an answer and nothing else."""
    name = survey.heading.in_language(language)
    actor = Actor(id=None, name=name, roles=(survey.form.fills.name,), language=language)
    return Work(connection, release, actor, now, Cause("survey", form=survey.name))


def asked_with(work: Work, survey: Survey, secret: str) -> Asked | None:
    """What a link asks; None where it was answered, ran out or never was, or its record is gone or was erased."""
    found = tickets.look(work.connection, secret, _purpose(survey), work.now)
    about = _still_there(work, _about(work, survey), UUID(found.data["about"])) if found is not None else None
    return Asked(about, found.data["language"]) if about is not None else None


def visible(work: Work, survey: Survey, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions that are asked of who has given these answers so far."""
    empty = dict.fromkeys(work.model.entities[survey.form.entity].fields)
    scope = RecordScope(work, survey.form.entity, {**empty, **given})
    return tuple(name for name, each in survey.questions.items() if each.visible is None or each.visible.holds(scope))


def problems_of(work: Work, survey: Survey, given: Mapping[str, Any]) -> list[FieldProblem]:
    """All that is wrong with some answers. Nobody answers by saying nothing."""
    filled = _filled(given)
    found = problems_of_new(work, survey.form.entity, filled)
    if found or any(each is not False for each in filled.values()):
        return found
    return [FieldProblem(None, Reason("has no answer yet"), survey.heading)]


def answer(work: Work, survey: Survey, secret: str, given: Mapping[str, Any]) -> UUID | None:
    """Writes the answer down and gives its id; None where the link is not good any more. Raises Refused."""
    asked = asked_with(work, survey, secret)
    if asked is None or tickets.redeem(work.connection, secret, _purpose(survey), work.now) is None:
        return None
    if problems := problems_of(work, survey, given):
        raise Refused(problems)
    return create(work, survey.form.entity, {**_filled(given), survey.about: asked.about}, sure=(asked.about,))


def _still_there(work: Work, entity: str, id: UUID) -> UUID | None:
    """The record that somebody was asked about: where it was merged since, the one that stays."""
    found = storage.load(work, entity, id)
    if found is None or tombstone(work.connection, id) is not None:
        return None
    if found["archived_at"] is None:
        return id
    others = storage.load_many(work, entity, merged_with(work.connection, id))
    return next((each["id"] for each in others if each["archived_at"] is None), id)


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in given.items() if not is_empty(each)}


def _about(work: Work, survey: Survey) -> str:
    return work.model.entities[survey.form.entity].fields[survey.about].to


def _purpose(survey: Survey) -> str:
    return ASKS + survey.name
