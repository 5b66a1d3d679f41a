"""Records have the outcome and the probability that their stage says today."""

from __future__ import annotations

from decimal import Decimal

DEALS = """
entity: deal
title: name
fields:
  name: {type: text}
  amount: {type: integer}
  key: {type: boolean}
  weighted: {type: integer, formula: amount * probability / 100, index: true}
---
pipeline: sales
entity: deal
where: key != true
stages:
  begun: {probability: 40}
  ended: {outcome: lost}
---
pipeline: large
entity: deal
stages:
  begun: {probability: 20}
  ended: {outcome: won}
"""

AGAIN = DEALS.replace("{probability: 40}", "{probability: 50}").replace("{outcome: lost}", "{outcome: done}")


def seen(ground, *ids) -> list[tuple]:
    names = ("probability", "outcome", "weighted")
    return [tuple(ground.value("deal", id, name) for name in names) for id in ids]


def test_records_follow_their_stage_and_so_does_what_is_computed_of_it(ground):
    ground.apply(DEALS)
    begun = ground.create("deal", {"amount": 10, "key": False})
    ended = ground.create("deal", {"amount": 10, "key": False, "stage": "ended"})
    large = ground.create("deal", {"amount": 10, "key": True})
    before = seen(ground, begun, ended, large)
    assert before == [(Decimal(40), None, 4), (Decimal(0), "lost", 0), (Decimal(20), None, 2)]
    lines = ground.plan(AGAIN).lines
    assert [(str(each), each.grade, [(one.kind, one.count) for one in each.impact]) for each in lines[1:]] == [
        ("~ stage sales.begun: probability 40 → 50", "online", [("rows", 2)]),
        ("~ stage sales.ended: outcome lost → done", "online", [("rows", 1)]),
    ]
    ground.apply(AGAIN)
    assert seen(ground, begun, ended, large) == [(Decimal(50), None, 5), (None, "done", None), before[2]]
    ground.undo()
    assert seen(ground, begun, ended, large) == before


def test_a_record_in_a_stage_that_comes_back_has_what_it_says_then(ground):
    text = DEALS.replace("  ended: {outcome: won}\n", "")
    ground.apply(text)
    id = ground.create("deal", {"key": False, "stage": "ended"})
    ground.apply(text.replace("  ended: {outcome: lost}\n", ""))
    ground.apply(text.replace("{outcome: lost}", "{outcome: won}"))
    assert seen(ground, id) == [(Decimal(100), "won", None)]
