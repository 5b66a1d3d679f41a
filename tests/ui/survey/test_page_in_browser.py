"""The page of a survey in a real browser: on a phone, in the dark, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customary.engine.workspace import Workspace

from .test_page import answers, declare, invite

pytestmark = pytest.mark.browser


@pytest.fixture
def link(workspace: Workspace, first: Callable) -> str:
    declare(workspace)
    return invite(workspace, first("lead").id, "en")


def test_it_is_answered_by_the_keyboard_alone(workspace, page, link) -> None:
    page.context.clear_cookies()
    page.goto(link)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Your answers lead to one more question").wait_for()
    page.get_by_label("What went wrong?").fill("Cold")
    page.get_by_role("button", name="Send").press("Enter")
    page.get_by_text("Thank you!").wait_for()
    assert [(each["score"], each["why"]) for each in answers(workspace)] == [(3, "Cold")]


def test_axe_finds_nothing_and_nothing_hangs_over_a_phone(page, accessible, complaints, link) -> None:
    page.context.clear_cookies()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{link}?language=el")
    page.locator(".public-send button").click()
    page.get_by_role("alert").wait_for()
    assert accessible(page) == []
    page.locator('input[name=score][value="2"]').check(force=True)
    page.locator(".public-send button").click()
    page.get_by_role("status").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert accessible(page) == []
    page.goto("/surveys/rating/x")
    assert accessible(page) == []
    complaints.clear()  # of the page that is gone
