"""No plan leaves a workspace to nobody."""

from __future__ import annotations

import pytest
from tests.engine.plan.conftest import NOW

from customary.engine.people.accounts import account
from customary.engine.plan import Unfit

USER = "\nentity: user\nplays: user\ntitle: name\nfields: {name: {type: text}}"
ADMIN = "\n---\nrole: admin\nadmin: true"
BOSS = "\n---\nrole: boss\nadmin: true"
CHIEF = "\n---\nrole: chief\nadmin: true"
SELLER = "\n---\nrole: seller\nentities: {user: {read: all}}"
ADMIN_SELLS = ADMIN.replace("admin: true", "entities: {user: {read: all}}")
NOBODY_SIGNS_IN = USER.replace("plays: user\n", "")


@pytest.fixture
def ann(ground):
    ground.apply(USER + ADMIN + SELLER)
    return person(ground, "ann", ["admin"])


def person(ground, name, roles, **values):
    id = ground.add("user", name=name, **values)
    row = {"user_id": id, "email": f"{name}@example.com", "roles": roles, "active": True}
    with ground.database.write() as connection:
        connection.execute(account.insert().values(**row))
    return id


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    "text",
    [USER + ADMIN_SELLS + BOSS, USER + CHIEF + SELLER, NOBODY_SIGNS_IN + ADMIN + SELLER],
    ids=["lowered", "gone", "nobody signs in"],
)
def test_what_would_leave_nobody_who_may_do_everything_is_not_applied(ground, text):
    person(ground, "bob", ["seller"])
    person(ground, "old", ["admin", "boss", "chief"], archived_at=NOW)
    (problem,) = ground.plan(text).problems
    assert "nobody who is let in could do everything any more: so far it is “admin” that lets them" in problem
    with pytest.raises(Unfit):
        ground.apply(text)


@pytest.mark.usefixtures("ann")
def test_a_role_may_go_as_long_as_somebody_has_another(ground):
    ground.apply(USER + ADMIN + BOSS + SELLER)
    person(ground, "bob", ["boss"])
    ground.apply(USER + BOSS + SELLER)
    assert ground.plan(USER + CHIEF + SELLER).problems


@pytest.mark.usefixtures("ann")
def test_a_role_that_only_has_another_name_keeps_its_holders(ground):
    renamed = BOSS.replace("admin:", "was: admin\nadmin:")
    assert ground.plan(USER + renamed.replace("admin: true", "entities: {user: {read: all}}") + ADMIN + SELLER).problems
    ground.apply(USER + renamed + SELLER)
    assert ground.plan_undo().problems == ()


def test_where_nobody_was_let_in_before_nothing_is_forbidden(ground):
    ground.apply(USER + ADMIN + SELLER)
    person(ground, "bob", ["seller"])
    ground.apply(USER + CHIEF + SELLER)
