"""The page of a web form: `/forms/NAME`. Nobody signs in; whoever sends it acts with the rights that the form gives.

It needs neither scripts nor cookies, so that it works within the pages of the web sites that its definition names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.automation.outside.forms import heard
from customary.engine.messages import forms
from customary.engine.messages.forms import CONSENT, Asked, Sent, Stamp
from customary.engine.model.rules.form import WebForm
from customary.engine.people.throttle import TooMany
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.catalogue import LANGUAGES
from customary.ui.desk import AtDesk, Desk
from customary.ui.form.inputs import typed_into
from customary.ui.form.typed import Typed
from customary.ui.web.rate import place_of
from customary.ui.web.security import Open
from customary.ui.web_form import shown
from customary.ui.web_form.shown import STAMP, TRAP

MOST_BYTES = 256 * 1024
TOO_OLD = Reason("This page was open for long. Look it over and send it once more.")
TOO_QUICK = Reason("That was very quick. Send it once more.")
TRAPPED = Reason("One field too many was filled in; it is empty again. Send it once more.")
TOO_OFTEN = Reason("That was too often. Wait a quarter of an hour, then send it once more.")


@get("/forms/{name:str}", opt={"public": True})
async def look(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """The empty form; the address may fill fields: `/forms/contact_us?company=Acme`."""
    form = _opened(desk, name)
    given = Typed(request.query_params.multi_items())
    return await _page(desk, form, await _read(desk, form, shown.blank, given, desk.locale))


@post("/forms/{name:str}", status_code=200, opt={"public": True}, request_max_body_size=MOST_BYTES)
async def send(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """Takes what was filled in, or shows it again with all that is wrong."""
    form = _opened(desk, name)
    typed = Typed((key, text) for key, text in (await request.form()).multi_items() if isinstance(text, str))
    stamp = forms.read_stamp(await _key(desk), form.name, typed.one(STAMP), desk.now)
    if (why := _caught(form, typed, stamp, desk)) is not None:
        return await _again(desk, form, typed, [], why)
    try:
        await _write(desk, form, _take, typed, stamp, desk)
    except Refused as refused:
        return await _again(desk, form, typed, refused.problems)
    except TooMany:
        return await _again(desk, form, typed, [], TOO_OFTEN, status=429)
    return _done(desk, form)


@get("/forms/{name:str}/thanks", opt={"public": True})
async def thanks(desk: AtDesk, name: FromPath[str]) -> Response:
    """What is said afterwards."""
    form = _opened(desk, name)
    waits = bool(form.confirmed_by) and "confirmed" not in desk.request.query_params
    return desk.page("page_web_form_thanks.html", form=form, waits=waits)


@get("/forms/{name:str}/confirm/{secret:str}", opt={"public": True})
async def ask(desk: AtDesk, name: FromPath[str], secret: FromPath[str]) -> Response:
    """Asks once more: programs that guard mail follow every link, so that looking takes nothing."""
    form = _opened(desk, name)
    return _confirming(desk, form, await _asked(desk, form, secret))


@post("/forms/{name:str}/confirm/{secret:str}", status_code=200, opt={"public": True}, request_max_body_size=4096)
async def confirm(desk: AtDesk, name: FromPath[str], secret: FromPath[str]) -> Response:
    """Takes what waited for this."""
    form = _opened(desk, name)
    asked = await _asked(desk, form, secret)
    if asked is None:
        return _confirming(desk, form, None)
    desk.language = asked.language
    try:
        await _write(desk, form, forms.confirm, secret, heard)
    except Refused:
        return _confirming(desk, form, None)
    return _led(desk, form.goes_to or _address(desk, form, "/thanks", confirmed="1"))


# Taking -------------------------------------------------------------------------------------------


def _caught(form: WebForm, typed: Typed, stamp: Stamp | None, desk: Desk) -> Reason | None:
    """What tells that a program sent it, or somebody who has to press once more; nothing typed is lost."""
    if stamp is None:
        return TOO_OLD
    if not form.spam:
        return None
    if typed.one(TRAP):
        return TRAPPED
    return TOO_QUICK if stamp.is_quick(desk.now) else None


def _take(work: Work, form: WebForm, typed: Typed, stamp: Stamp, desk: Desk) -> None:
    """Takes it, or writes the mail whose link it waits for. Raises Refused with all that is wrong, and TooMany."""
    entries = typed_into(work, form.fields, typed, desk.locale)
    values = {name: each.value for name, each in entries.items() if name not in form.hidden or each.problem is None}
    sent = Sent(stamp.id, desk.language, values, typed.one(CONSENT) == "true", place_of(desk.request))
    wrong = {name: each.problem for name, each in entries.items() if each.problem and name not in form.hidden}
    if wrong:
        unread = [FieldProblem(name, reason, form.fields[name].label) for name, reason in wrong.items()]
        raise Refused([*unread, *(each for each in forms.problems_of(work, form, sent) if each.field not in wrong)])
    if form.confirmed_by:
        forms.ask(work, form, sent, _letter(desk, form))
    else:
        forms.take(work, form, sent, heard)


def _letter(desk: Desk, form: WebForm) -> Callable[[str], tuple[str, str]]:
    """The mail that asks for confirmation, around its link."""
    values = {"form": form.label.in_language(desk.language), "name": desk.model.settings.name}

    def written(link: str) -> tuple[str, str]:
        subject = desk.say("Please confirm: {form}", **values)
        body = desk.say(
            "Hello,\n\nsomebody, most likely you, filled in “{form}” at {name}. Nothing is kept before you confirm it "
            "here, within three days:\n\n{link}\n\nIf it was not you, do nothing.\n",
            link=link,
            **values,
        )
        return subject, body

    return written


def _done(desk: Desk, form: WebForm) -> Response:
    """On to what is said afterwards; the page of others comes once it is confirmed."""
    return _led(desk, _address(desk, form, "/thanks") if form.confirmed_by or not form.goes_to else form.goes_to)


def _led(desk: Desk, address: str) -> Response:
    return Response(b"", status_code=303, headers={"Location": address, "Cache-Control": "no-store"})


# Drawing ------------------------------------------------------------------------------------------


async def _page(desk: Desk, form: WebForm, found: shown.Shown, stamp: str = "", status: int = 200) -> Response:
    values = {
        "shown": found,
        "form": form,
        "stamp": stamp or forms.stamp(await _key(desk), form.name, desk.now),
        "action": _address(desk, form),
        "trap": TRAP,
        "consent": CONSENT,
        "languages": {code: LANGUAGES[code] for code in desk.model.settings.languages if code in LANGUAGES},
    }
    return desk.page("page_web_form.html", status=status, **values)


async def _again(
    desk: Desk, form: WebForm, typed: Typed, problems: list[FieldProblem], *told: Reason, status: int = 422
) -> Response:
    """The form with what was typed. It keeps its stamp as long as that is good, so that nothing is taken twice."""
    found = await _read(desk, form, shown.sent, typed, desk.locale, problems, *told)
    kept = "" if TOO_OLD in told else typed.one(STAMP)
    return await _page(desk, form, found, kept, status)


def _confirming(desk: Desk, form: WebForm, asked: Asked | None) -> Response:
    if asked is not None:
        desk.language = asked.language
    values = {"form": form, "asked": asked is not None, "again": _address(desk, form)}
    return desk.page("page_web_form_confirm.html", status=200 if asked else 410, **values)


def _opened(desk: Desk, name: str) -> WebForm:
    """The form of a name, in the language that the address asks for, open to the sites that may show it."""
    form = desk.model.web_forms.get(name)
    if form is None:
        raise NotFoundException
    wanted = desk.request.query_params.get("language", "")
    if wanted in desk.model.settings.languages:
        desk.language = wanted
    if form.embed:
        desk.header("Cross-Origin-Resource-Policy", "cross-origin")
    leads = urlsplit(form.goes_to)
    desk.request.scope.setdefault("state", {})["open"] = Open(
        framed_by=form.embed, leads_to=(f"{leads.scheme}://{leads.netloc}",) if form.goes_to else ()
    )
    return form


def _address(desk: Desk, form: WebForm, end: str = "", **more: str) -> str:
    """An address of the form, which goes on in the language that was asked for."""
    asked = desk.request.query_params.get("language", "")
    query = urlencode({**({"language": desk.language} if asked else {}), **more})
    return f"/forms/{form.name}{end}{'?' if query else ''}{query}"


# Working ------------------------------------------------------------------------------------------


async def _read(desk: Desk, form: WebForm, fn: Callable[..., Any], *args: Any) -> Any:
    return await desk.workspace.database.reading(_in_work, desk, form, fn, args)


async def _write(desk: Desk, form: WebForm, fn: Callable[..., Any], *args: Any) -> Any:
    return await desk.workspace.database.writing(_in_work, desk, form, fn, args)


def _in_work(connection: Any, desk: Desk, form: WebForm, fn: Callable[..., Any], args: tuple) -> Any:
    work = forms.work_of(connection, desk.release, form, desk.language, desk.now)
    return fn(work, form, *args)


async def _asked(desk: Desk, form: WebForm, secret: str) -> Asked | None:
    return await desk.workspace.database.reading(forms.asked_with, form, secret, desk.now)


async def _key(desk: Desk) -> str:
    """The key that stamps are signed with; the first visitor of all makes it."""
    database = desk.workspace.database
    return await database.reading(forms.key) or await database.writing(forms.make_key)


handlers = [look, send, thanks, ask, confirm]
