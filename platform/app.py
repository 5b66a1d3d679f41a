"""The web process, put together: routes, security, errors, start and stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from customary.ui import api, board, errors, home, imports, inbox, releases, search
from customary.ui import list as lists
from customary.ui.arrival import open_desk
from customary.ui.dashboard import page as dashboard
from customary.ui.form import page as form
from customary.ui.form import pick
from customary.ui.mail import aside, compose, mailboxes, mails, outbox, tracked, unsubscribe
from customary.ui.people import (
    address,
    audit,
    keys,
    looking,
    new_password,
    passkeys,
    profile,
    prove,
    roles,
    second_factor,
    sessions,
    sign_in,
    single_sign_on,
    teams,
    user,
    users,
)
from customary.ui.record import attached, dossier, erasure, fact, lifetime, rights, secret, stage, timeline
from customary.ui.record import page as record
from customary.ui.rules import button, decide, hooks, rehearsal, runs, webhooks
from customary.ui.rules import overview as rules
from customary.ui.survey import page as survey
from customary.ui.web import files, heads, health, metrics, request, security
from customary.ui.web.rate import Quota
from customary.ui.web_form import overview as web_forms
from customary.ui.web_form import page as web_form

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

PAGES = (
    api,
    health,
    metrics,
    files,
    attached,
    sign_in,
    new_password,
    passkeys,
    single_sign_on,
    home,
    inbox,
    decide,
    search,
    dashboard,
    profile,
    address,
    prove,
    sessions,
    second_factor,
    keys,
    users,
    user,
    teams,
    roles,
    lists,
    board,
    form,
    pick,
    fact,
    secret,
    record,
    stage,
    button,
    timeline,
    lifetime,
    erasure,
    dossier,
    looking,
    audit,
    rights,
    rehearsal,
    rules,
    runs,
    outbox,
    mailboxes,
    mails,
    aside,
    compose,
    unsubscribe,
    tracked,
    web_forms,
    web_form,
    survey,
    hooks,
    webhooks,
    imports,
    releases,
)
"""The page families; each gives its `handlers`. Fixed paths win over `/{entity}`."""


def create_app(workspace: Workspace, *, worker: bool = False) -> Litestar:
    """The ASGI application of one workspace. With `worker` it also runs the rules, in a thread of its own."""
    app = Litestar(
        route_handlers=[handler for page in PAGES for handler in page.handlers],
        request_class=request.Request,
        dependencies={"desk": Provide(open_desk)},
        before_request=security.same_visitor,
        exception_handlers=errors.handlers,
        lifespan=[_running(workspace)] if worker else [],
        state=State({"workspace": workspace, "quota": Quota()}),
        openapi_config=None,
        logging_config=None,
    )
    # Around the routing too: an address that is none is answered like all others.
    app.asgi_handler = heads.answered(security.headers(app.asgi_handler))
    return app


def _running(workspace: Workspace) -> Callable[[Litestar], AsyncIterator[None]]:
    @asynccontextmanager
    async def run(_app: Litestar) -> AsyncIterator[None]:
        worker = workspace.worker()
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    return run
