"""Why somebody may or may not: by which role and rule, with which values."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.records import sharing
from customary.engine.records.reader.explain import explain, marks


def told(crm, actor, entity, id=None, act="read", asker=None):
    with crm.reading(*([asker] if asker else [])) as work:
        found = next(each for each in explain(work, actor, entity, id) if each.act == act)
    rules = [(said.role, said.rule, said.holds, {each.path: each.plain for each in said.values}) for said in found.said]
    return found.allowed, rules


def test_a_rule_is_told_with_what_it_read(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    account = crm.add("account", mary, name="Acme")
    deal, contact = crm.add("deal", mary, name="A"), crm.add("contact", last="Lee", account=account)
    assert told(crm, mary, "deal", deal) == (True, [("seller", "own", True, {"owner": mary.id})])
    assert told(crm, john, "deal", deal) == (False, [("seller", "own", False, {"owner": mary.id})])
    rule = "=account.owner == user"
    assert told(crm, mary, "contact", contact) == (True, [("seller", rule, True, {"account.owner": mary.id})])
    assert told(crm, john, "contact", contact) == (False, [("seller", rule, False, {"account.owner": mary.id})])


def test_without_a_record_it_may_depend(crm):
    mary = crm.person("Mary", "seller", "viewer")
    assert told(crm, mary, "deal") == (True, [("seller", "own", None, {}), ("viewer", "all", None, {})])
    assert told(crm, mary, "deal", act="update") == (None, [("seller", "own", None, {})])
    assert told(crm, mary, "deal", act="export") == (False, [])
    assert told(crm, crm.person("Ann", "admin"), "deal", act="delete") == (True, [("admin", "all", True, {})])


def test_rows_are_explained_by_their_parent_and_shares_are_told(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    deal = crm.add("deal", mary, name="A", lines=[{"product": "Bolt"}])
    (line,) = crm.value("deal", deal, "lines")
    assert told(crm, john, "line", line) == (False, [("seller", "own", False, {"owner": mary.id})])
    with crm.work(mary) as work:
        sharing.share(work, "deal", deal, ("user", john.id))
    assert told(crm, john, "deal", deal)[1][-1] == ("", "shared", True, {})
    assert told(crm, john, "line", line)[0] is True
    assert told(crm, john, "line", line, "update")[0] is False


def test_marks_of_fields_are_told_with_what_people_call_their_roles(crm):
    mary = crm.person("Mary", "seller")
    with crm.reading() as work:
        found = [(each.field, each.how, str(each.why)) for each in marks(work, mary, "account")]
    assert found == [("secret", "hidden", "hidden by Seller"), ("tags", "read_only", "closed by Seller")]


def test_who_asks_is_not_told_what_they_do_not_see(crm):
    mary = crm.person("Mary", "seller")
    crm.add("account", mary, name="Acme")
    deal = crm.add("deal", mary, name="A")
    stranger = crm.person("Eve", "closer")
    assert told(crm, mary, "deal", deal, asker=stranger) == (True, [("seller", "own", True, {"owner": mary.id})])
    with crm.reading() as work, pytest.raises(records.Missing):
        explain(work, mary, "deal", mary.id)
