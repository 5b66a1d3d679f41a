"""Among whom work is shared out: a team, a role, or a list of users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people.accounts import account
from customary.engine.records import storage
from customary.engine.records.work import Work


def candidates(work: Work, among: str | tuple[str, ...]) -> list[UUID]:
    """The users meant, in the order of their ids, without those who were archived or may no longer sign in."""
    users = work.model.playing("user")
    if users is None:
        return []
    away = set(work.connection.execute(sa.select(account.c.user_id).where(~account.c.active)).scalars())
    present = [each for each in storage.load_all(work, users.name) if each["id"] not in away]
    if isinstance(among, tuple):
        chosen = [
            each for each in present if {str(each.get("email")), str(each.get("name")), str(each["id"])} & {*among}
        ]
    elif among.startswith("role "):
        chosen = _with_role(work, among.removeprefix("role ").strip(), present)
    else:
        chosen = _of_team(work, users.name, among.removeprefix("team ").strip(), present)
    return sorted(each["id"] for each in chosen)


def _with_role(work: Work, role: str, present: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = work.connection.execute(sa.select(account.c.user_id, account.c.roles).where(account.c.active))
    holders = {row.user_id for row in rows if role in row.roles}
    return [each for each in present if each["id"] in holders]


def _of_team(work: Work, users: str, name: str, present: list[dict[str, Any]]) -> list[dict[str, Any]]:
    team = work.model.playing("team")
    link = next((each.name for each in work.model.entities[users].fields.values() if _is_team(each, team)), None)
    if team is None or link is None:
        return []
    wanted = {each["id"] for each in storage.load_all(work, team.name) if _is_called(each, name)}
    return [each for each in present if each.get(link) in wanted]


def _is_team(field: Any, team: Any) -> bool:
    return team is not None and field.kind == "link" and field.to == team.name


def _is_called(team: Mapping[str, Any], name: str) -> bool:
    """By its code, or by its name however that is written: Inside sales is inside_sales."""
    return name == team.get("code") or _tidy(name) == _tidy(str(team.get("name") or ""))


def _tidy(name: str) -> str:
    return "_".join(name.casefold().split())
