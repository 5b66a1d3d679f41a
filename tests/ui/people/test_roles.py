"""Roles as a table that leads to a plan, and teams as a tree."""

from __future__ import annotations

import re

from customary.engine import people, records


def test_the_table_says_what_the_yaml_says_and_saving_leads_to_its_plan(client, workspace):
    page = client.get("/settings/roles/sales_rep").text
    assert chosen(page, "lead.read") == "own" and chosen(page, "account.read") == "all"
    assert chosen(page, "rate.create") == "none" and chosen(page, "*.read") == ""
    assert chosen(page, "user.update") == "=id == user.id"
    form = {name: chosen(page, name) for name in re.findall(r'<select[^>]* name="([^"]+)"', page)}
    plan = client.post("/settings/roles/sales_rep", data={**form, "lead.read": "team"})
    assert str(plan.url).endswith("/settings/plan") and "sales_rep" in plan.text
    written = (workspace.directory / "schemas" / "roles.yaml").read_text()
    assert written == "role: sales_rep\nentities:\n  lead: {read: team}\n"
    assert chosen(client.get("/settings/roles/sales_rep").text, "lead.read") == "own"
    digest = re.search(r'name="digest" value="([^"]+)"', plan.text)[1]
    client.post("/settings/plan", data={"digest": digest})
    assert chosen(client.get("/settings/roles/sales_rep").text, "lead.read") == "team"


def test_what_cannot_be_a_right_is_refused_and_nothing_is_written(client, workspace):
    for data in ({"lead.read": "everything"}, {"lead.read": "=true"}, {"lead.read": "\0"}):
        assert client.post("/settings/roles/sales_rep", data=data).status_code == 422
    assert client.post("/settings/roles/admin", data={"lead.read": "own"}).status_code == 422
    client.post("/settings/roles/sales_rep", data={"nothing.read": "all", "lead.fly": "all"})
    assert client.get("/settings/roles/nobody").status_code == 404
    assert client.post("/settings/roles/nobody").status_code == 404
    assert not (workspace.directory / "schemas" / "roles.yaml").exists()


def test_teams_stand_below_the_teams_they_are_part_of(client, inside):
    def make(work):
        north = records.create(work, "team", {"name": "Zz North"})
        athens = records.create(work, "team", {"name": "Zz Athens", "parent": north})
        bob = people.add(work, "bob@example.com", None, ["sales_rep"], "Bob Chan")
        records.update(work, "user", bob, {"team": athens})

    inside(make)
    text = client.get("/settings/teams").text
    lines = re.findall(r'<li class="tree-line" data-depth="(\d)".*?</li>', text, re.S)
    assert lines[-2:] == ["0", "1"]
    assert text.index(">Zz North<") < text.index(">Zz Athens<") < text.index("Bob Chan")


def test_only_administrators_see_them(signed_in):
    client = signed_in("sales_manager")
    for path in ("/settings/roles", "/settings/roles/admin", "/settings/teams"):
        assert client.get(path).status_code == 403
    assert client.post("/settings/roles/sales_manager", data={"lead.read": "all"}).status_code == 403


def chosen(page, name):
    """What a select of the table has chosen."""
    select = re.search(rf'<select[^>]* name="{re.escape(name)}".*?</select>', page, re.S)[0]
    return re.search(r'<option value="([^"]*)" selected>', select)[1]
