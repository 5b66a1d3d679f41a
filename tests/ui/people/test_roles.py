"""Roles as a table that leads to a plan, and teams as a tree."""

from __future__ import annotations

import re

from customary.engine import people, records


def test_the_table_says_what_the_yaml_says_and_saving_leads_to_its_plan(client, workspace):
    page = client.get("/settings/roles/sales_rep").text
    assert chosen(page, "lead.read") == "own" and chosen(page, "account.read") == "all"
    assert chosen(page, "rate.create") == "none" and chosen(page, "*.read") == ""
    assert chosen(page, "user.update") == "rule" and 'name="user.update.rule" value="=id == user.id"' in page
    form = {name: chosen(page, name) for name in re.findall(r'<select[^>]* name="([^"]+)"', page)}
    plan = client.post("/settings/roles/sales_rep", data={**form, "lead.read": "team"})
    assert str(plan.url).endswith("/settings/plan") and "sales_rep" in plan.text
    written = (workspace.directory / "schemas" / "roles.yaml").read_text()
    assert written == "role: sales_rep\nentities:\n  lead: {read: team}\n"
    assert chosen(client.get("/settings/roles/sales_rep").text, "lead.read") == "own"
    apply(client, plan)
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


def test_expressions_pipelines_buttons_and_settings_are_edited_on_the_page(client, workspace):
    (workspace.directory / "workflows").mkdir(exist_ok=True)
    (workspace.directory / "workflows" / "hello.yaml").write_text(
        "workflow: hello\nwhen: {button: lead}\ndo: [{note: Hello}]\n"
    )
    workspace.apply(by="test")
    data = {
        "lead.read": "rule",
        "lead.read.rule": "owner == user || owner == null",
        "sales.moves": "some",
        "sales.pair": ["qualify>propose"],
        "sales.reopen": "yes",
        "has.buttons": "yes",
        "buttons": ["hello"],
        "has.settings": "yes",
        "settings": ["audit"],
    }
    plan = client.post("/settings/roles/sales_rep", data=data)
    assert str(plan.url).endswith("/settings/plan") and "owner == null" in plan.text
    apply(client, plan)
    page = client.get("/settings/roles/sales_rep").text
    assert chosen(page, "lead.read") == "rule" and 'value="=owner == user || owner == null"' in page
    for name, value in (("sales.pair", "qualify&gt;propose"), ("buttons", "hello"), ("settings", "audit")):
        assert re.search(rf'name="{name}" value="{value}" checked', page), name
    role = workspace.release.model.roles["sales_rep"]
    assert role.pipelines["sales"] == {"move": (("qualify", "propose"),), "reopen": True}
    none = {"sales.moves": "all", "has.buttons": "yes", "has.settings": "yes"}
    apply(client, client.post("/settings/roles/sales_rep", data=none))
    role = workspace.release.model.roles["sales_rep"]
    assert (role.buttons, role.settings, role.pipelines["sales"]) == ((), (), {"reopen": False})


def test_a_rule_that_cannot_be_said_is_explained_and_kept(client, workspace):
    data = {"lead.read": "rule", "lead.read.rule": "=ownr == user", "has.settings": "yes", "settings": ["audit"]}
    answer = client.post("/settings/roles/sales_rep", data=data)
    assert answer.status_code == 422 and "ownr" in answer.text and "Did you mean" in answer.text
    assert 'value="=ownr == user"' in answer.text and 'name="settings" value="audit" checked' in answer.text
    assert not (workspace.directory / "schemas" / "roles.yaml").exists()
    wrong = ({"sales.moves": "some", "sales.pair": "a>b>c"}, {"has.buttons": "yes", "buttons": "nothing"})
    for each in (*wrong, {"has.settings": "yes", "settings": "everything"}, {"*.read": "rule"}):
        assert client.post("/settings/roles/sales_rep", data=each).status_code == 422
    assert client.post("/settings/roles/sales_rep", files={"lead.read": b"all"}).status_code == 200


def test_fields_have_a_page_of_their_own(client, workspace):
    page = client.get("/settings/roles/sales_rep/user").text
    assert chosen(page, "email") == "read_only" and chosen(page, "name") == ""
    assert not any(f'name="{name}"' in page for name in ("id", "revision", "created_at"))
    plan = client.post("/settings/roles/sales_rep/user", data={"email": "", "name": "read_only", "manager": "hidden"})
    written = (workspace.directory / "schemas" / "roles.yaml").read_text()
    assert written == ("role: sales_rep\nentities:\n  user: {fields: {name: read_only, email: ~, manager: hidden}}\n")
    apply(client, plan)
    marks = workspace.release.model.roles["sales_rep"].entities["user"].fields
    assert marks == {"manager": "hidden", "team": "read_only", "name": "read_only"}
    assert client.post("/settings/roles/sales_rep/user", data={"email": "closed"}).status_code == 422
    for nothing in ("/settings/roles/sales_rep/nothing", "/settings/roles/sales_rep/*", "/settings/roles/admin/user"):
        assert client.get(nothing).status_code == 404


def apply(client, plan):
    digest = re.search(r'name="digest" value="([^"]+)"', plan.text)[1]
    assert client.post("/settings/plan", data={"digest": digest}).status_code == 200
