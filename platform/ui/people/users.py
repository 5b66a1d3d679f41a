"""All who may sign in: listed, and invited. For those to whom a role opens people.

They give only roles that open no more of the settings than their own, and look after nobody who has one that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from customary.engine import people, records
from customary.engine.model.role import Role
from customary.engine.people import AccountProblem, invitations
from customary.engine.people.overview import one_person, people_page
from customary.engine.records.refusal import Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import is_fresh, must_be_fresh
from customary.ui.people.new_password import can_send, link, write_invitation

SIZE = 100
HERE = "people"


@get("/settings/people")
async def users(desk: AtDesk, request: Request) -> Response:
    return await _list(desk, texts(request.query_params))


@post("/settings/people", status_code=200)
async def invite(desk: AtDesk, request: Request) -> Response:
    """Makes an account without a password, and the link with which its holder chooses one."""
    desk.must_open("people")
    await must_be_fresh(desk)
    data = await request.form()
    form, roles = texts(data), [each for each in data.getall("role", []) if isinstance(each, str)]
    made = await desk.write(_invite, desk, form, roles)
    if isinstance(made, Reason):
        return await _list(desk, {}, status=422, problem=made, given=form, chosen=roles)
    return await _list(desk, {}, invited=form.get("email", ""), link=made)


def invite_again(work: Work, desk: Desk, id: UUID) -> str:
    """A new link for somebody: to hand over by other means, or "" where a mail takes it. Raises Forbidden."""
    if not looked_after(work, id).is_let_in:
        raise Forbidden(Reason("is not let in"))
    secret = invitations.invite(work.connection, id, work.now)
    work.audit("link_made", work.model.playing("user").name, id)
    if not can_send(desk):
        return link(desk, secret)
    write_invitation(work, desk, people.of_user(work.connection, id), secret)
    return ""


def known(work: Work, id: UUID) -> people.Person:
    """Somebody who may sign in, or could. Raises Missing."""
    found = one_person(work, id)
    if found is None:
        raise Missing(HERE, id)
    return found


def looked_after(work: Work, id: UUID) -> people.Person:
    """Somebody on whose account the actor may act. Raises Missing, Forbidden."""
    found = known(work, id)
    if not may_look_after(work, found):
        raise Forbidden(Reason("This person has a role that opens what is closed to you. An administrator can help."))
    return found


def may_look_after(work: Work, person: people.Person) -> bool:
    return all(work.access.may_give(work.model.roles[name]) for name in person.roles if name in work.model.roles)


def may_give_all(work: Work, roles: Iterable[str]) -> bool:
    """Whether these are roles, and ones that the actor may give."""
    return all(name in work.model.roles and work.access.may_give(work.model.roles[name]) for name in roles)


def givable(desk: Desk) -> dict[str, Role]:
    return {name: role for name, role in desk.model.roles.items() if desk.access.may_give(role)}


async def _list(desk: Desk, query: Mapping[str, str], *, status: int = 200, **values: Any) -> Response:
    desk.must_open("people")
    found = await desk.read(_people, query.get("q", "")[:100], query.get("after", "")[:254])
    following = found[SIZE - 1][0].email if len(found) > SIZE else ""
    known = {"problem": None, "given": {}, "chosen": [], "invited": "", "link": "", "query": query.get("q", "")}
    known |= {"people": found[:SIZE], "next": following, "sends": can_send(desk), "roles": desk.model.roles}
    known |= {"givable": givable(desk), "fresh": await is_fresh(desk)}
    return desk.page("page_users.html", here=HERE, status=status, **{**known, **values})


def _people(work: Work, words: str, after: str) -> list[tuple[people.Person, str]]:
    found = people_page(work, words=words, after=after, limit=SIZE + 1)
    entity = work.model.playing("user").name
    titles = records.titles(work, [(entity, each.user_id) for each in found])
    return [(each, titles.get((entity, each.user_id), each.email)) for each in found]


def _invite(work: Work, desk: Desk, form: Mapping[str, str], roles: list[str]) -> str | Reason:
    """The link to hand over by other means, or "" where a mail takes it."""
    if not roles:
        return Reason("Choose at least one role.")
    if not may_give_all(work, roles):
        return Reason("This cannot be chosen.")
    savepoint = work.connection.begin_nested()
    try:
        id = people.add(work, form.get("email", ""), None, roles, " ".join(form.get("name", "").split()) or None)
    except AccountProblem:
        savepoint.rollback()
        return Reason("This address cannot be invited: it is none, or has an account already.")
    except Refused as refused:
        savepoint.rollback()
        problem = refused.problems[0]
        return Reason("{field} {reason}", {"field": problem.label, "reason": problem.reason})
    savepoint.commit()
    return invite_again(work, desk, id)


handlers = [users, invite]
