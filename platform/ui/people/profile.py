"""Settings of one's own: language, time zone, appearance, password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import anyio.to_thread
from litestar import Request, Response, get, post

from customary.engine import people, records
from customary.engine.people import guessable
from customary.engine.people.overview import one_person
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui import catalogue
from customary.ui.catalogue import LANGUAGES
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import is_fresh
from customary.ui.people.new_password import can_send
from customary.ui.people.second_factor import too_many
from customary.ui.people.sign_in import ATTEMPTS
from customary.ui.visitor import SESSION, browser_of, cookie_of

CHOICES = ("language", "time_zone", "theme")
"""What a person may set for themselves, where the entity that plays user has a field of that name."""


@get("/settings")
async def settings(desk: AtDesk) -> Response:
    desk.me  # noqa: B018 - a stranger signs in first
    return await _draw(desk)


@post("/settings", status_code=200)
async def save(desk: AtDesk, request: Request) -> Response:
    form = texts(await request.form())
    problem = _problem(form)
    if problem:
        return await _draw(desk, status=422, problem=problem, given=form)
    await desk.write(_save, form)
    if form.get("theme") in ("light", "dark", "system"):
        desk.cookie("theme", form["theme"] if form["theme"] != "system" else "")
    language = form.get("language") or desk.language
    return desk.redirect("/settings", catalogue.say(language, "Settings saved"))


@post("/settings/password", status_code=200)
async def change_password(desk: AtDesk, request: Request) -> Response:
    """A new password ends all sessions of the person; this browser gets a new one."""
    form = texts(await request.form())
    outcome = await anyio.to_thread.run_sync(_change_password, desk, form, limiter=ATTEMPTS)
    if isinstance(outcome, Reason):
        return await _draw(desk, status=422, password_problem=outcome)
    desk.cookie(SESSION, outcome.token, max_age=None)
    return desk.redirect("/settings", desk.say("Password changed"))


def _save(work: Work, form: Mapping[str, str]) -> None:
    """One's own settings need no right over people's records."""
    entity = work.model.playing("user")
    if entity is None or work.actor.id is None:
        return
    names = (name for name in CHOICES if name in form and name in entity.fields)
    values = {name: form[name] or None for name in names}
    if values:
        records.update(work.as_system(), entity.name, work.actor.id, values)


def _problem(form: Mapping[str, str]) -> Reason | None:
    zone = form.get("time_zone", "")
    if zone and zone not in zones():
        return Reason("“{zone}” is not a time zone", {"zone": zone[:60]})
    if form.get("language", "en") not in LANGUAGES:
        return Reason("This language is not offered")
    return None


def _change_password(desk: Desk, form: Mapping[str, str]) -> people.Session | Reason:
    old, new = form.get("old", ""), form.get("new", "")
    if (why := guessable.why_not(new, desk.model.settings.name, desk.me.name, desk.me.email)) is not None:
        return why
    database = desk.workspace.database
    browser = browser_of(desk.request)
    try:
        account = people.prove(database, desk.release, desk.me.email, old, datetime.now(UTC), browser)
    except people.TooMany as braked:
        return too_many(braked)
    if account is None:
        return Reason("The old password is not right")
    password = people.hashed(new)
    with database.write() as connection:
        proof = people.proof_of(connection, cookie_of(desk.request, SESSION))
        now = datetime.now(UTC)
        people.set_password(connection, account.user_id, password, now)
        return people.start(connection, account.user_id, now, proof, browser)


def _has_password(work: Work) -> bool:
    """Nobody who comes in by a provider alone has one."""
    mine = one_person(work, work.actor.id) if work.actor.id else None
    return mine is not None and not mine.invited


@cache
def zones() -> tuple[str, ...]:
    """Names of time zones that people know: a region and a city."""
    regions = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return ("UTC", *sorted(name for name in available_timezones() if name.split("/")[0] in regions))


async def _draw(desk: Desk, *, status: int = 200, **values: Any) -> Response:
    record = desk.me.record or {}
    settings = desk.model.settings
    given = {"language": desk.language, "time_zone": record.get("time_zone") or "", "theme": desk.theme or "system"}
    shown = {
        "languages": {code: name for code, name in LANGUAGES.items() if code in settings.languages},
        "zones": zones(),
        "workspace_zone": str(settings.time_zone),
        "problem": None,
        "password_problem": None,
        "sends": can_send(desk),
        "fresh": await is_fresh(desk),
        "has_password": await desk.read(_has_password),
        "local_now": desk.now.astimezone(ZoneInfo(str(desk.locale.zone))),
    }
    given |= values.pop("given", {})
    return desk.page("page_settings.html", status=status, here="settings", given=given, **{**shown, **values})


handlers = [settings, save, change_password]
