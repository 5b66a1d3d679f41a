"""The frame and the list in a real browser: keyboard, swaps, accessibility, no word from the console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from customary.engine import records

pytestmark = pytest.mark.browser

PAGES = ["/", "/deal", "/search?q=co", "/settings", "/inbox", "/decide"]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(page, accessible, look: str) -> None:
    page.emulate_media(color_scheme=look)
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert accessible(page) == [], address


def test_axe_finds_nothing_on_a_phone_and_nothing_hangs_over(page, accessible) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == 390, address
        assert accessible(page) == [], address


def test_the_sign_in_is_accessible(page, accessible) -> None:
    page.context.clear_cookies()
    page.goto("/")
    assert page.url.endswith("/sign-in")
    assert accessible(page) == []


def test_keys_walk_the_rows_select_and_open(page) -> None:
    page.goto("/deal")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_text("1 selected").wait_for()
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/deal/[0-9a-f-]{36}$"))
    assert title in page.locator("h1").first.inner_text()


def test_the_palette_goes_anywhere(page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("#palette-input").press_sequentially("accou")
    page.locator('#palette-list [role=option] >> text="Accounts"').wait_for()
    page.locator("#palette-input").press("Enter")
    page.wait_for_url(re.compile("/account"))


def test_a_filter_is_built_without_a_page_load_and_the_address_follows(page, accessible) -> None:
    page.goto("/deal")
    page.evaluate("window.still = true")
    page.keyboard.press("f")
    page.locator("#filter-menu >> text=Amount").first.click()
    page.locator("#filter-operator").select_option(">")
    assert accessible(page) == []
    page.locator("#filter-menu input[name=value]").first.fill("50,000")
    page.keyboard.press("Enter")
    page.locator(".chip", has_text="Amount over 50,000").wait_for()
    expect(page).to_have_url(re.compile(r"amount\+%3E\+50000"))
    assert page.evaluate("window.still")
    page.go_back()
    page.locator(".chip", has_text="Amount over 50,000").wait_for(state="detached")


def test_alternatives_are_added_by_keys_and_taken_away(page, accessible) -> None:
    page.goto("/deal?view=all&where=amount+%3E+50000")
    page.locator(".chip-part").first.focus()
    page.keyboard.press("Enter")
    page.locator("#filter-menu").get_by_role("button", name="Or …").press("Enter")
    page.locator("#filter-menu >> text=Or filter by").wait_for()
    page.locator("#filter-menu >> text=Next step").press("Enter")
    page.locator("#filter-operator").select_option("filled")
    page.locator("#filter-menu").get_by_role("button", name="Apply").press("Enter")
    group = page.get_by_role("group", name="Any of these")
    expect(group).to_have_text(re.compile(r"Amount\s+over\s+50,000\s+or\s+Next step\s+is filled in"))
    assert accessible(page) == []
    group.get_by_label("Remove this condition").first.click()
    expect(group).to_have_count(0)
    expect(page.locator(".chip")).to_have_text(re.compile(r"Next step\s+is filled in"))
    expect(page).to_have_url(re.compile(r"where=next_step\+%21%3D\+null"))


def test_a_field_to_filter_by_is_found_by_typing(page, accessible) -> None:
    page.goto("/deal")
    page.keyboard.press("f")
    find = page.get_by_role("searchbox", name="Find a field")
    expect(find).to_be_focused()
    find.press_sequentially("expécted")
    expect(page.locator("#filter-menu .menu-item:visible")).to_have_count(1)
    assert accessible(page) == []
    page.keyboard.press("Enter")
    page.locator("#filter-menu form >> text=Expected close").first.wait_for()


def test_quick_search_keeps_the_focus(page) -> None:
    page.goto("/deal")
    page.keyboard.press("/")
    page.keyboard.type("caf")
    page.wait_for_url(re.compile("q=caf"))
    page.wait_for_load_state("networkidle")
    expect(page.locator("#quick")).to_be_focused()


def test_many_records_are_changed_at_once(page) -> None:
    page.goto("/deal")
    for row in (0, 1):
        page.locator("[data-row] .pick").nth(row).hover()
        page.locator("[data-row] .pick input").nth(row).check()
    page.get_by_text("Set a field").first.click()
    page.locator("#bulk-menu >> text=Priority").click()
    page.locator("#bulk-value").select_option("key")
    page.get_by_text("Set for all selected").click()
    page.get_by_text("2 records changed").wait_for()


def test_columns_are_chosen_kept_as_a_view_and_the_view_removed_by_name(page, accessible) -> None:
    page.goto("/deal")
    page.get_by_label("Columns").click()
    page.locator("#columns input[value=priority]").check()
    page.locator("#columns .button").click()
    page.locator("th", has_text="Priority").wait_for()
    page.get_by_text("Save view").click()
    page.locator("#view-label").fill("With priority")
    page.keyboard.press("Enter")
    page.locator(".tab[aria-current]", has_text="With priority").wait_for()
    page.get_by_text("View saved").wait_for()
    page.get_by_label("This view").click()
    page.get_by_text("Remove this view …").click()
    assert accessible(page) == []
    page.get_by_role("button", name="Remove “With priority”").click()
    page.get_by_text("View removed").wait_for()
    expect(page.locator(".tab", has_text="With priority")).to_have_count(0)


def test_columns_are_sized_and_moved_by_mouse_and_by_keys(page, accessible) -> None:
    page.goto("/deal")
    page.wait_for_load_state("networkidle")
    head = page.locator("th[data-field=account]")
    edge = head.locator("[data-sizer]").bounding_box()
    page.mouse.move(edge["x"] + 4, edge["y"] + 10)
    page.mouse.down()
    page.mouse.move(edge["x"] + 84, edge["y"] + 10, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("widths="))
    page.wait_for_load_state("networkidle")
    wide = head.bounding_box()["width"]
    assert abs(head.bounding_box()["x"] + wide - edge["x"] - 87) < 4
    assert accessible(page) == []
    head.get_by_role("button", name="Column Account").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Width").focus()
    assert accessible(page) == []
    page.keyboard.press("ArrowRight")
    before = page.url
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: address != before)
    page.wait_for_load_state("networkidle")
    expect(head.get_by_role("button", name="Column Account")).to_be_focused()
    assert 5 <= head.bounding_box()["width"] - wide <= 15
    page.keyboard.press("Enter")
    page.get_by_text("Move right").press("Enter")
    page.wait_for_url(re.compile("columns=name%2Cstage%2Caccount"))
    expect(head.get_by_role("button", name="Column Account")).to_be_focused()
    page.locator("th[data-field=owner]").drag_to(page.locator("th[data-field=stage]"))
    page.wait_for_url(re.compile("columns=name%2Cowner%2Cstage"))
    page.go_back()
    page.wait_for_url(re.compile("columns=name%2Cstage%2Caccount"))


def test_a_task_is_ticked_off_and_taken_back(page, inside, first) -> None:
    me = first("user", 'email == "ann@example.com"').id
    inside(records.create, "task", {"title": "Call them back", "owner": me})
    page.goto("/")
    title = page.locator("#home-tasks .line-title").first.inner_text()
    page.locator("#home-tasks .tick").first.click()
    page.get_by_text("Task done").wait_for()
    page.locator("#toasts >> text=Undo").click()
    page.get_by_text("The task is open again").wait_for()
    page.locator("#home-tasks .line-title", has_text=title).first.wait_for()


def test_the_rail_shows_where_one_is_however_many_places_there_are(page) -> None:
    page.set_viewport_size({"width": 1200, "height": 420})
    page.goto("/product")
    expect(page.locator(".rail-scroll [aria-current]")).to_be_in_viewport(ratio=0.9)


def test_the_menu_of_a_phone_opens_and_leads_on(page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/deal")
    page.get_by_text("More", exact=True).click()
    page.locator(".rail >> text=Tasks").click()
    page.wait_for_url(re.compile("/task"))


def test_lists_work_without_scripts(chromium, served, workspace, page) -> None:
    context = chromium.new_context(base_url=served, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto("/deal")
    plain.locator("th a", has_text="Amount").click()
    assert "sort=amount" in plain.url
    plain.locator("#quick").fill("caf")
    plain.locator("#quick").press("Enter")
    assert "q=caf" in plain.url
    context.close()


def test_records_are_leafed_through_as_the_list_has_them_and_it_is_found_again(page, inside) -> None:
    inside(records.create_many, "account", [{"name": f"Firm {n:03}"} for n in range(130)])
    where = "/account?view=all&q=firm&sort=name"
    page.goto(where)
    for shown in (100, 130):
        page.locator("#rows > .more").scroll_into_view_if_needed()
        expect(page.locator("#rows > [data-row]")).to_have_count(shown)
    page.get_by_role("link", name="Firm 110").click()
    page.wait_for_selector("[data-steps]")
    for key, title in (
        ("j", "Firm 111"),
        ("ArrowUp", "Firm 110"),
        ("ArrowDown", "Firm 111"),
        ("k", "Firm 110"),
        ("k", "Firm 109"),
    ):
        page.keyboard.press(key)
        expect(page.locator("#record-title")).to_have_text(title)
        page.wait_for_load_state()
    page.go_back()
    expect(page.get_by_role("link", name="Firm 109")).to_be_focused()
    expect(page.get_by_role("link", name="Firm 109")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-steps]:visible")
    page.keyboard.press("Escape")
    page.wait_for_url("**" + where.partition("?")[0] + "?*")
    assert "q=firm" in page.url
    expect(page.get_by_role("link", name="Firm 109")).to_be_focused()


def test_paper_takes_all_rows_and_nothing_that_only_a_screen_can_use(page, inside) -> None:
    page.emulate_media(color_scheme="dark", media="print")
    page.goto("/account?view=all")
    page.wait_for_load_state("networkidle")
    for part in (".rail", ".filterbar", ".topline .button", ".table .pick"):
        assert not page.locator(part).first.is_visible(), part
    sheet = page.locator(".table-scroll")
    whole, shown = (sheet.evaluate(f"each => each.{name}") for name in ("scrollHeight", "clientHeight"))
    assert whole == shown > page.locator("[data-row]").count() * 15
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == "rgb(255, 255, 255)"
    page.goto("/deal")
    page.goto(page.locator("#rows .name a").first.get_attribute("href"))
    for part in ("#about", "#happened", "#related"):
        assert page.locator(part).is_visible(), part
    assert not page.locator(".composer").is_visible()


def test_nothing_moves_for_those_who_want_it_still_and_edges_show_for_those_who_need_them(page, accessible) -> None:
    page.emulate_media(reduced_motion="reduce", contrast="more")
    for address in ("/deal", "/deal?view=board", "/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.getAnimations().filter((each) => each.playState === 'running').length") == 0
        assert accessible(page) == [], address
    line = page.evaluate("getComputedStyle(document.querySelector('.topline')).borderBottomColor")
    assert line == "rgb(131, 132, 143)"


def test_an_import_that_takes_long_says_so_and_is_sent_once(page) -> None:
    page.goto("/import?entity=account")
    count = "window.sent = 0; addEventListener('submit', (e) => { sent += !e.defaultPrevented; e.preventDefault(); })"
    page.evaluate(count)
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"name\nAcme\n"})
    button = page.get_by_role("button", name="Look at the file")
    button.click()
    expect(page.get_by_role("status").filter(has_text="Leave this page open")).to_be_visible()
    button.click()
    assert page.evaluate("sent") == 1
