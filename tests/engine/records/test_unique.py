"""Values that no two records may share, computed ones among them."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Refused

from ..conftest import DEFINITIONS, Crm

OWN = (
    DEFINITIONS
    + """---
entity: part
title: name
fields:
  name: {type: text}
  size: {type: integer}
  made_by: {type: link, to: firm}
  code: {type: text, formula: upper(trim(name)), unique: true}
  maker: {lookup: made_by.name}
unique: {of_maker: [maker, size]}
---
entity: firm
title: name
fields: {name: {type: text}, parts: {type: integer, rollup: size(all_parts)}}
"""
).replace("made_by: {type: link, to: firm}", "made_by: {type: link, to: firm, inverse: all_parts}")


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, OWN)


def refused(act, *args, **values) -> list[tuple]:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    return [(each.field, str(each.reason)) for each in found.value.problems]


TAKEN = "is already taken by another record"


def test_a_computed_value_is_taken_by_one_record_only(crm: Crm) -> None:
    bolt, nut = crm.add("part", name="Bolt"), crm.add("part", name="Nut")
    assert refused(crm.add, "part", name=" bolt") == [("code", TAKEN)]
    assert refused(crm.update, "part", nut, name="BOLT") == [("code", TAKEN)]
    crm.update("part", bolt, name="bolt")
    crm.add("part", name=None)
    crm.add("part", name=None)
    with crm.work() as work:
        records.archive(work, "part", bolt)
    crm.update("part", nut, name="Bolt")
    with crm.work() as work, pytest.raises(Refused):
        records.restore(work, "part", bolt)


def test_what_follows_from_other_records_is_kept_apart_too(crm: Crm) -> None:
    acme, best = crm.add("firm", name="Acme"), crm.add("firm", name="Best")
    crm.add("part", name="A", size=1, made_by=acme)
    other = crm.add("part", name="B", size=1, made_by=best)
    crm.add("part", name="C", size=2, made_by=best)
    assert refused(crm.add, "part", name="D", size=1, made_by=acme) == [
        ("size", "is already taken together with Maker")
    ]
    assert refused(crm.update, "firm", best, name="Acme") == [(None, "would give two records (Part) the same Maker")]
    assert crm.value("part", other, "maker") == "Best"
    crm.update("part", other, size=3)
    crm.update("firm", best, name="Acme")
    assert crm.value("part", other, "maker") == "Acme"
