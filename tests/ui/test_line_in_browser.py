"""The line to the server in a real browser: down, broken, signed out. What was typed is never lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.ui.conftest import EMAIL, PASSWORD

from customary.engine import people
from customary.ui.visitor import SESSION

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def broken_on_purpose(page: Any, complaints: list[str]) -> Iterator[None]:
    yield
    complaints.clear()


@pytest.fixture
def composer(page: Any, first: Callable) -> Any:
    """A record's page with words in the composer that are not saved yet."""
    page.goto(f"/deal/{first('deal').id}")
    page.wait_for_load_state("networkidle")
    box = page.locator("[data-composer] input[type=text]").first
    box.fill("They want to see it run")
    return box


def sign_out(page: Any, workspace: Any) -> None:
    """As another tab, or a night, would."""
    token = next(each["value"] for each in page.context.cookies() if each["name"] == SESSION)
    with workspace.database.write() as connection:
        people.sign_out(connection, token)


def sign_in(page: Any) -> None:
    """On the sign-in page."""
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_words_outlive_the_end_of_a_session(page: Any, composer: Any, workspace: Any, accessible: Callable) -> None:
    sign_out(page, workspace)
    page.locator("[data-composer]").get_by_role("button", name="Add").click()
    page.get_by_text("You were signed out.").wait_for()
    assert accessible(page) == []
    with page.context.expect_page() as opened:
        page.locator("#toasts").get_by_role("link", name="Sign in").click()
    opened.value.goto("/sign-in")
    sign_in(opened.value)
    opened.value.wait_for_url(re.compile("/$"))
    opened.value.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_text("You are signed in again").wait_for()
    expect(composer).to_have_value("They want to see it run")
    page.locator("[data-composer]").get_by_role("button", name="Add").click()
    page.get_by_text("“They want to see it run” was added").wait_for()


def test_a_page_without_words_goes_to_the_sign_in_and_comes_back(page: Any, workspace: Any) -> None:
    page.goto("/deal")
    page.wait_for_load_state("networkidle")
    sign_out(page, workspace)
    page.locator("th[data-field=amount] a").click()
    page.wait_for_url(re.compile("/sign-in.next=%2Fdeal"))
    sign_in(page)
    expect(page).to_have_url(re.compile("/deal[?]?"))
    expect(page.locator("[data-row]").first).to_be_visible()


def test_a_form_sent_after_the_end_of_a_session_stands_there_again(page: Any, workspace: Any) -> None:
    page.goto("/account/new")
    page.locator("#f-name").fill("Café Nord")
    sign_out(page, workspace)
    page.locator(".form-foot button").click()
    page.wait_for_url(re.compile("/sign-in.next=%2Faccount%2Fnew"))
    sign_in(page)
    page.wait_for_url(re.compile("/account/new$"))
    expect(page.locator("#f-name")).to_have_value("Café Nord")
    page.locator(".form-foot button").click()
    page.wait_for_url(re.compile("/account/[0-9a-f-]{36}$"))


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "Something broke on our side"), (502, "Something broke on our side"), (0, "cannot be reached")],
)
def test_a_line_that_breaks_is_told_and_words_stay(page: Any, composer: Any, status: int, said: str) -> None:
    fail = (lambda route: route.fulfill(status=status)) if status else (lambda route: route.abort())
    page.route("**/timeline", fail)
    page.locator("[data-composer]").get_by_role("button", name="Add").click()
    page.get_by_text(said).wait_for()
    expect(composer).to_have_value("They want to see it run")


def test_being_offline_is_said_until_it_is_over(page: Any, composer: Any) -> None:
    page.context.set_offline(True)
    page.get_by_text("You are offline.").wait_for()
    page.context.set_offline(False)
    page.get_by_text("You are offline.").wait_for(state="detached")
    expect(composer).to_have_value("They want to see it run")
