"""One of those who sign in: their roles, how they come in, and what they leave behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath

from customary.engine import people, records
from customary.engine.people import LastAdmin, passkeys, second_factor, sessions, tickets
from customary.engine.people.overview import one_person, people_page
from customary.engine.records.work import Work
from customary.engine.records.writer.handover import Handed, hand_over, in_charge_of
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people import users
from customary.ui.people.fresh import is_fresh, must_be_fresh
from customary.ui.people.new_password import can_send
from customary.ui.people.users import HERE, givable, known, looked_after, may_give_all, may_look_after

ROUNDS = 10
"""So many batches are handed over while somebody waits; the rest follows when the answer has gone out."""
MOST_HEIRS = 1000
LAST_ADMIN = Reason("Nobody else may do everything here: give somebody such a role first.")


@get("/settings/people/{id:uuid}")
async def user(desk: AtDesk, id: FromPath[UUID]) -> Response:
    return await _one(desk, id)


@post("/settings/people/{id:uuid}/roles", status_code=200)
async def set_roles(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    desk.must_open("people")
    await must_be_fresh(desk)
    roles = [each for each in (await request.form()).getall("role", []) if isinstance(each, str)]
    return _told(desk, id, await desk.write(_set_roles, id, roles), desk.say("Roles saved"))


@post("/settings/people/{id:uuid}/invite", status_code=200)
async def invite_again(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """A new link, which goes out by mail, or is shown where no mail goes out."""
    desk.must_open("people")
    await must_be_fresh(desk)
    made = await desk.write(users.invite_again, desk, id)
    return await _one(desk, id, link=made, sent=not made)


@post("/settings/people/{id:uuid}/second-factor", status_code=200)
async def take_factor_off(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """For who lost their device and their recovery codes."""
    desk.must_open("people")
    await must_be_fresh(desk)
    return _told(desk, id, await desk.write(_take_factor_off, id), desk.say("The second factor is off."))


@post("/settings/people/{id:uuid}/sign-out", status_code=200)
async def sign_out(desk: AtDesk, id: FromPath[UUID]) -> Response:
    desk.must_open("people")
    return _told(desk, id, await desk.write(_sign_out, id), desk.say("Signed out everywhere."))


@post("/settings/people/{id:uuid}/deactivate", status_code=200)
async def deactivate(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Keeps somebody out, ends their sessions and keys, and hands over what is in their charge to who is named."""
    desk.must_open("people")
    to = texts(await request.form()).get("to", "")
    refused = await desk.write(_deactivate, id, to)
    if refused is not None:
        return _told(desk, id, refused, "")
    return _told(desk, id, None, await _hand_over(desk, id, UUID(to)) if to else desk.say("Signs in no more."))


@post("/settings/people/{id:uuid}/hand-over", status_code=200)
async def hand(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Hands over what is in somebody's charge, who may stay."""
    desk.must_open("people")
    to = texts(await request.form()).get("to", "")
    refused = await desk.read(_hand_problem, id, to) if to else Reason("Choose who takes over.")
    return _told(desk, id, refused, "" if refused else await _hand_over(desk, id, UUID(to)))


@post("/settings/people/{id:uuid}/activate", status_code=200)
async def activate(desk: AtDesk, id: FromPath[UUID]) -> Response:
    desk.must_open("people")
    return _told(desk, id, await desk.write(_activate, id), desk.say("May sign in again."))


async def _one(desk: Desk, id: UUID, **values: Any) -> Response:
    desk.must_open("people")
    found = await desk.read(_person, id)
    defaults = {"link": "", "sent": False, "givable": givable(desk), "sends": can_send(desk)}
    defaults["fresh"] = await is_fresh(desk)
    return desk.page("page_user.html", here=HERE, **{**defaults, **found, **values})


def _told(desk: Desk, id: UUID, refused: Reason | None, done: str) -> Response:
    return desk.redirect(f"/settings/people/{id}", desk.say_reason(refused) if refused else done)


async def _hand_over(desk: Desk, id: UUID, to: UUID) -> str:
    """Says what became of it."""
    over = refused = 0
    handed = Handed(None)
    for _ in range(ROUNDS):
        handed = await desk.write(hand_over, id, to, handed.after)
        over, refused = over + handed.over, refused + handed.refused
        if handed.after is None:
            break
    else:
        desk.afterwards = BackgroundTask(_hand_over_rest, desk, id, to, handed)
        return desk.say("Many records are being handed over. Look again in a while.")
    told = desk.count_say("{count} record handed over.", "{count} records handed over.", over)
    if refused:
        stays = desk.count_say(
            "{count} was refused by a rule and stays.", "{count} were refused by a rule and stay.", refused
        )
        told = f"{told} {stays}"
    return told


async def _hand_over_rest(desk: Desk, id: UUID, to: UUID, handed: Handed) -> None:
    while handed.after is not None:
        handed = await desk.write(hand_over, id, to, handed.after)


def _person(work: Work, id: UUID) -> dict[str, Any]:
    person = known(work, id)
    entity = work.model.playing("user").name
    others = [each for each in people_page(work, limit=MOST_HEIRS) if each.is_let_in and each.user_id != id]
    titles = records.titles(work, [(entity, each.user_id) for each in (person, *others)])
    keys = [key for key in people.keys_of(work.connection, id) if key.in_force(work.now)]
    return {
        "person": person,
        "name": titles.get((entity, id), person.email),
        "heirs": [(each.user_id, titles.get((entity, each.user_id), each.email)) for each in others],
        "charges": in_charge_of(work, id),
        "sessions": len(people.sessions_of(work.connection, id, work.now, work.model.settings.sign_in.sessions)),
        "keys": len(keys),
        "is_me": id == work.actor.id,
        "may": may_look_after(work, person),
    }


def _set_roles(work: Work, id: UUID, roles: list[str]) -> Reason | None:
    before = looked_after(work, id)
    if not may_give_all(work, roles):
        return Reason("This cannot be chosen.")
    if id == work.actor.id and not work.access.admin and set(roles) != set(before.roles):
        return Reason("You cannot give roles to yourself, or take them.")
    try:
        people.set_roles(work, id, roles)
    except LastAdmin:
        return LAST_ADMIN
    return None


def _take_factor_off(work: Work, id: UUID) -> None:
    looked_after(work, id)
    second_factor.remove(work.connection, id)
    passkeys.remove_all(work.connection, id)
    sessions.end_all(work.connection, id)
    tickets.withdraw(work.connection, id)
    _audit(work, "factor_off", id)


def _sign_out(work: Work, id: UUID) -> None:
    looked_after(work, id)
    sessions.end_all(work.connection, id)


def _deactivate(work: Work, id: UUID, to: str) -> Reason | None:
    looked_after(work, id)
    if id == work.actor.id:
        return Reason("You cannot keep yourself out.")
    if to and (problem := _heir_problem(work, id, to)):
        return problem
    try:
        people.deactivate(work, id)
    except LastAdmin:
        return LAST_ADMIN
    _audit(work, "person_locked_out", id)
    return None


def _hand_problem(work: Work, id: UUID, to: str) -> Reason | None:
    looked_after(work, id)
    return _heir_problem(work, id, to)


def _heir_problem(work: Work, id: UUID, to: str) -> Reason | None:
    try:
        heir = one_person(work, UUID(to))
    except ValueError:
        heir = None
    if heir is None or not heir.is_let_in or heir.user_id == id:
        return Reason("Choose who takes over.")
    return None


def _activate(work: Work, id: UUID) -> None:
    looked_after(work, id)
    people.set_active(work, id, True)
    _audit(work, "person_let_in", id)


def _audit(work: Work, kind: str, id: UUID) -> None:
    work.audit(kind, work.model.playing("user").name, id)


handlers = [user, set_roles, invite_again, take_factor_off, sign_out, deactivate, hand, activate]
