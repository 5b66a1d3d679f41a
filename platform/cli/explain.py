"""explain: why somebody may or may not do something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import open_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.people.actor import Actor
    from customary.engine.records.reader.explain import Explanation, Said
    from customary.engine.records.work import Work

_ALLOWED = {True: "may", False: "may not", None: "may, where a rule holds,"}


@click.command("explain")
@click.argument("user")
@click.argument("entity", required=False)
@click.argument("record", required=False)
@click.argument("act", required=False)
@workspace
def explain_command(user: str, entity: str | None, record: str | None, act: str | None, directory: Path) -> None:
    """Say which role lets a person do what, by which rule and with which values; without an entity, which parts of the
    settings they may open, which buttons press and which pipelines reopen.

    \b
    Example: customary explain ann@example.com
             customary explain ann@example.com deal
             customary explain ann@example.com deal 0190c8f2-6f6a-7c3e-9d0a-3a1f0c1b2d3e update
    """
    from customary.engine.access import ACTS
    from customary.engine.people.actor import SYSTEM

    if record in ACTS and act is None:
        record, act = None, record
    if act is not None and act not in ACTS:
        raise Failure(f"“{act}” is no act. Known: {', '.join(ACTS)}.", WRONG_USE)
    opened = open_workspace(directory)
    with opened.database.read() as connection:
        work = opened.work(connection, SYSTEM)
        actor = _actor(work, user)
        click.echo(f"{actor.name} ({', '.join(actor.roles) or 'no role'})")
        for line in _lines(work, actor, entity, record, act) if entity else _openings(work, actor):
            click.echo(line)


def _actor(work: Work, user: str) -> Actor:
    from customary.engine import people

    account = people.find(work.connection, user)
    actor = people.actor_of_user(work.connection, account.user_id, work.release) if account else None
    if actor is None:
        raise Failure(f"Nobody signs in as {user}.", WRONG_USE)
    return actor


def _openings(work: Work, actor: Actor) -> Iterator[str]:
    from customary.engine import access
    from customary.engine.access.openings import openings

    for each in openings(access.compile(work.model, actor)):
        yield f"{_ALLOWED[each.allowed]} {each.act} {each.name}"
        yield from (f"  {role} denies it" for role in each.denying)
        yield from (f"  {role} grants it" for role in each.granting)
        if not each.granting and not each.denying:
            yield "  no role grants it"


def _lines(work: Work, actor: Actor, entity: str, record: str | None, act: str | None) -> Iterator[str]:
    from customary.engine.records import Missing
    from customary.engine.records.reader.explain import explain, marks

    try:
        found = explain(work, actor, entity, UUID(record) if record else None)
    except ValueError:
        raise Failure(f"“{record}” is not the id of a record.", WRONG_USE) from None
    except Missing:
        raise Failure(f"There is no {entity} {record or ''}".rstrip() + ".", WRONG_USE) from None
    for each in found:
        if act in (None, each.act):
            yield from _of_act(each)
    for mark in marks(work, actor, entity) if act is None else ():
        yield f"  {mark.field} is {'hidden' if mark.how == 'hidden' else 'read-only'}: {mark.why}"


def _of_act(each: Explanation) -> Iterator[str]:
    yield f"{_ALLOWED[each.allowed]} {each.act} {each.entity}"
    for said in each.said:
        yield f"  {_told(said)}"
    if not each.said:
        yield "  no role grants it"


def _told(said: Said) -> str:
    if said.rule == "shared":
        return "it was shared with them"
    verb = "denies" if said.denies else "grants"
    of = f" as its {said.of} allows it" if said.of else ""
    holds = {True: ": it holds", False: ": it does not hold", None: ""}[said.holds]
    values = ", ".join(f"{each.path} = {'empty' if each.plain is None else each.plain}" for each in said.values)
    return f"{said.role} {verb} {said.rule}{of}{holds}{f' ({values})' if values else ''}"
