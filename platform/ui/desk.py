"""The desk: what one request works with, and how it answers."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from customary.engine import access
from customary.engine.locale import Locale, locale
from customary.engine.model.model import Model
from customary.engine.people.actor import Actor
from customary.engine.records.refusal import Forbidden
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Release
from customary.engine.words import Reason
from customary.ui import catalogue, frame, icons, render
from customary.ui.visitor import (
    VISITOR,
    cookie_name,
    cookie_of,
    csrf_of,
    is_secure,
    one_of,
    visitor_of,
    wanted_languages,
    zone_of,
)

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

Result = TypeVar("Result")
NOTICE = "customary_notice"
LOOKS_ONLY = Reason("You look at this as somebody else: nothing can be changed.")
_PATH = re.compile(r"(/[\w-]+)+")
"""A path of ours that takes back what a notice tells."""


class SignInNeeded(Exception):
    """The page is for people who are signed in; the answer leads to the sign-in and back."""


class ProofNeeded(Exception):
    """It was too long ago that the person proved who they are; the answer leads to doing so and back."""


class Desk:
    """One request's view of the workspace: who asks, under which release, in which language.

    `read` and `write` run `fn(work, *args)` in a thread as one unit of work; `page` and `part` draw.
    The release is taken once and kept to the end of the request.
    """

    # Not a dataclass: Litestar would take that for the shape of a request and rebuild it field by field.
    def __init__(
        self,
        request: Request,
        workspace: Workspace,
        release: Release,
        actor: Actor | None,
        now: datetime,
        looker: Actor | None = None,
    ) -> None:
        self.request = request
        self.workspace = workspace
        self.release = release
        self.actor = actor
        self.now = now
        self.looker = looker
        """The administrator who looks at everything as `actor` does."""
        self._headers: dict[str, str] = {}
        self._events: dict[str, Any] = {}
        self._cookies: list[Cookie] = []
        self.afterwards: BackgroundTask | None = None
        """What is done when the answer has gone out."""

    # Who and where ------------------------------------------------------------------------------

    @property
    def model(self) -> Model:
        return self.release.model

    @cached_property
    def language(self) -> str:
        """The person's own language, else the browser's, else the workspace's first."""
        known = self.model.settings.languages
        if self.actor and self.actor.language in known:
            return self.actor.language
        wanted = [cookie_of(self.request, "language"), *wanted_languages(self.request)]
        return next((each for each in wanted if each in known), known[0])

    @cached_property
    def locale(self) -> Locale:
        settings = self.model.settings
        zone = zone_of(self.actor) or settings.time_zone
        return locale(self.language, zone, first_weekday=settings.first_weekday, currency=settings.currency)

    @property
    def me(self) -> Actor:
        """The person who asks. Raises SignInNeeded for a stranger."""
        if self.actor is None:
            raise SignInNeeded
        return self.actor

    @cached_property
    def access(self) -> access.Access:
        return access.compile(self.model, self.me)

    def must_open(self, part: str) -> None:
        """Raises Forbidden where no role of theirs opens a part of the settings."""
        if not self.access.may_open(part):
            raise Forbidden(Reason("Your role does not open this part of the settings."))

    @property
    def htmx(self) -> bool:
        """Whether only a part of a page is wanted (a history restore wants the whole one)."""
        headers = self.request.headers
        return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"

    @cached_property
    def csrf(self) -> str:
        """What a form of this visitor carries as `_csrf`, and HTMX as `X-CSRF-Token`."""
        return csrf_of(visitor_of(self.request) or self._greet())

    @cached_property
    def nonce(self) -> str:
        return self.request.scope.setdefault("state", {}).setdefault("nonce", secrets.token_urlsafe(16))

    # Units of work ------------------------------------------------------------------------------

    async def read(self, fn: Callable[..., Result], *args: Any) -> Result:
        """`fn(work, *args)` on a reading connection, in a thread."""
        return await self.workspace.database.reading(self._in_work, self.me, fn, args)

    async def read_at_once(self, fn: Callable[..., Result], *args: Any) -> Result:
        """The same without a thread where that can be: for what asks little and reckons little."""
        return await self.workspace.database.at_once(self._in_work, self.me, fn, args)

    async def write(self, fn: Callable[..., Result], *args: Any) -> Result:
        """`fn(work, *args)` as one transaction, in a thread."""
        if self.looker is not None:
            raise Forbidden(LOOKS_ONLY)
        return await self.workspace.database.writing(self._in_work, self.me, fn, args)

    async def try_out(self, fn: Callable[..., Result], *args: Any, brief: bool) -> Result:
        """`fn(work, *args)` in a thread, with nothing kept of it; others may save meanwhile, unless it is `brief`."""
        return await self.workspace.database.trying(self._in_work, self.me, fn, args, brief=brief)

    def _in_work(self, connection: Any, actor: Actor, fn: Callable[..., Result], args: tuple) -> Result:
        return fn(Work(connection, self.release, actor, self.now, Cause("form")), *args)

    # Answers ------------------------------------------------------------------------------------

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A whole page. The template extends `page_base.html`."""
        return self._answer(self.draw(template, **values), status)

    def part(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A part of a page alone, for a swap."""
        return self._answer(self.draw(template, **values), status)

    def draw(self, template: str, **values: Any) -> str:
        """A template as text. It sees `desk` besides its own values."""
        return render.render(self.locale, icons.sprite_url(self.model), template, desk=self, **values)

    def redirect(self, path: str, notice: str = "", *, undo: str = "") -> Response:
        """On to another page; `notice` is shown there once, with a way to take it back: a path to POST to."""
        if notice:
            self.cookie(NOTICE, f"{undo}&{quote(notice)}", max_age=60)
        if self.htmx:
            self._headers["HX-Redirect"] = path
            return self._answer("", 200)
        self._headers["Location"] = path
        return self._answer("", 303)

    def nothing(self, status: int = 200) -> Response:
        """No content of its own: toasts and events only."""
        self._headers["HX-Reswap"] = "none"
        return self._answer("", status)

    def toast(self, text: str, *, kind: str = "done", undo: str = "") -> None:
        """A short message with the answer to an HTMX request. `undo` is a path to POST to take it back."""
        self.event("toast", {"text": text, "kind": kind, "undo": undo})

    def event(self, name: str, detail: Any = None) -> None:
        """An event for the browser, sent with the answer (`HX-Trigger`)."""
        self._events[name] = detail

    def header(self, name: str, value: str) -> None:
        self._headers[name] = value

    def cookie(self, name: str, value: str, *, max_age: int | None = 31_536_000) -> None:
        """A cookie that scripts cannot read; `max_age` 0 removes it, None lasts as long as the browser."""
        made = Cookie(
            key=cookie_name(self.request, name),
            value=value,
            path="/",
            max_age=max_age,
            httponly=True,
            samesite="lax",
            secure=is_secure(self.request),
        )
        self._cookies.append(made)

    def say(self, text: str, /, **values: object) -> str:
        """A text of ours in the reader's language, its `{holes}` filled."""
        return catalogue.say(self.language, text, **values)

    def say_reason(self, reason: Reason) -> str:
        """Why something was refused, in the reader's language."""
        return catalogue.say_reason(self.language, reason)

    def count_say(self, one: str, many: str, count: int, /, **values: object) -> str:
        """A text that depends on a number, which it names `{count}`."""
        return catalogue.count_say(self.language, one, many, count, self.locale.number(count), **values)

    # What the frame shows -----------------------------------------------------------------------

    @property
    def navigation(self) -> tuple[frame.Group, ...]:
        """The rail: groups of the entities this person may read."""
        return frame.navigation(self.model, self.access, self.language) if self.actor else ()

    def way_to(self, *parts: str) -> str:
        """The address of the first of these parts of the settings that is open to them, or ""."""
        return next((frame.SETTINGS[part] for part in parts if self.access.may_open(part)), "")

    @property
    def user_entity(self) -> str:
        """The name of the entity whose records are the people who work here."""
        people = self.model.playing("user")
        return people.name if people else ""

    @property
    def first_places(self) -> tuple[frame.Item, ...]:
        """What a phone's bottom bar has room for."""
        return tuple(item for group in self.navigation for item in group.items)[:2]

    @property
    def accent_hue(self) -> int | None:
        """The hue the workspace chose; the shade is computed by the style sheet so that it stays readable."""
        return frame.hue_of(self.model.settings.accent)

    @property
    def theme(self) -> str:
        """light, dark or "" for what the system says: the person's own choice, else this browser's."""
        chosen = (self.actor.record or {}).get("theme") if self.actor else None
        return one_of(chosen or cookie_of(self.request, "theme"), ("light", "dark"))

    @property
    def density(self) -> str:
        return one_of(cookie_of(self.request, "density"), ("compact", "comfortable"))

    @property
    def narrow_rail(self) -> bool:
        return cookie_of(self.request, "rail") == "narrow"

    @cached_property
    def notice(self) -> tuple[str, str]:
        """What the page before wanted said here, and the path that takes it back; shown once."""
        undo, _, told = cookie_of(self.request, NOTICE).partition("&")  # the path holds no “&”, and a title may
        if told:
            self.cookie(NOTICE, "", max_age=0)
        return told[:300], undo if _PATH.fullmatch(undo) else ""

    def _greet(self) -> str:
        """Gives a stranger a cookie, so that the sign-in form can be told from a forged one."""
        visitor = secrets.token_urlsafe(24)
        self.cookie(VISITOR, visitor, max_age=None)
        return visitor

    def _answer(self, body: str, status: int) -> Response:
        if self._events:
            self._headers["HX-Trigger"] = json.dumps(self._events)
        return Response(
            body,
            status_code=status,
            media_type=MediaType.HTML,
            headers={"Cache-Control": "no-store", "Vary": "HX-Request", **self._headers},
            cookies=self._cookies,
            background=self.afterwards,
        )


AtDesk = NamedDependency[Desk]
"""How a handler asks for its desk."""


def texts(mapping: Mapping[str, Any]) -> dict[str, str]:
    """The first value of each key of a query or a form, as text."""
    return {key: value for key, value in mapping.items() if isinstance(value, str)}
