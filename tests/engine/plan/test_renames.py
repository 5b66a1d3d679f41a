"""What has no table is renamed too, with what people and runs know it by."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from customary.engine.automation.tables import run
from customary.engine.people.accounts import account

PET = "entity: pet\nfields:\n  name: {type: text}\n"
ROLE = "---\nrole: {name}\n{was}entities: {{pet: {{read: all}}}}\n"
WORKFLOW = "---\nworkflow: {name}\n{was}when: {{created: pet}}\ndo: [{{set: {{name: x}}}}]\n"


def role(name: str, was: str = "") -> str:
    return ROLE.format(name=name, was=f"was: {was}\n" if was else "")


def workflow(name: str, was: str = "") -> str:
    return WORKFLOW.format(name=name, was=f"was: {was}\n" if was else "")


def employ(ground, email: str, *roles: str) -> None:
    row = {"user_id": uuid4(), "email": email, "roles": list(roles), "active": True}
    with ground.database.write() as connection:
        connection.execute(account.insert(), row)


def roles_of(ground) -> dict[str, list[str]]:
    with ground.database.read() as connection:
        return dict(connection.execute(sa.select(account.c.email, account.c.roles)).all())


def test_who_holds_a_renamed_role_keeps_it(ground):
    ground.apply(PET + role("vet") + role("clerk"))
    employ(ground, "ann", "clerk", "vet")
    employ(ground, "bob", "clerk")
    assert ground.apply(PET + role("doctor", "vet") + role("clerk")) == ["→ role vet becomes doctor"]
    assert roles_of(ground) == {"ann": ["clerk", "doctor"], "bob": ["clerk"]}


def test_roles_swap_their_names(ground):
    ground.apply(PET + role("vet") + role("clerk"))
    employ(ground, "ann", "vet")
    employ(ground, "bob", "clerk")
    ground.apply(PET + role("vet", "clerk") + role("clerk", "vet"))
    assert roles_of(ground) == {"ann": ["clerk"], "bob": ["vet"]}


def test_a_new_role_of_the_old_name_is_another(ground):
    ground.apply(PET + role("vet"))
    employ(ground, "ann", "vet")
    lines = ground.apply(PET + role("vet") + role("doctor", "vet"))
    assert (lines, roles_of(ground)) == (["→ role vet becomes doctor", "+ role vet"], {"ann": ["doctor"]})


def test_the_runs_of_a_renamed_workflow_stay_its_own(ground):
    ground.apply(PET + workflow("greet"))
    row = dict.fromkeys(("id", "change", "record"), uuid4()) | {"workflow": "greet", "release": 1, "entity": "pet"}
    row |= {"cause": {}, "status": "done", "cursor": 1, "results": {}, "attempts": 1, "at": datetime.now(UTC)}
    with ground.database.write() as connection:
        connection.execute(run.insert(), row)
    assert ground.apply(PET + workflow("welcome", "greet")) == ["→ workflow greet becomes welcome"]
    with ground.database.read() as connection:
        assert connection.execute(sa.select(run.c.workflow)).scalars().all() == ["welcome"]
