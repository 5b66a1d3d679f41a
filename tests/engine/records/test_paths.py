"""Paths over links in conditions: of any depth, and through links that may lead to several entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from customary.engine import access, records
from customary.engine.database import Database
from customary.engine.expressions import ExpressionError
from customary.engine.fields.any_link import AnyLink
from customary.engine.records import Query, RecordScope, storage

from ..conftest import DEFINITIONS, Crm

ABOUT = DEFINITIONS.replace(
    "  about: {type: any_link}\n  due",
    "  about: {type: any_link, to: [account, deal]}\n  told: {type: text, formula: about.name}\n  due",
)
CONDITIONS = {
    'about.name == "Acme"': {"Ask"},
    "about.owner == user": {"Ask", "Win"},
    "about.owner.team.parent.parent == null && about != null": {"Ask", "Win", "Old"},
    'told.starts_with("Big")': {"Win"},
    "about == null || about.created_at > now()": {"Rest"},
    'about.owner.team.members.exists(m, m.team.name == "North")': {"Ask", "Win"},
    'about.name == "Gone"': {"Old"},
}


@pytest.fixture
def tasks(database: Database) -> tuple[Crm, Any, dict[str, UUID]]:
    crm = Crm(database, ABOUT)
    mary = crm.person("Mary", "admin", team=crm.add("team", name="North"))
    account = crm.add("account", mary, name="Acme")
    deal = crm.add("deal", mary, name="Big", account=account)
    gone = crm.add("account", name="Gone")
    ends = {"Ask": AnyLink("account", account), "Win": AnyLink("deal", deal), "Old": AnyLink("account", gone)}
    ids = {title: crm.add("task", title=title, about=ends.get(title)) for title in (*ends, "Rest")}
    with crm.work() as work:
        records.archive(work, "account", gone)
    return crm, mary, ids


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_all_targets_share_can_be_asked(tasks: tuple[Crm, Any, dict[str, UUID]], text: str) -> None:
    crm, mary, ids = tasks
    with crm.reading(mary) as work:
        condition = records.compile_where(work, "task", text)
        page = records.select(work, "task", Query(where=condition))
        found = {each.values["title"] for each in page.records} & ids.keys()
        scopes = {title: RecordScope(work, "task", storage.load(work, "task", id)) for title, id in ids.items()}
        assert {title for title, scope in scopes.items() if condition.holds(scope)} == found == CONDITIONS[text]


def test_what_one_target_lacks_cannot(tasks: tuple[Crm, Any, dict[str, UUID]]) -> None:
    crm, mary, _ = tasks
    with crm.reading(mary) as work, pytest.raises(ExpressionError) as caught:
        records.compile_where(work, "task", "about.industry == null")
    assert (caught.value.summary, caught.value.offset) == ("“deal” has no field “industry”", 6)


def test_a_computed_field_hides_with_what_it_reads_behind_such_a_link(database: Database) -> None:
    definitions = ABOUT.replace("  note: {type: long_text}", "  note: {type: long_text}\n  secret: {type: text}")
    crm = Crm(database, definitions.replace("formula: about.name", "formula: about.secret"))
    rights = access.compile(crm.release.model, crm.person("Mary", "seller"))
    assert "told" in rights.hidden("task")


def test_a_computed_field_that_needs_itself_behind_such_a_link_is_a_problem(database: Database) -> None:
    definitions = ABOUT.replace(
        "  secret: {type: text}", "  name_of_last: {type: text, formula: tasks.last().told}"
    ).replace("to: [account, deal]}", "to: [account], inverse: tasks}")
    with pytest.raises(Exception, match="needs its own value"):
        Crm(database, definitions.replace("formula: about.name", "formula: about.name_of_last"))
