"""All who may sign in: listed, and invited. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException

from customary.engine import people, records
from customary.engine.people import AccountProblem, invitations
from customary.engine.people.overview import one_person, people_page
from customary.engine.records.refusal import Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.new_password import can_send, link, write_invitation

SIZE = 100
HERE = "people"


@get("/settings/people")
async def users(desk: AtDesk, request: Request) -> Response:
    return await _list(desk, texts(request.query_params))


@post("/settings/people", status_code=200)
async def invite(desk: AtDesk, request: Request) -> Response:
    """Makes an account without a password, and the link with which its holder chooses one."""
    only_admins(desk)
    data = await request.form()
    form, roles = texts(data), [each for each in data.getall("role", []) if isinstance(each, str)]
    made = await desk.write(_invite, desk, form, roles)
    if isinstance(made, Reason):
        return await _list(desk, {}, status=422, problem=made, given=form, chosen=roles)
    return await _list(desk, {}, invited=form.get("email", ""), link=made)


def only_admins(desk: Desk) -> None:
    if not desk.access.admin:
        raise PermissionDeniedException("People and roles are looked after by administrators only.")


def invite_again(work: Work, desk: Desk, id: UUID) -> str:
    """A new link for somebody: to hand over by other means, or "" where a mail takes it."""
    known(work, id)
    secret = invitations.invite(work.connection, id, work.now)
    if not can_send(desk):
        return link(desk, secret)
    write_invitation(work, desk, people.of_user(work.connection, id), secret)
    return ""


def known(work: Work, id: UUID) -> people.Person:
    """Somebody who may sign in, or could. Raises Missing."""
    found = one_person(work.connection, id)
    if found is None:
        raise Missing(HERE, id)
    return found


async def _list(desk: Desk, query: Mapping[str, str], *, status: int = 200, **values: Any) -> Response:
    only_admins(desk)
    found = await desk.read(_people, query.get("q", "")[:100], query.get("after", "")[:254])
    following = found[SIZE - 1][0].email if len(found) > SIZE else ""
    known = {"problem": None, "given": {}, "chosen": [], "invited": "", "link": "", "query": query.get("q", "")}
    known |= {"people": found[:SIZE], "next": following, "sends": can_send(desk), "roles": desk.model.roles}
    return desk.page("page_users.html", here=HERE, status=status, **{**known, **values})


def _people(work: Work, words: str, after: str) -> list[tuple[people.Person, str]]:
    found = people_page(work.connection, words=words, after=after, limit=SIZE + 1)
    entity = work.model.playing("user").name
    titles = records.titles(work, [(entity, each.user_id) for each in found])
    return [(each, titles.get((entity, each.user_id), each.email)) for each in found]


def _invite(work: Work, desk: Desk, form: Mapping[str, str], roles: list[str]) -> str | Reason:
    """The link to hand over by other means, or "" where a mail takes it."""
    if not roles:
        return Reason("Choose at least one role.")
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
