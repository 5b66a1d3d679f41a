"""Roles that open parts of the settings: each part alone, its place in the rail, and nobody raises themselves by it."""

from __future__ import annotations

import dataclasses
import re

import pytest

from customary.engine import people, records
from customary.engine.model.role import Grant, Role
from customary.engine.records import saved_view
from customary.engine.words import Words

from .test_users import find

PAGES = {
    "people": ["/settings/people", "/settings/teams"],
    "roles": ["/settings/roles", "/settings/roles/sales_rep"],
    "messages": ["/messages", "/mailboxes"],
    "webhooks": ["/webhooks"],
    "audit": ["/settings/audit"],
    "releases": ["/settings/releases", "/settings/plan"],
}
SEEN = dict.fromkeys(("account", "team", "user"), Grant(read=True))


@pytest.fixture
def opening(workspace, signed_in):
    """`opening("people")` is somebody whose role opens these parts of the settings."""

    def sign_in(*parts):
        role = Role(name="office", label=Words({"en": "Office"}), entities=SEEN, settings=parts)
        model = workspace.release.model
        changed = dataclasses.replace(model, roles={**model.roles, "office": role}, digest=" ".join(parts))
        workspace.releases.keep(dataclasses.replace(workspace.release, model=changed))
        return signed_in("office")

    return sign_in


@pytest.mark.parametrize("part", PAGES)
def test_a_role_opens_its_part_of_the_settings_and_no_other(opening, part):
    client = opening(part)
    for name, paths in PAGES.items():
        for path in paths:
            assert client.get(path).status_code == (200 if name == part else 403), path
    rail = re.search(r'<div class="rail-foot">.*?</nav>', client.get("/").text, re.S)[0]
    linked = set(re.findall(r'class="rail-item" href="(/[^"]+)"', rail))
    assert linked == {PAGES[part][0]}
    assert client.post("/settings/plan").status_code == (403 if part != "releases" else 409)


def test_who_looks_after_people_gives_only_what_opens_no_more(opening, workspace, inside):
    client = opening("people")
    ann, bob = find(workspace, "ann@example.com"), find(workspace, "bob@example.com")
    page = client.get("/settings/people").text
    assert 'value="sales_rep"' in page and 'value="admin"' not in page
    new = {"email": "cy@example.com", "name": "Cy"}
    assert client.post("/settings/people", data={**new, "role": ["admin"]}).status_code == 422
    assert "/sign-in/password/" in client.post("/settings/people", data={**new, "role": ["sales_rep"]}).text
    cy = find(workspace, "cy@example.com").user_id
    client.post(f"/settings/people/{cy}/roles", data={"role": ["admin"]})
    client.post(f"/settings/people/{bob.user_id}/roles", data={"role": ["sales_manager"]})
    assert find(workspace, "cy@example.com").roles == ("sales_rep",)
    assert find(workspace, "bob@example.com").roles == ("office",)
    client.post(f"/settings/people/{cy}/roles", data={"role": ["sales_manager", "office"]})
    assert find(workspace, "cy@example.com").roles == ("sales_manager", "office")
    for act in ("roles", "invite", "second-factor", "sign-out", "deactivate", "hand-over", "activate", "look"):
        answer = client.post(f"/settings/people/{ann.user_id}/{act}", data={"to": str(bob.user_id)})
        assert answer.status_code == 403, act
    shown = client.get(f"/settings/people/{ann.user_id}")
    assert shown.status_code == 200 and "An administrator can help" in shown.text and "/deactivate" not in shown.text
    assert find(workspace, "ann@example.com") == ann
    assert inside(lambda work: people.find(work.connection, "bob@example.com")).active


def test_who_handles_runs_sees_none_over_what_they_may_not(opening, first):
    client = opening("rules")
    lead = first("lead")
    assert client.get("/workflows").status_code == 200
    assert client.post("/workflows", data={"act": "again all", "status": "failed"}).status_code == 200
    name = next(iter(client.app.state.workspace.release.model.workflows))
    assert client.post(f"/workflows/{name}/pause", data={"act": "pause"}).status_code == 200
    assert client.get(f"/workflows/{name}/why/{lead.id}").status_code == 403
    assert client.get(f"/workflows/{name}/rehearsal").status_code == 403


def test_who_may_keep_views_for_everyone_changes_those_and_no_others(opening, inside, workspace):
    def save(work, audience):
        ann = people.actor_of_user(work.connection, find(workspace, "ann@example.com").user_id, work.release)
        return saved_view.save(dataclasses.replace(work, actor=ann), "account", "Mine", audience, {"where": ""})

    of_all, of_ann = inside(save, "all"), inside(save, "me")
    opening("views")
    bob = find(workspace, "bob@example.com").user_id

    def work_of(work):
        return dataclasses.replace(work, actor=people.actor_of_user(work.connection, bob, work.release))

    saved = inside(lambda work: saved_view.save(work_of(work), "account", "Ours", "all", {"where": ""}))
    inside(lambda work: [saved_view.remove(work_of(work), each) for each in (of_all, saved)])
    with pytest.raises(records.Missing):
        inside(lambda work: saved_view.remove(work_of(work), of_ann))
