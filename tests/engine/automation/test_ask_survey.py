"""Surveys: who is asked, by which link, and what becomes of an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from customary.engine.messages import correspondence, letters, surveys
from customary.engine.records.personal.erased import set_up
from customary.engine.records.refusal import Refused
from customary.engine.records.writer.merging import merge

from .conftest import ON_SQLITE, House

VISITS = """
entity: visit
title: name
fields:
  name: {type: text, required: true}
  email: {type: email}
  low: {type: boolean}
---
survey: rating
heading: {en: How was it?, el: Πώς ήταν;}
help: {en: We read every answer., el: Διαβάζουμε κάθε απάντηση.}
about: visit
expires: 2d
questions:
  score: {kind: nps, label: Would you recommend us?, required: true}
  why: {kind: long_text, if: score <= 6, required: true}
  call: {kind: boolean}
---
message: please
about: visit
subject: 'After {{ name }}'
body: 'Dear *guest*'
---
workflow: asks
when: {created: visit}
do:
  - ask_survey: {survey: rating, to: =email}
---
workflow: worries
when: {created: rating}
where: score <= 6
do:
  - update: {record: =visit, set: {low: true}}
"""
SETTINGS = "web_address: https://crm.example.com\n"
LEADS = "https://crm.example.com/surveys/rating/"


@pytest.fixture
def visited(house: Callable[..., House]) -> Callable[..., tuple[House, UUID, str]]:
    """A house in which somebody was asked: with the visit, and the secret of the link."""

    def opened() -> tuple[House, UUID, str]:
        home = house(VISITS, settings=SETTINGS)
        visit = home.create("visit", name="North wing", email="zoe@example.com")
        home.settle()
        [letter] = home.do(lambda work: letters(work.connection))
        return home, visit, letter.body.rpartition(LEADS)[2]

    return opened


def answer(home: House, secret: str, name: str = "rating", **given: Any) -> UUID | None:
    survey = home.workspace.release.model.surveys[name]
    with home.database.write() as connection:
        work = surveys.work_of(connection, home.workspace.release, survey, "en", home.now)
        return surveys.answer(work, survey, secret, given)


def test_who_is_asked_answers_once_and_rules_begin_with_it(visited: Callable) -> None:
    home, visit, secret = visited()
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.subject, letter.recipient) == ("How was it?", "zoe@example.com")
    assert letter.body == f"We read every answer.\n\n{LEADS}{secret}"
    assert letter.details["markdown"].endswith(f"[How was it?]({LEADS}{secret})")
    assert answer(home, secret, score=3, why="Cold", call=True) is not None
    assert answer(home, secret, score=9) is None
    [found] = home.all("rating")
    assert (found["visit"], found["score"], found["why"], found["call"]) == (visit, 3, "Cold", True)
    home.settle()
    assert home.get("visit", visit)["low"] is True


@ON_SQLITE
def test_a_link_is_shown_to_nobody_but_who_is_asked(visited: Callable) -> None:
    home, visit, secret = visited()
    [post] = home.do(lambda work: correspondence.posts(work, "visit", visit))
    assert (post.subject, post.text) == ("How was it?", "")
    lines = home.do(lambda work: work.connection.execute(sa.text("SELECT * FROM customary_step")).all())
    assert secret not in str(lines)


def test_a_link_is_good_for_its_time_and_its_record(visited: Callable) -> None:
    home, visit, secret = visited()
    home.now += timedelta(days=2)
    assert answer(home, secret, score=9) is None
    home.now -= timedelta(days=1)
    assert answer(home, secret + "x", score=9) is None
    home.delete("visit", visit)
    assert answer(home, secret, score=9) is None
    assert not home.all("rating")


def test_an_answer_is_about_the_record_that_stays_after_a_merge(visited: Callable) -> None:
    home, visit, secret = visited()
    stays = home.create("visit", name="The north wing")
    home.do(lambda work: merge(work, "visit", visit, stays))
    assert answer(home, secret, score=9) is not None
    assert [each["visit"] for each in home.all("rating")] == [stays]


@ON_SQLITE
def test_nobody_is_asked_about_somebody_erased(visited: Callable) -> None:
    home, visit, secret = visited()
    home.do(lambda work: set_up(work, "visit", visit, "Asked for it", None))
    assert answer(home, secret, score=9) is None


@ON_SQLITE
def test_what_is_wrong_with_an_answer_leaves_the_link_good(visited: Callable) -> None:
    home, _, secret = visited()
    for wrong in ({}, {"score": 11}, {"score": 2}, {"call": False}):
        with pytest.raises(Refused):
            answer(home, secret, **wrong)
    assert answer(home, secret, score=10, why="Not asked") is not None
    assert [(each["score"], each["why"]) for each in home.all("rating")] == [(10, None)]


@ON_SQLITE
def test_a_message_stands_above_the_link(house: Callable[..., House]) -> None:
    step = "to: [=email, a@example.com], message: please}"
    home = house(VISITS.replace("to: =email}", step), settings=SETTINGS)
    home.create("visit", name="North wing", email="zoe@example.com")
    home.settle()
    found = home.do(lambda work: letters(work.connection))
    assert {each.subject for each in found} == {"After North wing"}
    assert len({each.body for each in found}) == 2
    assert all(each.body.startswith(f"Dear *guest*\n\n{LEADS}") for each in found)


@ON_SQLITE
def test_a_renamed_survey_keeps_its_answers_and_links(visited: Callable) -> None:
    home, visit, secret = visited()
    asked = home.create("visit", name="South wing", email="zoe@example.com")
    home.settle()
    [letter, _] = home.do(lambda work: letters(work.connection))
    answer(home, secret, score=9)
    renamed = VISITS.replace("survey: rating\n", "survey: opinion\nwas: rating\n")
    home.redefine(renamed.replace("survey: rating,", "survey: opinion,").replace("created: rating", "created: opinion"))
    assert answer(home, letter.body.rpartition(LEADS)[2], "opinion", score=1, why="Cold") is not None
    assert [(each["visit"], each["score"]) for each in home.all("opinion")] == [(visit, 9), (asked, 1)]
