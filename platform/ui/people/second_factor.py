"""The second factor of one's own: set up with a QR code, recovery codes, and off again."""

from __future__ import annotations

from typing import Any

import segno
from litestar import Request, Response, post
from markupsafe import Markup

from customary.engine import people, sealing
from customary.engine.people import second_factor, sessions
from customary.engine.people.sign_in import may_try
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import keep, must_be_fresh
from customary.ui.visitor import SESSION, cookie_of

PLACE = "/settings/sign-in"
WRONG = Reason("This code is not right. Codes change every half minute; check the clock of your device.")


@post("/settings/second-factor/new", status_code=200)
async def begin(desk: AtDesk) -> Response:
    """A new secret as a QR code; nothing is on until a code of it is given."""
    desk.me  # noqa: B018 - a stranger signs in first
    await must_be_fresh(desk)
    try:
        kept = second_factor.sealed(second_factor.new_secret(), desk.me.id)
    except sealing.NoKey:
        return desk.redirect(PLACE, desk.say("A second factor cannot be kept here: there is no key for secrets."))
    return _draw(desk, kept)


@post("/settings/second-factor", status_code=200)
async def set_up(desk: AtDesk, request: Request) -> Response:
    """Turns it on, ends this person's other sessions and shows the recovery codes, this once."""
    form = texts(await request.form())
    kept, code = form.get("kept", ""), form.get("code", "")
    try:
        found = await desk.write(_set_up, kept, code, cookie_of(request, SESSION))
    except (sealing.NoKey, sealing.Unopened):
        return desk.redirect(PLACE, desk.say("This took too long. Begin again."))
    if found is None:
        return _draw(desk, kept, problem=WRONG, status=422)
    codes, token = found
    keep(desk, token)
    return desk.page("page_recovery_codes.html", here="settings", codes=codes)


@post("/settings/second-factor/codes", status_code=200)
async def renew(desk: AtDesk, request: Request) -> Response:
    """New recovery codes for who proves the factor once more."""
    codes = await _prove(desk, request, _renew)
    if not isinstance(codes, list):
        return desk.redirect(PLACE, desk.say_reason(codes))
    return desk.page("page_recovery_codes.html", here="settings", codes=codes)


@post("/settings/second-factor/off", status_code=200)
async def turn_off(desk: AtDesk, request: Request) -> Response:
    """Turns it off for who proves it once more, and whose roles do not demand it."""
    if is_demanded(desk):
        return desk.redirect(PLACE, desk.say("Your role demands a second factor, so it stays on."))
    found = await _prove(desk, request, _turn_off)
    said = desk.say_reason(found) if isinstance(found, Reason) else desk.say("The second factor is off.")
    return desk.redirect(PLACE, said)


def is_demanded(desk: Desk) -> bool:
    return not desk.model.settings.sign_in.second_factor.isdisjoint(desk.me.roles)


def too_many(braked: people.TooMany) -> Reason:
    """How long whoever guessed too often has to wait."""
    return Reason("Too many attempts. Try again in {minutes} min.", {"minutes": -(-braked.retry_after_seconds // 60)})


def picture(desk: Desk, kept: str, user_id: Any, email: str) -> dict[str, Any]:
    """The QR code of a sealed secret and the secret itself, in groups that can be typed. Raises sealing.Unopened."""
    secret = second_factor.unsealed(kept, user_id)
    told = second_factor.address(secret, email, desk.model.settings.name)
    code = segno.make(told, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"kept": kept, "picture": Markup(code), "secret": groups}  # noqa: S704 - drawn by segno


def _draw(desk: Desk, kept: str, *, problem: Reason | None = None, status: int = 200) -> Response:
    values = picture(desk, kept, desk.me.id, desk.me.email)
    return desk.page("page_second_factor.html", here="settings", status=status, problem=problem, **values)


async def _prove(desk: Desk, request: Request, then: Any) -> Any:
    code = texts(await request.form()).get("code", "")
    try:
        return await desk.write(_proven, code, then)
    except people.TooMany as braked:
        return too_many(braked)
    except (sealing.NoKey, sealing.Unopened):
        return Reason("The second factor cannot be read: the key that sealed it is not there.")


def _proven(work: Work, code: str, then: Any) -> Any:
    if not may_try(work.connection, work.actor.id, code, work.now):
        return WRONG
    return then(work)


def _set_up(work: Work, kept: str, code: str, token: str) -> tuple[list[str], str] | None:
    """The recovery codes, and the session's new secret. Nothing where one is on already: who only has the browser must
    not put theirs in its place."""
    if second_factor.since(work.connection, work.actor.id):
        return None
    codes = second_factor.set_up(work.connection, work.actor.id, kept, code, work.now)
    if codes is None:
        return None
    sessions.end_all(work.connection, work.actor.id, but=token)
    return codes, sessions.strengthen(work.connection, token)


def _renew(work: Work) -> list[str]:
    work.audit("codes_renewed", work.model.playing("user").name, work.actor.id)
    return second_factor.renew_recovery_codes(work.connection, work.actor.id)


def _turn_off(work: Work) -> None:
    second_factor.remove(work.connection, work.actor.id)
    work.audit("factor_off", work.model.playing("user").name, work.actor.id)


handlers = [begin, set_up, renew, turn_off]
