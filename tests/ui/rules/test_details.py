"""What a step of a run carried, as people read it."""

from __future__ import annotations

from collections.abc import Callable

from customary.engine import records
from customary.engine.records import Work
from customary.ui.rules.details import details


def test_a_link_is_told_by_the_title_of_its_record(first: Callable[..., records.Record], inside: Callable) -> None:
    account = first("account")

    def told(work: Work) -> list[tuple[str, str, str]]:
        data = {"deal": {"account": str(account.id), "name": "Pumps"}}
        found = details(work, data, {}, {("account", account.id): account.title})
        return [(str(each.label), str(each.text), each.link) for each in found if each.field is None]

    assert inside(told) == [("Account", account.title, f"/account/{account.id}")]


def test_what_a_rule_calls_in_a_word_is_told_as_people_know_it(inside: Callable) -> None:
    def told(work: Work) -> list[tuple[str, str]]:
        data = {"asked": ["role:admin", "user:nobody"], "workflow": "new_lead", "done": True, "reason": "nobody"}
        return [(str(each.label), str(each.text)) for each in details(work, data, {}, {})]

    assert inside(told) == [
        ("Asked", "Role Administrator"),
        ("Asked", "user:nobody"),
        ("Rule", "Take care of a new lead"),
        ("Done", "Yes"),
        ("Reason", "There was nobody to ask."),
    ]
