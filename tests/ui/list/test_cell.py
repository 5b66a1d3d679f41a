"""Cells of the list: the control in its place, saving through the record's door, and the way back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records

HTMX = {"HX-Request": "true"}
BROAD = "view=all&columns=name,next_step,amount,weighted,expected_close,priority"


def test_a_cell_saves_and_the_row_shows_what_follows(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    answer = client.put(f"/deal/{deal.id}/cell/amount?{BROAD}", data={"amount": "2,000"}, headers=HTMX)
    assert answer.status_code == 200 and answer.text.count("<tr") == 1
    assert "€2,000.00" in answer.text and "€200.00" in answer.text  # the weighted amount
    assert str(inside(records.get, "deal", deal.id).values["amount"].amount) == "2000.00"


def test_the_row_shows_parts_of_values_too(client: TestClient, first: Callable, inside: Callable) -> None:
    account = first("account")
    inside(records.update, "account", account.id, {"address.city": "Thebes"})
    listed = "view=all&columns=name,phone,address.city"
    answer = client.put(f"/account/{account.id}/cell/phone?{listed}", data={"phone": ""}, headers=HTMX)
    assert answer.status_code == 200 and "Thebes" in answer.text


def test_a_refused_value_is_explained_in_the_cell_and_kept(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    answer = client.put(f"/deal/{deal.id}/cell/amount?{BROAD}", data={"amount": "lots"}, headers=HTMX)
    assert answer.status_code == 422 and answer.headers["HX-Retarget"] == "#cell-open"
    assert 'value="lots"' in answer.text and 'aria-invalid="true"' in answer.text


def test_a_change_meanwhile_is_not_written_over(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    inside(records.update, "deal", deal.id, {"next_step": "Call"})
    data = {"next_step": "Write", "_revision": str(deal.values["revision"])}
    answer = client.put(f"/deal/{deal.id}/cell/next_step?{BROAD}", data=data, headers=HTMX)
    assert answer.status_code == 422 and "somebody else" in answer.text and 'value="Call"' in answer.text


@pytest.mark.parametrize("on", ["list", "record"])
def test_an_edited_field_is_given_back_while_nothing_else_changed(
    client: TestClient, first: Callable, inside: Callable, on: str
) -> None:
    deal = first("deal", 'stage == "qualify"')
    place = "cell" if on == "list" else "field"
    answer = client.put(f"/deal/{deal.id}/{place}/next_step", data={"next_step": "Call them"}, headers=HTMX)
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    back = client.post(undo, headers=HTMX)
    assert inside(records.get, "deal", deal.id).values["next_step"] == deal.values["next_step"]
    assert "rowchanged" in back.headers["HX-Trigger"] if on == "list" else back.headers["HX-Redirect"]
    again = client.post(undo, headers=HTMX)
    assert again.status_code == 422 and "no longer" in again.headers["HX-Trigger"]


def test_nothing_is_told_and_nothing_undone_where_nothing_changed(client: TestClient, first: Callable) -> None:
    deal = first("deal", "amount != null")
    shown = {"priority": deal.values["priority"] or ""}
    answer = client.put(f"/deal/{deal.id}/cell/priority", data=shown, headers=HTMX)
    assert answer.status_code == 200 and "HX-Trigger" not in answer.headers


@pytest.mark.parametrize("name", ["weighted", "number", "no_such", "created_at"])
def test_what_is_not_entered_has_no_cell_to_edit(client: TestClient, first: Callable, name: str) -> None:
    deal = first("deal")
    assert client.get(f"/deal/{deal.id}/cell/{name}", headers=HTMX).status_code == 404
    assert client.put(f"/deal/{deal.id}/cell/{name}", data={name: "1"}, headers=HTMX).status_code == 404


def test_the_cell_of_a_stage_moves_and_asks_for_what_is_missing(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "negotiate"')
    offered = client.get(f"/deal/{deal.id}/cell/stage", headers=HTMX).text
    found = re.findall(r'<option value="(\w+)"( selected)?', offered)
    assert found == [("negotiate", " selected"), ("won", ""), ("lost", "")]  # this pipeline only goes forward
    refused = client.put(f"/deal/{deal.id}/cell/stage", data={"stage": "won"}, headers=HTMX)
    assert refused.status_code == 422 and refused.headers["HX-Retarget"] == "#cell-open"
    assert 'name="closed_on"' in refused.text and 'value="won" selected' in refused.text
    sent = {"stage": "won", "closed_on": "today"}
    moved = client.put(f"/deal/{deal.id}/cell/stage?view=all&columns=name,stage", data=sent, headers=HTMX)
    assert moved.status_code == 200 and ">Won</span>" in moved.text and moved.text.count("<tr") == 1
    toast = json.loads(moved.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Moved to Won"
    assert "rowchanged" in client.post(toast["undo"], headers=HTMX).headers["HX-Trigger"]
    strange = client.put(f"/deal/{deal.id}/cell/stage", data={"stage": "nowhere"}, headers=HTMX)
    assert strange.status_code == 422
    assert client.get(f"/account/{first('account').id}/cell/stage", headers=HTMX).status_code == 404


def test_who_may_not_change_a_record_edits_no_cell(signed_in: Callable, first: Callable) -> None:
    product, reader = first("product"), signed_in("sales_rep")
    assert "data-editable" not in reader.get("/product").text
    assert reader.get(f"/product/{product.id}/cell/name", headers=HTMX).status_code == 403
    assert reader.put(f"/product/{product.id}/cell/name", data={"name": "x"}, headers=HTMX).status_code == 403


@pytest.mark.browser
def test_cells_are_walked_and_edited_by_keys(page: Any, accessible: Callable) -> None:
    page.goto(f"/deal?{BROAD}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Next step")
    expect(field).to_be_focused()
    assert accessible(page) == []
    page.keyboard.type("Send the offer")
    page.keyboard.press("Tab")
    page.get_by_text("Next step changed").wait_for()
    expect(page.locator("[data-row]").first.locator("td").nth(1)).to_have_text("Send the offer")
    expect(page.locator("[data-row]").first.locator("td").nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("lots")
    page.keyboard.press("Enter")
    page.locator("#cell-open .problem").wait_for()
    assert accessible(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#cell-open")).to_have_count(0)
    expect(page.locator("[data-row]").first.locator("td").nth(2)).to_be_focused()
    page.keyboard.press("Control+z")
    page.get_by_text("The change was taken back").wait_for()
    expect(page.locator("[data-row]").first.locator("td").nth(1)).not_to_have_text("Send the offer")


@pytest.mark.browser
def test_a_cell_opens_on_double_click_and_saves_when_left(page: Any, inside: Callable, complaints: list[str]) -> None:
    page.goto(f"/deal?{BROAD}")
    page.wait_for_load_state("networkidle")
    row = page.locator("[data-row]").nth(1)
    id = row.locator("input[name=id]").get_attribute("value")
    row.locator("td").nth(5).dblclick()
    page.locator("#cell-open select").select_option("key")
    page.locator("#quick").click()
    page.get_by_text("Priority changed").wait_for()
    expect(row.locator("td").nth(5)).to_have_text("Key deal")
    expect(page.locator("#quick")).to_be_focused()
    row.locator("td").nth(2).dblclick()
    expect(page.locator("#cell-open input").nth(1)).to_be_focused()
    page.context.set_offline(True)
    page.keyboard.type("77")
    page.locator("#quick").click()
    page.get_by_text("You are offline.").wait_for()
    expect(page.locator("#cell-open input").nth(1)).to_have_value("77")
    page.context.set_offline(False)
    complaints.clear()
    page.keyboard.press("Enter")
    page.get_by_text("Amount changed").wait_for()
    assert str(inside(records.get, "deal", UUID(id)).values["amount"].amount) == "77.00"


@pytest.mark.browser
def test_a_stage_is_changed_in_its_cell(page: Any, accessible: Callable) -> None:
    page.goto("/deal?view=all&columns=name,stage&where=stage+%3D%3D+%22negotiate%22")
    page.wait_for_load_state("networkidle")
    cell = page.locator("[data-row]").first.locator("td").nth(1)
    cell.dblclick()
    page.locator("#cell-open select").select_option("won")
    page.keyboard.press("Enter")
    field = page.locator("#cell-open [name=closed_on]")
    expect(field).to_be_focused()
    assert accessible(page) == []
    page.keyboard.type("today")
    page.keyboard.press("Enter")
    page.get_by_text("Moved to Won").wait_for()
    expect(cell).to_have_text("Won")
    expect(cell).to_be_focused()
