"""What is taken out of the definitions is listed, and destroyed when it has been long enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from customary.engine.plan import CannotUndo, apply, finish, recover
from customary.engine.plan.proof import prove
from customary.engine.plan.retired.purge import Destroy, purge
from customary.engine.plan.retired.retired import retired
from customary.engine.records.changes import change
from customary.engine.releases import load_catalogue

START = """
entity: deal
title: name
fields:
  name: {type: text}
  score: {type: integer}
  worth: {type: money}
  source: {type: choice, options: [web, phone, fair]}
  also: {type: choices, options: [web, phone]}
  visits: {type: links, to: visit}
---
entity: visit
title: name
fields:
  name: {type: text, search: true}
  deal: {type: link, to: deal}
  number: {type: auto_number, format: 'V-###'}
---
pipeline: sales
entity: deal
stages: {open: {}, offered: {}, won: {outcome: won}}
"""
LATER = """
entity: deal
title: name
fields:
  name: {type: text}
  worth: {type: decimal}
  source: {type: choice, options: [web]}
  also: {type: choices, options: [web]}
---
pipeline: sales
entity: deal
stages: {open: {}, won: {outcome: won}}
"""

GONE = [("x_deal", "f_score"), ("x_deal", "f_worth"), ("x_visit", "f_name"), ("l_deal_visits", "source")]


@pytest.fixture
def shrunk(ground):
    ground.apply(START)
    deal = ground.create("deal", {"name": "A", "score": 3, "worth": 5, "source": "phone", "also": ["web", "phone"]})
    visit = ground.create("visit", {"name": "Athens", "deal": deal})
    ground.update("deal", deal, {"visits": [visit]})
    ground.apply(LATER)
    return ground


def listed(ground) -> list[str]:
    with ground.database.read() as connection:
        found = retired(connection, load_catalogue(connection))
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return [str(each).removesuffix(f", since release 2 ({today})") for each in found]


def plan_purge(ground, after: timedelta = timedelta(days=91), older_than: timedelta | None = None):
    with ground.database.read() as connection:
        return purge(connection, ground.release, datetime.now(UTC) + after, older_than)


def purged(ground) -> list[str]:
    plan = plan_purge(ground)
    ground.release = apply(ground.database, plan, plan.source, "test")
    finish(ground.database, plan, ground.release, timedelta(0))
    return [f"{line.sign} {line.kind} {line.path}" for line in plan.lines]


def test_everything_that_is_retired_is_listed(shrunk):
    assert listed(shrunk) == [
        "option deal.also.phone: 1 record with it",
        "field deal.score: 1 value",
        "option deal.source.fair: 0 records with it",
        "option deal.source.phone: 1 record with it",
        "stage deal.stage.offered: 0 records with it",
        "field deal.visits: 1 value",
        "values deal.worth: 1 value",
        "entity visit: 1 record",
    ]


def test_nothing_is_purged_before_its_time(shrunk):
    assert plan_purge(shrunk, timedelta(days=89)).empty
    assert plan_purge(shrunk, timedelta(days=89), timedelta(days=30)).lines
    assert {line.grade for line in plan_purge(shrunk).lines} == {"destructive"}


def test_a_purge_destroys_what_is_retired_and_nothing_else(shrunk):
    assert purged(shrunk) == [
        "- retired field deal.score",
        "- retired field deal.visits",
        "- retired values deal.worth",
        "- retired entity visit",
    ]
    assert listed(shrunk) == [
        "option deal.also.phone: 1 record with it",
        "option deal.source.fair: 0 records with it",
        "option deal.source.phone: 1 record with it",
        "stage deal.stage.offered: 0 records with it",
    ]
    with shrunk.database.read() as connection:
        assert prove(connection, shrunk.release.tables) == []
        known = sa.inspect(connection)
        for table, column in GONE:
            if known.has_table(table) and column in {each["name"] for each in known.get_columns(table)}:
                where = sa.column(column).is_not(None)
                left = sa.select(sa.func.count()).select_from(sa.table(table, sa.column(column))).where(where)
                assert connection.execute(left).scalar() == 0
        entities = set(connection.execute(sa.select(change.c.entity)).scalars())
        (deal,) = connection.execute(sa.select(shrunk.release.tables.entity("deal").table)).all()
    values = shrunk.release.tables.entity("deal").load(deal)
    assert (values["name"], values["worth"], values["source"], values["also"]) == ("A", 5, "phone", ("web", "phone"))
    assert entities == {"deal"}
    assert plan_purge(shrunk).empty


def test_what_was_purged_comes_back_empty_under_a_place_of_its_own(shrunk):
    purged(shrunk)
    shrunk.apply(START)
    deal = shrunk.release.tables.entity("deal")
    assert (deal.column_name("score"), shrunk.release.tables.entity("visit").table.name) == ("f_score_2", "x_visit_2")
    with shrunk.database.read() as connection:
        (row,) = connection.execute(sa.select(deal.table)).all()
        assert prove(connection, shrunk.release.tables) == []
    assert deal.load(row)["score"] is None
    shrunk.create("visit", {"name": "Again"})


def test_a_release_that_needs_what_was_purged_cannot_be_gone_back_to(shrunk):
    purged(shrunk)
    with pytest.raises(CannotUndo) as refused:
        shrunk.plan_undo(2)
    assert str(refused.value) == (
        "Release 1 needs what a purge destroyed since: deal.score, deal.visits, deal.worth, visit."
    )
    shrunk.apply(LATER.replace("worth: {type: decimal}", "worth: {type: decimal}\n  town: {type: text}"))
    assert shrunk.undo() == ["- field deal.town; its values are kept"]


def test_a_purge_that_dies_is_ended_by_the_next_start(shrunk, monkeypatch):
    plan = plan_purge(shrunk)
    shrunk.release = apply(shrunk.database, plan, plan.source, "test")

    def die(self, site):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Destroy, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            finish(shrunk.database, plan, shrunk.release, timedelta(0))
    recover(shrunk.database)
    with shrunk.database.read() as connection:
        known = sa.inspect(connection)
        rows = known.has_table("x_visit") and connection.exec_driver_sql("SELECT count(*) FROM x_visit").scalar()
    assert not rows
    assert len(listed(shrunk)) == 4
