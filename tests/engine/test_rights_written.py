"""What a page changes of a role is written into the workspace's own YAML, every other byte kept."""

from __future__ import annotations

import pytest

from customary.engine.problem import DefinitionError
from customary.engine.text.edit import EditProblem
from customary.engine.workspace import create
from customary.engine.workspace.rights import FILE, write_role

OWN = """# Who sells.
role: seller   # theirs
label: {en: Seller}
entities:
  account: {read: all, update: own}   # not delete
  contact:
    read: team
---
role: quiet
"""


def to(*way):
    return ("entities", *way)


@pytest.fixture
def folder(tmp_path):
    create(tmp_path / "crm", ["core", "sales"], name="Test")
    (tmp_path / "crm" / "schemas" / "mine.yaml").write_text(OWN)
    return tmp_path / "crm"


def test_a_right_changes_in_its_place_and_every_other_byte_stays(folder):
    rights = {
        to("account", "read"): "team",
        to("account", "delete"): "own",
        to("contact", "read"): "none",
    }
    assert write_role(folder, "seller", rights) == "schemas/mine.yaml"
    text = (folder / "schemas" / "mine.yaml").read_text()
    expected = OWN.replace("{read: all, update: own}", "{read: team, update: own, delete: own}")
    assert text == expected.replace("    read: team\n---", "    read: none\n---")


def test_a_role_that_says_nothing_yet_is_given_rights(folder):
    write_role(
        folder,
        "quiet",
        {to("task", "read"): "all", to("task", "update"): "own", to("*", "read"): "none"},
    )
    text = (folder / "schemas" / "mine.yaml").read_text()
    assert text.startswith(OWN.rstrip("\n"))
    write_role(folder, "quiet", {to("task", "update"): "team"})
    assert "update: team" in (folder / "schemas" / "mine.yaml").read_text()


def test_a_role_of_a_pack_is_changed_by_what_the_workspace_says_over_it(folder):
    assert write_role(folder, "sales_rep", {to("lead", "read"): "team", to("*", "read"): "none"}) == FILE
    assert (folder / FILE).read_text() == ("role: sales_rep\nentities:\n  lead: {read: team}\n  '*': {read: none}\n")
    write_role(folder, "sales_manager", {to("lead", "delete"): "none"})
    write_role(folder, "sales_rep", {to("lead", "read"): "all"})
    text = (folder / FILE).read_text()
    assert "lead: {read: all}" in text and text.endswith(
        "---\nrole: sales_manager\nentities:\n  lead: {delete: none}\n"
    )


def test_nothing_is_written_where_definitions_would_have_problems_or_the_file_cannot_say_it(folder):
    with pytest.raises(DefinitionError):
        write_role(folder, "seller", {to("account", "read"): "everything"})
    assert (folder / "schemas" / "mine.yaml").read_text() == OWN
    shared = OWN.replace("account: {read", "account: &one {read").replace("contact:\n    read: team", "contact: *one")
    (folder / "schemas" / "mine.yaml").write_text(shared)
    with pytest.raises(EditProblem):
        write_role(folder, "seller", {to("contact", "read"): "own"})
    assert (folder / "schemas" / "mine.yaml").read_text() == shared


def test_fields_pipelines_buttons_and_settings_are_written_and_taken_back(folder):
    said = {
        to("account", "fields", "industry"): "hidden",
        to("account", "read"): "=owner == user",
        ("pipelines", "sales", "move"): [["qualify", "propose"]],
        ("pipelines", "sales", "reopen"): True,
        ("settings",): ["people"],
    }
    write_role(folder, "seller", said)
    text = (folder / "schemas" / "mine.yaml").read_text()
    assert "account: {read: =owner == user, update: own, fields: {industry: hidden}}   # not delete" in text
    assert "pipelines:\n  sales: {move: [[qualify, propose]], reopen: true}\nsettings:\n  - people\n---" in text
    gone = {to("account", "fields", "industry"): None, ("pipelines", "sales", "move"): None}
    write_role(folder, "seller", {**gone, ("settings",): None, ("buttons",): None})
    text = (folder / "schemas" / "mine.yaml").read_text()
    assert "fields: {}}   # not delete" in text and "pipelines:\n  sales: {reopen: true}\n---" in text


def test_what_a_pack_says_is_taken_away_by_saying_nothing(folder):
    mark = to("user", "fields", "team")
    write_role(folder, "sales_rep", {mark: None})
    assert (folder / FILE).read_text() == "role: sales_rep\nentities:\n  user: {fields: {team: ~}}\n"
    write_role(folder, "sales_rep", {mark: "hidden", ("buttons",): []})
    assert (folder / FILE).read_text() == (
        "role: sales_rep\nentities:\n  user: {fields: {team: hidden}}\nbuttons: []\n"
    )
