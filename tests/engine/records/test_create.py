"""Making records: values, defaults, rules, and what is written beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Missing, Refused


def test_a_field_nobody_knows_and_nothing_is_near_to_is_told_alone(crm):
    with crm.work() as work, pytest.raises(Refused) as caught:
        records.create(work, "deal", {"name": "A", "xylophone": 1})
    told = [str(each.reason) for each in caught.value.problems if "xylophone" in str(each.reason)]
    assert told == ["has no field “xylophone”"]


def test_a_record_is_read_back_as_it_was_made(crm):
    account = crm.add("account", name="Acme", industry="steel", tags=("big", "old"))
    deal = crm.add(
        "deal", name="Press", account=account, amount=Money(Decimal("12.50"), "EUR"), closes=date(2026, 4, 1)
    )
    with crm.reading() as work:
        found = records.get(work, "deal", deal)
    assert found.title == "Press"
    assert found.titles["account", account] == "Acme"
    assert found.values["amount"] == Money(Decimal("12.50"), "EUR")
    assert found.values["closes"] == date(2026, 4, 1)
    assert found.values["revision"] == 1
    assert found.values["stage"] == "qualify"
    assert found.values["open"] is True
    assert found.values["weighted"] == Money(Decimal("1.25"), "EUR")
    assert found.values["number"] == "D-2026-001"
    assert crm.values("account", account)["tags"] == ("big", "old")


def problems_of(refused) -> list[tuple[str | None, str]]:
    return sorted((each.field or "", str(each.reason)) for each in refused.value.problems)


def test_everything_wrong_is_said_at_once_and_nothing_is_written(crm):
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.create(
            work,
            "deal",
            {
                "amount": Money(Decimal(-1), "EUR"),
                "discount": Decimal(50),
                "closes": "soon",
                "account": uuid4(),
                "lost_reason": "weather",
                "number": "D-1",
                "nme": "Press",
                "stage": "proposal",
            },
        )
    assert problems_of(refused) == [
        ("", "has no field “nme”. Did you mean “name”?"),
        ("account", "names a record that does not exist or cannot be chosen"),
        ("amount", "must be at least 0"),
        ("closes", "must be a date"),
        ("discount", "must be at most 40"),
        ("lost_reason", "must be one of: Price, Timing"),
        ("name", "is required"),
        ("number", "is kept by the system and cannot be set"),
        ("stage", "must be one of: Qualify, Propose, Negotiate, Won, Lost"),
    ]
    assert crm.rows("deal") == 0
    assert crm.queued() == []


def test_one_write_is_one_change_row_and_one_queue_row_where_a_workflow_cares(crm):
    account = crm.add("account", name="Acme")
    deal = crm.add("deal", name="Press", account=account, owner=None)
    assert [(each["kind"], each["entity"], each["before"]) for each in crm.changes(account)] == [
        ("created", "account", None)
    ]
    assert crm.changes(account)[0]["after"] == {"name": "Acme", "active": True}
    assert crm.changes(deal)[0]["after"] == {
        "name": "Press",
        "account": str(account),
        "number": "D-2026-001",
        "stage": "qualify",
        "probability": "10",
        "stage_entered_at": crm.changes(deal)[0]["after"]["stage_entered_at"],
    }
    assert crm.queued() == [deal]


def test_defaults_fill_what_is_untouched(crm):
    mary = crm.person("Mary", "seller")
    assert crm.value("deal", crm.add("deal", mary, name="A"), "owner") == mary.id
    assert crm.value("account", crm.add("account", mary, name="B"), "active") is True
    assert crm.value("account", crm.add("account", mary, name="C", active=False), "active") is False


def test_a_check_that_is_unknown_passes_and_one_that_is_false_does_not(crm):
    crm.add("deal", name="A")
    with pytest.raises(Refused) as refused:
        crm.add("deal", name="A", closes=date(2020, 1, 1))
    assert problems_of(refused) == [("closes", "must not be before creation")]


def test_a_condition_makes_a_field_required_only_where_it_holds(crm):
    crm.add("deal", name="A")
    with pytest.raises(Refused) as refused:
        crm.add("deal", name="A", stage="lost")
    assert problems_of(refused) == [("lost_reason", "is required")]
    crm.add("deal", name="A", stage="lost", lost_reason="price")


def test_a_form_drops_what_it_does_not_show_and_a_program_means_what_it_says(crm):
    with crm.work(origin="form") as work:
        from_form = records.create(work, "deal", {"name": "A", "lost_reason": "price"})
    from_program = crm.add("deal", name="A", lost_reason="price")
    assert crm.value("deal", from_form, "lost_reason") is None
    assert crm.value("deal", from_program, "lost_reason") == "price"


def test_a_unique_value_is_refused_at_its_field(crm):
    crm.add("account", name="Acme")
    with pytest.raises(Refused) as refused:
        crm.add("account", name="Acme")
    assert problems_of(refused) == [("name", "is already taken by another record")]


def test_values_that_are_unique_together_are_refused_together(crm):
    account = crm.add("account", name="Acme")
    crm.add("deal", name="A", account=account)
    crm.add("deal", name="B", account=account)
    crm.add("deal", name="A")
    crm.add("deal", name="A")
    with pytest.raises(Refused) as refused:
        crm.add("deal", name="A", account=account)
    assert [str(each.reason) for each in refused.value.problems] == ["is already taken together with Name"]


def test_a_link_obeys_the_condition_on_what_may_be_chosen(crm):
    asleep = crm.add("account", name="Asleep", active=False)
    with pytest.raises(Refused) as refused:
        crm.add("deal", name="A", account=asleep)
    assert problems_of(refused) == [("account", "names a record that does not exist or cannot be chosen")]


def test_many_to_many_links_are_kept_once_each(crm):
    one, two = crm.add("contact", last="One"), crm.add("contact", last="Two")
    deal = crm.add("deal", name="A", contacts=(two, one, two))
    assert set(crm.value("deal", deal, "contacts")) == {one, two}
    assert set(crm.changes(deal)[0]["after"]["contacts"]) == {str(one), str(two)}
    with pytest.raises(Refused):
        crm.add("deal", name="A", contacts=(one, uuid4()))


def test_running_numbers_have_no_gaps_and_begin_anew_every_year(crm):
    assert crm.value("deal", crm.add("deal", name="A"), "number") == "D-2026-001"
    with pytest.raises(ZeroDivisionError), crm.work() as work:
        records.create(work, "deal", {"name": "Lost"})
        raise ZeroDivisionError
    assert crm.value("deal", crm.add("deal", name="B"), "number") == "D-2026-002"
    crm.now = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # already the new year in the workspace's zone
    assert crm.value("deal", crm.add("deal", name="C"), "number") == "D-2027-001"


def test_many_rows_are_written_together_or_not_at_all(crm):
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.create_many(work, "account", [{"name": "A"}, {"name": "B"}, {"name": "A"}, {}])
    assert refused.value.row == 2
    assert crm.rows("account") == 0


def test_bad_rows_among_many_may_be_told_and_left_out(crm):
    told = []
    rows = [{"name": "A"}, {}, {"name": "B"}, {"name": "A"}]
    with crm.work() as work:
        ids = records.create_many(
            work, "account", rows, lambda row, problems: told.append((row, str(problems[0].reason)))
        )
    assert told == [(1, "is required"), (3, "is already taken by another record")]
    assert [id is None for id in ids] == [False, True, False, True]
    assert crm.rows("account") == 2


def test_an_unknown_entity_is_missing(crm):
    with pytest.raises(Missing), crm.work() as work:
        records.create(work, "nothing", {})


def test_what_its_maker_could_not_read_is_made_only_unseen(crm):
    ann, bob = crm.person("Ann", "seller"), crm.person("Bob", "seller")
    account = crm.add("account", bob, name="Acme")
    with pytest.raises(Missing), crm.work(ann) as work:
        records.create(work, "contact", {"last": "Berg", "account": account}, to_read=True)
    assert crm.rows("contact") == 0
    with crm.work(bob) as work:
        mine = records.create(work, "contact", {"last": "Berg", "account": account}, to_read=True)
    assert crm.value("contact", mine, "last") == "Berg"
    crm.add("contact", ann, last="Unseen", account=account)
    assert crm.rows("contact") == 2
