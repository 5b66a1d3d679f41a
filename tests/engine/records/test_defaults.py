"""Defaults that read: the stage that is entered, other defaults, and who makes the record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from customary.engine.database import Database

from ..conftest import DEFINITIONS, Crm

READING = (
    DEFINITIONS
    + """---
entity: claim
title: name
fields:
  name: {type: text, required: true}
  kind: {type: text, default: large}
  noted: {type: text, default: '{{ hint }}!'}
  hint: {type: text, default: '=stage + " " + kind'}
  chance: {type: decimal, default: =probability}
  doubt: {type: decimal, default: =unlikely}
  unlikely: {type: decimal, formula: 100 - probability}
  pressing: {type: boolean, default: =open}
---
entity: visit
title: name
fields:
  name: {type: text}
  lead: {type: user}
  until: {type: date, default: '=begins + days_long'}
  begins: {type: date, default: =planned}
  days_long: {type: duration, default: '=long ? duration("7d") : duration("1d")'}
  long: {type: boolean, default: true}
  planned: {type: date, formula: day}
  day: {type: date, default: '2026-03-30'}
  helpers: {type: users, default: '=[user]'}
  hosts: {type: links, to: user, default: '=[lead]'}
---
pipeline: small
entity: claim
where: kind == "small"
stages: {filed: {probability: 90}}
---
pipeline: large
entity: claim
where: kind == "large"
stages: {checked: {probability: 20}, paid: {probability: 100, outcome: won}}
"""
)


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, READING)


def test_defaults_read_the_stage_a_new_record_enters(crm: Crm) -> None:
    made = crm.values("claim", crm.add("claim", name="A"))
    assert (made["stage"], made["hint"], made["noted"]) == ("checked", "checked large", "checked large!")
    assert (made["chance"], made["doubt"], made["pressing"]) == (Decimal(20), Decimal(80), True)
    paid = crm.values("claim", crm.add("claim", name="B", stage="paid", doubt=Decimal(1)))
    assert (paid["hint"], paid["chance"], paid["doubt"], paid["pressing"]) == ("paid large", 100, 1, False)
    assert crm.value("claim", crm.add("claim", name="C", kind="small"), "hint") == "filed small"


def test_a_default_reads_another_wherever_that_is_written(crm: Crm) -> None:
    made = crm.values("visit", crm.add("visit"))
    assert (made["begins"], made["until"]) == (date(2026, 3, 30), date(2026, 4, 6))
    made = crm.values("visit", crm.add("visit", long=False, day=date(2026, 4, 1)))
    assert made["until"] == date(2026, 4, 2)


def test_defaults_of_lists_take_records(crm: Crm) -> None:
    mary = crm.person("Mary", "admin")
    made = crm.values("visit", crm.add("visit", mary, lead=mary.id))
    assert made["helpers"] == made["hosts"] == (mary.id,)
    assert crm.value("visit", crm.add("visit"), "helpers") == ()
