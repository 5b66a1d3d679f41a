"""What a page changes of a role is written into the workspace's own YAML, every other byte kept."""

from __future__ import annotations

import pytest

from customary.engine.problem import DefinitionError
from customary.engine.text.edit import EditProblem
from customary.engine.workspace import create
from customary.engine.workspace.rights import FILE, write_rights

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


@pytest.fixture
def folder(tmp_path):
    create(tmp_path / "crm", ["core", "sales"], name="Test")
    (tmp_path / "crm" / "schemas" / "mine.yaml").write_text(OWN)
    return tmp_path / "crm"


def test_a_right_changes_in_its_place_and_every_other_byte_stays(folder):
    rights = {("account", "read"): "team", ("account", "delete"): "own", ("contact", "read"): "none"}
    assert write_rights(folder, "seller", rights) == "schemas/mine.yaml"
    text = (folder / "schemas" / "mine.yaml").read_text()
    expected = OWN.replace("{read: all, update: own}", "{read: team, update: own, delete: own}")
    assert text == expected.replace("    read: team\n---", "    read: none\n---")


def test_a_role_that_says_nothing_yet_is_given_rights(folder):
    write_rights(folder, "quiet", {("task", "read"): "all", ("task", "update"): "own", ("*", "read"): "none"})
    text = (folder / "schemas" / "mine.yaml").read_text()
    assert text.startswith(OWN.rstrip("\n"))
    write_rights(folder, "quiet", {("task", "update"): "team"})
    assert "update: team" in (folder / "schemas" / "mine.yaml").read_text()


def test_a_role_of_a_pack_is_changed_by_what_the_workspace_says_over_it(folder):
    assert write_rights(folder, "sales_rep", {("lead", "read"): "team", ("*", "read"): "none"}) == FILE
    assert (folder / FILE).read_text() == ("role: sales_rep\nentities:\n  lead: {read: team}\n  '*': {read: none}\n")
    write_rights(folder, "sales_manager", {("lead", "delete"): "none"})
    write_rights(folder, "sales_rep", {("lead", "read"): "all"})
    text = (folder / FILE).read_text()
    assert "lead: {read: all}" in text and text.endswith(
        "---\nrole: sales_manager\nentities:\n  lead: {delete: none}\n"
    )


def test_nothing_is_written_where_definitions_would_have_problems_or_the_file_cannot_say_it(folder):
    with pytest.raises(DefinitionError):
        write_rights(folder, "seller", {("account", "read"): "everything"})
    assert (folder / "schemas" / "mine.yaml").read_text() == OWN
    shared = OWN.replace("account: {read", "account: &one {read").replace("contact:\n    read: team", "contact: *one")
    (folder / "schemas" / "mine.yaml").write_text(shared)
    with pytest.raises(EditProblem):
        write_rights(folder, "seller", {("contact", "read"): "own"})
    assert (folder / "schemas" / "mine.yaml").read_text() == shared
