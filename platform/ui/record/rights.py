"""Who may see a record: why its reader can, and with whom it is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import messages, people, records
from customary.engine.model.entity import Entity
from customary.engine.people.actor import Actor
from customary.engine.records import sharing
from customary.engine.records.reader.explain import Explanation, Mark, explain, marks
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.sharing import Share
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of

MOST = 500
"""People and teams to choose from."""
ACTS = ("read", "update", "delete", "export")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is told of the rights to one record. `shares` is None for those who may not share it."""

    entity: Entity
    record: records.Record
    whose: Actor
    said: tuple[Explanation, ...]
    marks: tuple[Mark, ...]
    titles: Mapping[tuple[str, UUID], str]
    shares: tuple[Share, ...] | None
    people: tuple[records.Hit, ...]
    teams: tuple[records.Hit, ...]
    others: tuple[records.Hit, ...]
    """Whose rights an administrator may look at."""


@get("/{entity:str}/{id:uuid}/access")
async def show(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Why somebody may or may not do what with a record."""
    return await _draw(desk, entity_of(desk, entity), id, request.query_params.get("user", ""))


@post("/{entity:str}/{id:uuid}/shares", status_code=200)
async def share(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Opens the record for somebody, and tells them."""
    found, form = entity_of(desk, entity, "update"), texts(await request.form())
    try:
        await desk.write(_share, found, id, form, desk)
    except Refused as refused:
        problem = "; ".join(desk.say_reason(each.reason) for each in refused.problems)
        return await _draw(desk, found, id, "", problem, 422)
    return desk.redirect(f"/{entity}/{id}/access", desk.say("The record is shared."))


@post("/{entity:str}/{id:uuid}/shares/{share_id:uuid}/end", status_code=200)
async def end(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], share_id: FromPath[UUID]) -> Response:
    """Takes a share back."""
    found = entity_of(desk, entity, "update")
    await desk.write(sharing.unshare, found.name, id, share_id)
    return desk.redirect(f"/{entity}/{id}/access", desk.say("The record is shared with them no longer."))


async def _draw(desk: Desk, entity: Entity, id: UUID, user: str, problem: str = "", status: int = 200) -> Response:
    page = await desk.read(_page, entity, id, user)
    return desk.page("page_access.html", here=entity.name, page=page, problem=problem, status=status)


def _page(work: Work, entity: Entity, id: UUID, user: str) -> Page:
    record, whose = records.get(work, entity.name, id), _whose(work, user)
    said = tuple(each for each in explain(work, whose, entity.name, id) if each.act in ACTS)
    named = {
        (value.entity, value.plain)
        for each in said
        for rule in each.said
        for value in rule.values
        if value.entity and isinstance(value.plain, UUID)
    }
    shares = _shares(work, entity, id)
    people_, teams = (_hits(work, plays) if shares is not None else () for plays in ("user", "team"))
    return Page(
        entity=entity,
        record=record,
        whose=whose,
        said=said,
        marks=tuple(marks(work, whose, entity.name)),
        titles=records.titles(work, named),
        shares=shares,
        people=people_,
        teams=teams,
        others=_hits(work, "user") if work.access.admin else (),
    )


def _whose(work: Work, user: str) -> Actor:
    """Whose rights are told: one's own; an administrator may ask for anybody's."""
    if not user or user == str(work.actor.id):
        return work.actor
    if not work.access.admin:
        raise Forbidden(Reason("Your role does not allow this."))
    try:
        found = people.actor_of_user(work.connection, UUID(user), work.release)
    except ValueError:
        found = None
    if found is None:
        raise Missing("user")
    return found


def _shares(work: Work, entity: Entity, id: UUID) -> tuple[Share, ...] | None:
    try:
        return tuple(sharing.shares_of(work, entity.name, id))
    except Forbidden:
        return None


def _hits(work: Work, plays: str) -> tuple[records.Hit, ...]:
    """The people or teams that the reader knows, by name."""
    entity = work.model.playing(plays)
    if entity is None or not work.access.may(entity.name, "read"):
        return ()
    found = records.select(work, entity.name, records.Query(fields=(), limit=MOST)).records
    return tuple(sorted((records.Hit(entity.name, each.id, each.title) for each in found), key=lambda hit: hit.title))


def _share(work: Work, entity: Entity, id: UUID, form: Mapping[str, str], desk: Desk) -> None:
    kind, _, other = form.get("with", "").partition(":")
    with_ = (kind, _identifier(other))
    sharing.share(work, entity.name, id, with_, form.get("writing") == "yes", _day(form.get("until", "")))
    users = work.model.playing("user")
    if users is not None and kind == users.name and with_[1] != work.actor.id:
        title = records.get(work, entity.name, id).title
        said = desk.say("{name} shared “{title}” with you.", name=work.actor.name, title=title)
        messages.notify(work, with_[1], said, about=(entity.name, id))


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _refused(Reason("can be shared with a user or a team")) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _refused(Reason("must be a date")) from None


def _refused(reason: Reason) -> Refused:
    return Refused([FieldProblem(None, reason)])


handlers: list[Any] = [show, share, end]
