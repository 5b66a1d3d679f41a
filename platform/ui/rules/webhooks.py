"""The addresses that other systems call, and the secrets of the workspace. For administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.params import FromPath

from customary.engine.automation.outside.hooks import hooks, scheme_of
from customary.engine.messages.secrets import make_secret, secrets_kept
from customary.engine.model.rules.scheme import OURS, Scheme
from customary.engine.model.workflow import Workflow
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.sealing import has_key
from customary.ui.desk import AtDesk, Desk

HERE = "webhooks"


@dataclass(frozen=True, slots=True)
class Hook:
    """An address, what it starts, how its calls are signed, and when its secret was made; None where it has none."""

    name: str
    workflows: tuple[Workflow, ...]
    signed: Scheme
    changed: datetime | None

    @property
    def is_ours(self) -> bool:
        return self.signed == OURS


@get("/webhooks")
async def webhooks(desk: AtDesk) -> Response:
    return await _drawn(desk)


@post("/webhooks/{name:str}", status_code=200)
async def new_secret(desk: AtDesk, name: FromPath[str]) -> Response:
    """Makes a new secret for a hook and shows it, this once. The one before holds on for a day."""
    desk.must_open("webhooks")
    if not has_key():
        return await _drawn(desk)
    made = await desk.write(_made, name)
    return await _drawn(desk, name, made)


async def _drawn(desk: Desk, made_for: str = "", made: str = "") -> Response:
    desk.must_open("webhooks")
    found, others = await desk.read(_found)
    base = str(desk.request.base_url).rstrip("/")
    told = {"here": "workflows", "hooks": found, "secrets": others, "base": base, "sealed": has_key()}
    response = desk.page("page_webhooks.html", **told, made_for=made_for, made=made)
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(work: Work, name: str) -> str:
    if name not in hooks(work.model):
        raise Missing(HERE, name)
    return make_secret(work.connection, name, work.now)


def _found(work: Work) -> tuple[list[Hook], dict[str, datetime]]:
    kept = secrets_kept(work.connection)
    known = hooks(work.model)
    found = [Hook(name, tuple(rules), scheme_of(rules, name), kept.get(name)) for name, rules in known.items()]
    return found, {name: at for name, at in kept.items() if name not in known}


handlers = [webhooks, new_secret]
