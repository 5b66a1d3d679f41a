"""The inbox: told, counted, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import messages, records
from customary.engine.records import Work
from customary.ui.inbox import SIZE


@pytest.fixture
def tell(inside: Callable[..., Any], first: Callable[..., Any]) -> Callable[..., str]:
    """`tell(text, about=…)` notifies the person who is signed in and gives the notification's id."""
    me = first("user", 'email == "ann@example.com"').id

    def told(text: str = "Look at <this>", about: tuple[str, UUID] | None = None, user: UUID | None = None) -> str:
        def write(work: Work) -> str:
            return str(messages.notify(work, user or me, text, about=about))

        return inside(write)

    return told


@pytest.fixture
def told(tell: Callable[..., str], first: Callable[..., Any]) -> tuple[str, records.Record]:
    """The id of a notification, and the record it is about."""
    about = first("deal")
    return tell(about=("deal", about.id)), about


def test_what_was_told_stands_in_the_inbox_and_is_counted(client: TestClient, told: tuple[str, Any]) -> None:
    html = client.get("/inbox").text
    assert "Look at &lt;this&gt;" in html
    assert told[1].title in html
    assert "Unread:" in html and "data-unread" in html
    assert "1 unread message" in client.get("/inbox/count").text


def test_following_one_reads_it_and_leads_to_its_record(client: TestClient, told: tuple[str, Any]) -> None:
    answer = client.get(f"/inbox/{told[0]}", follow_redirects=False)
    assert answer.headers["Location"] == f"/deal/{told[1].id}"
    assert "unread" not in client.get("/inbox/count").text


def test_one_about_a_run_alone_leads_administrators_to_it(
    client: TestClient, inside: Callable[..., Any], first: Callable[..., Any]
) -> None:
    me, run = first("user", 'email == "ann@example.com"').id, UUID(int=7)
    id = inside(lambda work: messages.notify(work, me, "It failed", run=run))
    assert f'href="/inbox/{id}"' in client.get("/inbox").text
    assert client.get(f"/inbox/{id}", follow_redirects=False).headers["Location"] == f"/workflows/{run}"


def test_one_is_marked_as_read_and_kept_for_later_again(client: TestClient, told: tuple[str, Any]) -> None:
    client.post(f"/inbox/{told[0]}/read")
    assert "data-unread" not in client.get("/inbox").text
    assert "All read" in client.get("/inbox?show=unread").text
    line = client.post(f"/inbox/{told[0]}/unread", headers={"HX-Request": "true"})
    assert "inboxchanged" in line.headers["HX-Trigger"]
    assert line.text.strip().startswith("<li") and "data-unread" in line.text
    assert client.post(f"/inbox/{told[0]}/eaten").status_code == 404


def test_all_are_read_at_once(client: TestClient, told: tuple[str, Any]) -> None:
    client.post("/inbox/read")
    assert "unread" not in client.get("/inbox/count").text
    assert "Mark all as read" not in client.get("/inbox").text


def test_long_inboxes_are_paged_newest_first(client: TestClient, tell: Callable[..., str]) -> None:
    ids = [tell(f"Number {number}") for number in range(SIZE + 2)]
    page = client.get("/inbox").text
    assert page.count('class="told"') == SIZE
    assert page.index(ids[-1]) < page.index(ids[-2])
    rest = client.get(f"/inbox?before={ids[2]}", headers={"HX-Request": "true"}).text
    assert [each in rest for each in ids[:3]] == [True, True, False]
    assert "Earlier ones" not in rest and "<html" not in rest
    for query in ("before=nonsense", "show=%00", "before=' or 1"):
        assert client.get(f"/inbox?{query}").status_code == 200


def test_nobody_reads_or_marks_what_another_was_told(
    client: TestClient, tell: Callable[..., str], first: Callable[..., Any]
) -> None:
    other = first("user", 'email != "ann@example.com"').id
    id = tell("A secret", user=other)
    assert "A secret" not in client.get("/inbox").text
    assert client.get(f"/inbox/{id}").status_code == 404
    assert client.post(f"/inbox/{id}/read").status_code == 404


def test_what_one_may_not_read_is_told_without_its_title_and_leads_nowhere(
    signed_in: Callable[..., TestClient], first: Callable[..., Any], inside: Callable[..., Any]
) -> None:
    stranger, deal = signed_in(), first("deal")
    bob = first("user", 'email == "bob@example.com"').id
    inside(lambda work: messages.notify(work, bob, "Look", about=("deal", deal.id)))
    page = stranger.get("/inbox").text
    assert "Look" in page and deal.title not in page and "told-link" not in page


def test_the_count_asks_nobody_to_sign_in(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.get("/inbox/count", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (200, "")
    assert "HX-Redirect" not in answer.headers


def test_an_empty_inbox_says_what_it_is_for(client: TestClient) -> None:
    assert "What rules and colleagues tell you arrives here." in client.get("/inbox").text


@pytest.mark.browser
def test_the_inbox_is_worked_with_the_keyboard(
    page: Any, told: tuple[str, Any], tell: Callable[..., str], accessible: Callable[[Any], list[str]]
) -> None:
    tell("Another one", about=("deal", told[1].id))
    page.goto("/inbox")
    page.wait_for_selector(".unread-count:text-is('2')")
    assert accessible(page) == []
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.wait_for_selector(".unread-count:text-is('1')")
    expect(page.locator("[data-unread]")).to_have_count(1)
    expect(page.locator(":focus")).to_have_text("Another one")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/deal/{told[1].id}")
    page.wait_for_selector("#unread:not(:has(.unread-count))", state="attached")


@pytest.mark.browser
def test_the_inbox_is_accessible_on_a_phone_in_the_dark(
    page: Any, told: tuple[str, Any], accessible: Callable[[Any], list[str]]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto("/inbox")
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
