"""Home, search and personal settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.locale import locale
from customary.ui.home import when

HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (None, "undated"),
        (date(2026, 3, 30), "overdue"),
        (date(2026, 3, 31), "today"),
        (date(2026, 4, 1), "later"),
        (datetime(2026, 3, 31, 11, tzinfo=UTC), "overdue"),
        (datetime(2026, 3, 31, 14, tzinfo=UTC), "today"),
        (datetime(2026, 3, 31, 20, tzinfo=UTC), "today"),
    ],
)
def test_a_task_stands_where_its_date_says(due: date | None, expected: str) -> None:
    assert when(due, NOW, locale("en", ZoneInfo("UTC"))) == expected


def test_the_search_page_wears_its_style_sheet(client: TestClient) -> None:
    assert "css/home.css" in client.get("/search?q=co").text


def test_a_day_is_the_persons_own() -> None:
    late = datetime(2026, 3, 31, 20, tzinfo=UTC)
    assert when(late, NOW, locale("zh", ZoneInfo("Asia/Shanghai"))) == "later"


@pytest.fixture
def mine(inside: Callable[..., Any], first: Callable[..., Any]) -> UUID:
    """A task of the person who is signed in."""
    me = first("user", 'email == "ann@example.com"').id
    deal = first("deal", "open")
    inside(records.update, "deal", deal.id, {"owner": me})
    return inside(records.create, "task", {"title": "Call them back", "owner": me, "due": datetime.now(UTC)})


def test_home_shows_my_tasks_my_open_records_and_what_happened(client: TestClient, mine: UUID) -> None:
    html = client.get("/").text
    assert "My tasks" in html
    assert "My open deals" in html
    assert "What happened lately" in html


def test_home_offers_what_to_begin_with_to_whom_nothing_is_yet(signed_in: Callable[..., TestClient]) -> None:
    html = signed_in("sales_rep").get("/").text
    assert "My open deals" in html and "Nothing open is yours." in html
    assert 'href="/deal/new"' in html


def test_a_task_is_ticked_off_and_back(client: TestClient, mine: UUID) -> None:
    id = str(mine)
    assert id in client.get("/").text
    done = client.post(f"/home/done/{id}", headers=HTMX)
    assert id not in done.text
    assert f"/home/done/{id}?undo=1" in done.headers["HX-Trigger"]
    client.post(f"/home/done/{id}?undo=1", headers=HTMX)
    assert id in client.get("/").text


def test_search_finds_words_from_their_beginning_in_any_alphabet(client: TestClient) -> None:
    assert "云海酒店集团" in client.get("/search?q=" + quote("云海")).text
    assert "Ξενοδοχεία" in client.get("/search?q=" + quote("ξενοδοχεια")).text
    assert "Nothing found" in client.get("/search?q=" + quote("zzzzqq")).text


def test_the_palette_offers_records_pages_and_what_can_be_created(client: TestClient) -> None:
    assert 'href="/deal/new"' in client.get("/search/palette?q=new+de").text
    assert 'href="/account"' in client.get("/search/palette?q=acc").text
    assert 'role="option"' in client.get("/search/palette?q=caf").text


@pytest.mark.parametrize("text", ["\"'*()", "%", "a" * 5000, "\u0000", "AND OR NOT", "🤷"])
def test_any_text_may_be_searched_for(client: TestClient, text: str) -> None:
    assert client.get("/search?q=" + quote(text)).status_code == 200


def test_a_person_chooses_language_zone_and_appearance(client: TestClient) -> None:
    client.post("/settings", data={"language": "el", "time_zone": "Europe/Athens", "theme": "dark"})
    html = client.get("/settings").text
    assert '<html lang="el" data-theme="dark"' in html
    assert "Ρυθμίσεις" in html
    assert 'value="Europe/Athens"' in html


def test_an_unknown_time_zone_is_refused_and_nothing_saved(client: TestClient) -> None:
    answer = client.post("/settings", data={"language": "zh", "time_zone": "Mars/Base"})
    assert answer.status_code == 422
    assert "is not a time zone" in answer.text
    assert '<html lang="en"' in client.get("/settings").text


def test_a_new_password_needs_the_old_one(client: TestClient) -> None:
    wrong = client.post("/settings/password", data={"old": "guess", "new": "a longer sentence"})
    assert wrong.status_code == 422
    right = {"old": "right horse battery", "new": "a longer sentence"}
    assert client.post("/settings/password", data=right, follow_redirects=False).status_code == 303
    assert client.get("/settings").status_code == 200
