"""The board: columns with totals, moves by keys, menu and mouse, refusals on the card."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records
from customary.engine.money import Money

HTMX = {"HX-Request": "true"}
ON_BOARD = {"_on": "board", "_view": "board", "_where": "", "_q": ""}


def test_a_board_has_a_column_for_each_stage_with_count_and_sum(client: TestClient, inside: Callable) -> None:
    page = client.get("/deal?view=board").text
    assert re.findall(r'<section class="column" data-stage="(\w+)"', page) == [
        "qualify",
        "propose",
        "negotiate",
        "won",
        "lost",
    ]
    counted = [int(each) for each in re.findall(r'column-count">(\d+)', page)]
    assert sum(counted) == inside(records.count, "deal")
    assert len(re.findall(r'<li class="board-card"', page)) == sum(counted)


def test_a_filter_narrows_cards_and_totals_alike(client: TestClient) -> None:
    page = client.get("/deal", params={"view": "board", "where": "amount > 50000"}).text
    counted = [int(each) for each in re.findall(r'column-count">(\d+)', page)]
    assert 0 < sum(counted) == len(re.findall(r'<li class="board-card"', page)) < 50


def test_a_board_that_a_filter_empties_says_so_and_offers_to_clear_it(client: TestClient) -> None:
    page = client.get("/deal?view=board&q=zzzzzz").text
    assert "Nothing matches" in page and 'href="/deal?view=board"' in page and 'class="column"' not in page
    wrong = client.get("/deal?view=board&where=amountt").text
    assert "where-problem" in wrong and "board-card" not in wrong


def test_a_board_without_any_record_says_what_it_is_for(signed_in: Callable) -> None:
    page = signed_in("sales_rep").get("/deal?view=board").text
    assert "No deals yet" in page and "Import a file" in page and "Nothing matches" not in page


def test_millions_are_told_short_in_a_head_and_whole_on_hover(
    client: TestClient, first: Callable, inside: Callable
) -> None:
    big = {"name": "Big", "account": first("account").id, "amount": Money(Decimal("897224027.50"), "EUR")}
    inside(records.create, "deal", big)
    head = client.get("/deal?view=board&q=Big").text.split('id="head-of-qualify"')[1].split("</header>")[0]
    assert ">€897.2M</span>" in head and 'title="€897,224,027.50"' in head


def test_a_column_without_cards_has_a_hint(client: TestClient) -> None:
    assert client.get("/deal?view=board").text.count('data-none="Nothing in this stage"') == 5


def test_long_columns_are_drawn_in_parts(client: TestClient, first: Callable, inside: Callable) -> None:
    account = first("account").id
    rows = [{"name": f"Deal {n}", "account": account, "amount": Money(Decimal(n), "EUR")} for n in range(60)]
    inside(records.create_many, "deal", rows)
    page = client.get("/deal?view=board").text
    more = re.search(r'hx-get="(/deal/column\?[^"]+stage=qualify[^"]+)"', page)[1].replace("&amp;", "&")
    seen = set(re.findall(r'id="card-([0-9a-f-]+)"', page))
    while more:
        part = client.get(more, headers=HTMX).text
        cards = set(re.findall(r'id="card-([0-9a-f-]+)"', part))
        assert cards and not cards & seen
        seen |= cards
        found = re.search(r'hx-get="(/deal/column\?[^"]+)"', part)
        more = found and found[1].replace("&amp;", "&")
    assert len(seen) >= inside(records.count, "deal") - 50


def test_a_moved_card_comes_back_with_new_totals(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify" && amount != null && expected_close != null')
    answer = client.put(f"/deal/{deal.id}/stage", data={"stage": "propose", **ON_BOARD}, headers=HTMX)
    assert answer.status_code == 200
    assert f'data-id="{deal.id}" data-stage="propose"' in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 5


def test_a_moved_card_can_be_taken_back_though_the_pipeline_only_goes_forward(
    client: TestClient, first: Callable, inside: Callable
) -> None:
    deal = first("deal", 'stage == "qualify" && amount != null && expected_close != null')
    moved = client.put(f"/deal/{deal.id}/stage", data={"stage": "propose", **ON_BOARD}, headers=HTMX)
    undo = json.loads(moved.headers["HX-Trigger"])["toast"]["undo"]
    back = client.post(undo, headers=HTMX)
    assert back.status_code == 200 and "listchanged" in back.headers["HX-Trigger"]
    now = inside(records.get, "deal", deal.id).values
    was = {name: deal.values[name] for name in ("stage", "outcome", "probability", "stage_entered_at")}
    assert {name: now[name] for name in was} == was
    assert client.post(undo, headers=HTMX).status_code == 422


def test_a_move_is_not_taken_back_by_others_nor_after_another_change(
    client: TestClient, first: Callable, inside: Callable
) -> None:
    deal = first("deal", 'stage == "qualify" && amount != null && expected_close != null')
    for act in ("move", "change"):
        if act == "move":
            revision = inside(records.move, "deal", deal.id, "propose")
        else:
            revision = inside(records.update, "deal", deal.id, {"next_step": "Call"})
        assert client.post(f"/deal/{deal.id}/stage/back?revision={revision}&on=board", headers=HTMX).status_code == 422
    for revision in ("", "x", "9" * 5000, "٣"):
        assert client.post(f"/deal/{deal.id}/stage/back?revision={revision}", headers=HTMX).status_code == 422
    assert inside(records.get, "deal", deal.id).values["stage"] == "propose"


def test_a_refused_card_says_what_is_missing(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify" && lost_reason == null')
    answer = client.put(f"/deal/{deal.id}/stage", data={"stage": "lost", **ON_BOARD}, headers=HTMX)
    assert answer.status_code == 422
    assert f'data-id="{deal.id}" data-stage="qualify"' in answer.text
    assert 'name="lost_reason"' in answer.text and f'hx-target="#card-{deal.id}"' in answer.text
    assert 'name="_view" value="board"' in answer.text


def test_a_strange_stage_or_view_is_no_failure(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    for stage in ("", "nowhere", "\x00", "won'--"):
        assert client.put(f"/deal/{deal.id}/stage", data={"stage": stage, **ON_BOARD}, headers=HTMX).status_code == 422
    assert client.get("/deal/column?view=board&stage=nowhere", headers=HTMX).status_code == 404
    assert client.get("/deal/column?stage=qualify", headers=HTMX).status_code == 404
    assert client.get("/deal/column?view=board&stage=qualify&after=bad", headers=HTMX).status_code == 422


@pytest.mark.browser
def test_cards_move_by_keys_and_slide_back_when_refused(page: Any, accessible: Callable) -> None:
    page.goto("/deal?view=board")
    assert accessible(page) == []
    card = page.locator('[data-cards][data-stage="negotiate"] > [data-card]').first
    here = f"#{card.get_attribute('id')}"
    card.locator("[data-card-link]").focus()
    page.keyboard.press("]")
    expect(page.locator(f"{here} [name=closed_on]")).to_be_focused()
    expect(page.locator(f'[data-stage="negotiate"] {here}')).to_be_visible()
    assert accessible(page) == []
    page.keyboard.type("today")
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-cards][data-stage="won"] {here}')).to_be_visible()
    expect(page.locator("#head-of-won .column-count")).to_have_text("15")


@pytest.mark.browser
def test_cards_are_dragged_to_another_stage(page: Any) -> None:
    page.goto("/deal?view=board")
    card = page.locator('[data-cards][data-stage="propose"] > [data-card]').first
    here = f"#{card.get_attribute('id')}"
    start, end = card.bounding_box(), page.locator('[data-cards][data-stage="lost"]').bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 60, steps=4)
    page.mouse.move(end["x"] + 90, end["y"] + 60, steps=10)
    page.wait_for_timeout(100)
    page.mouse.move(end["x"] + 94, end["y"] + 64, steps=4)
    expect(page.locator(f'[data-cards][data-stage="lost"] {here}')).to_be_visible()  # before the hand lets go
    page.mouse.up()
    expect(page.locator(f"{here} [name=lost_reason]")).to_be_visible()
    expect(page.locator(f'[data-cards][data-stage="propose"] {here}')).to_be_visible()
    page.select_option(f"{here} [name=lost_reason]", "price")
    page.click(f"{here} [data-refused] button[type=submit]")
    expect(page.locator(f'[data-cards][data-stage="lost"] {here}')).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f'[data-cards][data-stage="propose"] {here}')).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("The move was taken back")


@pytest.mark.browser
def test_cards_move_by_their_menu_on_a_phone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/deal?view=board")
    card = page.locator('[data-cards][data-stage="qualify"] > [data-card]').first
    here = f"#{card.get_attribute('id')}"
    card.locator("[data-move-menu]").click()
    page.click('#move-menu [data-move="propose"]')
    expect(page.locator(f'[data-cards][data-stage="propose"] {here}')).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_filtered_board_is_saved_as_a_board(client: TestClient) -> None:
    form = {"view": "board", "label": "Big ones", "audience": "me", "where": "amount > 50000"}
    address = client.post("/deal/views", data=form, follow_redirects=False).headers["Location"]
    page = client.get(address).text
    assert page.count('<section class="column"') == 5 and "Amount" in page and "icon" in page
    assert 0 < page.count('<li class="board-card"') < 50
    again = {"view": address.rpartition("=")[2], "where": "amount > 90000000"}
    client.post(f"/deal/views/{again['view']}", data=again, headers=HTMX)
    assert "Nothing in “Big ones”" in client.get(address).text


@pytest.mark.browser
def test_a_long_column_loads_as_it_scrolls_and_its_last_card_moves(
    page: Any, inside: Callable, first: Callable
) -> None:
    account = first("account").id
    inside(records.create_many, "deal", [{"name": f"Deal {n}", "account": account} for n in range(60)])
    page.goto("/deal?view=board")
    column = page.locator('[data-cards][data-stage="qualify"]')
    whole = int(page.locator("#head-of-qualify .column-count").inner_text())
    expect(column.locator("[data-card]")).to_have_count(25)
    for shown in range(50, whole + 25, 25):
        column.evaluate("each => each.scrollTo(0, each.scrollHeight)")
        expect(column.locator("[data-card]")).to_have_count(min(shown, whole))
    last = column.locator("[data-card]").last
    here = f"#{last.get_attribute('id')}"
    last.locator("[data-card-link]").focus()
    page.keyboard.press("]")
    expect(
        page.locator(f"{here} [name=amount]").or_(page.locator(f'[data-stage="propose"] {here}')).first
    ).to_be_visible()
    expect(column.locator("[data-card]").first).to_be_attached()


def test_a_board_is_the_same_on_postgresql(on_postgresql: TestClient) -> None:
    page = on_postgresql.get("/deal?view=board").text
    assert page.count('<section class="column"') == 5 and "€" in page
    card = re.search(r'id="card-([0-9a-f-]+)" data-card data-id="[^"]+" data-stage="qualify"', page)[1]
    moved = on_postgresql.put(f"/deal/{card}/stage", data={"stage": "propose", **ON_BOARD}, headers=HTMX)
    assert moved.status_code in (200, 422) and f"card-{card}" in moved.text
    assert "Nothing matches" in on_postgresql.get("/deal?view=board&q=zzzzzz").text
    column = on_postgresql.get("/deal/column?view=board&stage=won", headers=HTMX)
    assert column.status_code == 200 and 'data-stage="won"' in column.text
    where = {"view": "board", "where": 'stage == "won" || amount > 60000', "sort": "-amount"}
    assert "board-card" in on_postgresql.get("/deal", params=where).text
