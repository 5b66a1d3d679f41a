"""The page of a survey, as those meet it who were asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine.messages import surveys
from customary.engine.people.actor import SYSTEM
from customary.engine.records import storage
from customary.engine.workspace import Workspace

SURVEY = """
survey: rating
heading: {en: How was it?, zh: 感觉如何？, el: Πώς ήταν;}
help: {en: 'We **read** every answer, <b>all</b>.', zh: 我们会阅读每个回答。, el: Διαβάζουμε κάθε απάντηση.}
about: lead
questions:
  score: {kind: nps, required: true, label: {en: Would you recommend us?, zh: 您会推荐吗？, el: Θα μας συνιστούσατε;}}
  why: {kind: long_text, if: score <= 6, label: {en: What went wrong?, zh: 哪里不好？, el: Τι πήγε στραβά;}}
  stars: {kind: rating, label: {en: Our visit, zh: 我们的拜访, el: Η επίσκεψή μας}}
  when: {kind: date, label: {en: 'When?', zh: 何时？, el: Πότε;}}
thanks: {en: 'Thank **you**!', zh: 谢谢！, el: Ευχαριστούμε!}
"""
LEADS = re.compile(r"https://crm\.example\.com(/surveys/rating/\S+)")


def declare(workspace: Workspace) -> None:
    """A workspace with the survey."""
    settings = workspace.directory / "customary.yaml"
    settings.write_text(settings.read_text("utf-8") + "web_address: https://crm.example.com\n", "utf-8")
    (workspace.directory / "schemas" / "rating.yaml").write_text(SURVEY, "utf-8")
    workspace.apply(by="test")


def invite(workspace: Workspace, about: UUID, language: str) -> str:
    """The path that leads somebody to their answer."""
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM, "test")
        return LEADS.fullmatch(surveys.invite(work, work.model.surveys["rating"], about, language))[1]


@pytest.fixture
def holder(workspace: Workspace, app_of: Callable) -> Iterator[TestClient]:
    """Nobody signed in, in a workspace with a survey."""
    declare(workspace)
    with TestClient(app_of(workspace)) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def link(workspace: Workspace, holder: TestClient, first: Callable) -> str:
    """The path that leads whoever was asked about the first lead to their answer, in Greek."""
    return invite(workspace, first("lead").id, "el")


def send(client: TestClient, path: str, shown: tuple[str, ...] = ("score", "stars", "when"), **typed: str) -> Any:
    return client.post(path, data={"_shown": list(shown), **typed})


def answers(workspace: Workspace) -> list[dict[str, Any]]:
    with workspace.database.read() as connection:
        return storage.load_all(workspace.work(connection, SYSTEM, "test"), "rating")


def test_whoever_has_the_link_answers_once_without_cookies_or_scripts(
    workspace: Workspace, holder: TestClient, link: str
) -> None:
    page = holder.get(link)
    assert page.status_code == 200 and "<script" not in page.text and "set-cookie" not in page.headers
    assert 'lang="el"' in page.text and "Θα μας συνιστούσατε;" in page.text and "Τι πήγε στραβά;" not in page.text
    assert page.text.count('type="radio" name="score"') == 11 and "&lt;b&gt;" in holder.get(link + "?language=en").text
    more = send(holder, link, score="3")
    assert more.status_code == 200 and "Τι πήγε στραβά;" in more.text and 'value="3" checked' in more.text
    assert 'href="#f-why"' in more.text and "μία ακόμη ερώτηση" in more.text and "μία ακόμη" not in page.text
    assert not answers(workspace)
    all_shown = ("score", "why", "stars", "when")
    done = send(holder, link, all_shown, score="3", why="Κρύος καφές", when="")
    assert (done.status_code, done.headers["location"]) == (303, "/surveys/rating/thanks?language=el")
    assert "Ευχαριστούμε!" in holder.get(done.headers["location"]).text
    [found] = answers(workspace)
    assert (found["score"], found["why"], found["created_by"]) == (3, "Κρύος καφές", None)
    assert {holder.get(link).status_code, send(holder, link, score="9").status_code} == {410}
    assert len(answers(workspace)) == 1


def test_what_is_wrong_is_said_with_what_was_typed(workspace: Workspace, holder: TestClient, link: str) -> None:
    empty = send(holder, link + "?language=en", stars="4")
    assert empty.status_code == 422 and "Would you recommend us? is required" in empty.text
    wrong = send(holder, link + "?language=en", score="11", when="the day after never")
    assert wrong.status_code == 422 and "the day after never" in wrong.text
    for odd in ({"score": "x" * 9000}, {"score": "\x00"}, {"lead": str(UUID(int=0))}, {"_shown": "lead"}):
        assert send(holder, link, **odd).status_code in (200, 422)
    assert not answers(workspace)
    assert send(holder, link, score="9").status_code == 303


def test_no_other_address_leads_to_an_answer(workspace: Workspace, holder: TestClient, link: str) -> None:
    for path in ("/surveys/rating/x", "/surveys/rating/" + "é" * 300, link[:-1]):
        assert {holder.get(path).status_code, send(holder, path, score="9").status_code} == {410}
    assert holder.get(link.replace("rating", "raiting")).status_code == 404
    assert holder.get("/surveys/rating/thanks").status_code == 200
    assert not answers(workspace)
