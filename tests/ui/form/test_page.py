"""The generated form: what is typed, what is refused, what follows from what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records

DRAWN_ALONE = {"HX-Request": "true"}


def test_a_form_has_its_sections_and_defaults(client: TestClient) -> None:
    page = client.get("/deal/new").text
    assert re.findall(r'class="section-title">([^<]+)', page) == ["Basics", "Products", "People and background"]
    assert 'value="Ann Lee"' in page  # the owner is who opens it


def test_what_tells_of_others_has_no_place_before_the_first_save(client: TestClient, first: Callable) -> None:
    assert "Open tasks" not in client.get("/deal/new").text
    assert "Weighted amount" in client.get("/deal/new").text  # it follows from what is typed
    assert "Open tasks" in client.get(f"/deal/{first('deal').id}/edit").text


def test_the_address_fills_fields(client: TestClient, first: Callable) -> None:
    account = first("account")
    page = client.get(f"/deal/new?account={account.id}").text
    assert f'name="account" value="{account.id}"' in page
    assert f'value="{account.title}"'.replace("&", "&amp;") in page


def test_an_address_with_nonsense_opens_an_empty_form(client: TestClient) -> None:
    page = client.get("/deal/new?account=%00nonsense&amount=abc&lines.0.product=1")
    assert page.status_code == 200
    assert 'name="account" value=""' in page.text


def test_all_errors_are_said_at_once_and_what_was_typed_is_kept(client: TestClient) -> None:
    sent = {"name": "", "amount": "a lot", "expected_close": "someday", "description": "kept <b>", "account.text": ""}
    answer = client.post("/deal/new", data=sent)
    assert answer.status_code == 422
    said = re.findall(r'<a href="#(f-\w+)">([^<]+)</a>', answer.text)
    assert said == [
        ("f-name", "Name is required"),
        ("f-account", "Account is required"),
        ("f-amount", "Amount must be an amount of money"),
        ("f-expected_close", "Expected close must be a date"),
    ]
    assert 'value="a lot"' in answer.text and "kept &lt;b&gt;" in answer.text
    assert 'aria-describedby="f-amount-problem" aria-invalid="true"' in answer.text


def test_a_record_is_made_with_its_lines(client: TestClient, first: Callable, inside: Callable) -> None:
    account, product = first("account"), first("product")
    sent = {
        "name": "Bar in Ghent",
        "account": str(account.id),
        "amount": "1,200.50",
        "amount.currency": "EUR",
        "lines.here": "1",
        "lines.0.id": "",
        "lines.0.product": str(product.id),
        "lines.0.quantity": "2",
        "lines.0.unit_price": "10",
        "lines.n1.id": "",
        "lines.n1.product": "",
        "lines.n1.quantity": "1",
        "lines.n1.discount": "0",
    }
    answer = client.post("/deal/new", data=sent, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    made = first("deal")
    assert answer.headers["Location"] == f"/deal/{made.id}"
    assert (made.title, str(made.values["amount"])) == ("Bar in Ghent", "1200.50 EUR")
    lines = inside(lambda work: records.select(work, "deal_line", records.Query(where=_of(work, made.id))).records)
    assert [(line.values["product"], str(line.values["total"])) for line in lines] == [(product.id, "20.00 EUR")]


def test_a_problem_of_a_line_is_said_in_its_cell(client: TestClient, first: Callable) -> None:
    sent = {
        "name": "X",
        "account": str(first("account").id),
        "lines.here": "1",
        "lines.7.id": "",
        "lines.7.quantity": "many",
    }
    answer = client.post("/deal/new", data=sent)
    assert answer.status_code == 422
    assert 'id="f-lines-7-quantity-problem"' in answer.text
    assert 'href="#f-lines-7-quantity"' in answer.text and 'href="#f-lines-7-product"' in answer.text


def test_without_scripts_a_title_is_enough_and_rows_are_added_by_a_button(client: TestClient, first: Callable) -> None:
    account = first("account")
    sent = {"name": "Typed by hand", "account": "", "account.title": "", "account.text": account.title}
    more = client.post("/deal/new", data={**sent, "lines.here": "1", "_add": "lines"})
    assert more.status_code == 200
    assert more.text.count('name="_remove"') == 2  # the new row, and the one that scripts copy
    assert client.post("/deal/new", data=sent, follow_redirects=False).status_code == 303
    assert first("deal").values["account"] == account.id
    answer = client.post("/deal/new", data={**sent, "account.text": "Nobody of that name"})
    assert "Account knows no “Nobody of that name”" in answer.text


def test_another_title_overrules_the_id_that_was_drawn(client: TestClient, first: Callable) -> None:
    deal = first("deal")
    other = first("account", f'name != "{deal.titles["account", deal.values["account"]]}"')
    sent = {"account": str(deal.values["account"]), "account.title": "before", "account.text": other.title}
    assert client.post(f"/deal/{deal.id}/edit", data=sent, follow_redirects=False).status_code == 303
    assert first("deal", f'name == "{deal.title}"').values["account"] == other.id


def test_fields_come_and_go_with_what_is_typed(client: TestClient) -> None:
    without = client.post("/task/form", data={"title": "Call", "done": "false"}, headers=DRAWN_ALONE).text
    with_it = client.post("/task/form", data={"title": "Call", "done": "true"}, headers=DRAWN_ALONE).text
    assert 'id="f-done_at"' not in without and 'id="f-done_at"' in with_it
    assert 'value="Call"' in with_it and "<html" not in with_it


def test_an_edit_saves_what_differs_and_nothing_else(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    revision = str(deal.revision)
    answer = client.post(
        f"/deal/{deal.id}/edit", data={"next_step": "Call", "_revision": revision}, follow_redirects=False
    )
    assert answer.status_code == 303
    newest = inside(lambda work: records.history(work, "deal", deal.id, limit=1).changes[0])
    assert (newest.names, newest.after) == (("next_step",), {"next_step": "Call"})


def test_a_late_save_shows_what_changed_meanwhile(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    seen = str(deal.revision)
    inside(records.update, "deal", deal.id, {"next_step": "Theirs", "competitor": "Rival"})
    mine = {"next_step": "Mine", "competitor": deal.values["competitor"] or "", "_revision": seen}
    answer = client.post(f"/deal/{deal.id}/edit", data=mine)
    assert answer.status_code == 409
    assert "<td>Theirs</td><td>Mine</td>" in answer.text
    assert 'name="competitor" value="Rival"' in answer.text
    again = {**mine, "competitor": "Rival", "_revision": re.search(r'_revision" value="(\d+)"', answer.text)[1]}
    assert client.post(f"/deal/{deal.id}/edit", data=again, follow_redirects=False).status_code == 303
    saved = first("deal", f'name == "{deal.title}"').values
    assert (saved["next_step"], saved["competitor"]) == ("Mine", "Rival")


def test_a_locked_field_cannot_be_typed_over(client: TestClient, first: Callable) -> None:
    won = first("deal", 'stage == "won"')
    page = client.get(f"/deal/{won.id}/edit").text
    assert 'name="amount"' not in page and "field-fixed" in page


def test_pickers_find_by_the_beginning_of_a_word(client: TestClient, first: Callable) -> None:
    word = first("account").title.split()[0]
    options = client.get(f"/deal/options/account?text={word[:4]}").text
    assert 'role="option"' in options and word in options
    assert "Nothing found" in client.get("/deal/options/owner?text=qqqqqq").text
    assert client.get("/deal/options/nothing?text=a").status_code == 404


def test_a_tree_offers_nothing_that_stands_below_the_record(
    client: TestClient, first: Callable, inside: Callable
) -> None:
    made = [inside(records.create, "account", {"name": f"Tree {name}"}) for name in ("top", "middle", "leaf", "other")]
    for child, parent in ((1, 0), (2, 1)):
        inside(records.update, "account", made[child], {"parent": made[parent]})
    source = f"/account/options/parent?below={made[1]}"
    assert f'data-source="{source}"' in client.get(f"/account/{made[1]}/edit").text
    assert f'data-source="{source}"' in client.get(f"/account/{made[1]}/field/parent", headers=DRAWN_ALONE).text
    assert 'data-source="/account/options/parent"' in client.get("/account/new").text
    for text in ("", "Tree"):
        offered = client.get(f"{source}&text={text}").text
        assert [str(id) in offered for id in made] == [True, False, False, True]
    assert client.get("/account/options/parent?below=nobody").status_code == 404


@pytest.mark.parametrize("text", ["\x00", "%", "‮", "'\"><script>", "𝔘" * 500, "_", "1" * 400])
def test_any_text_is_taken_or_refused_and_never_breaks_a_form(client: TestClient, text: str) -> None:
    names = ("name", "account", "account.text", "amount", "expected_close", "owner", "contacts", "contact", "number")
    assert client.post("/deal/new", data=dict.fromkeys(names, text)).status_code in (200, 422)
    assert client.get("/deal/options/account", params={"text": text}).status_code == 200
    assert client.get("/deal/new", params=dict.fromkeys(names, text)).status_code == 200


def test_a_picker_makes_what_it_does_not_find(client: TestClient, first: Callable) -> None:
    offered = client.get("/deal/options/account?text=Quite new").text
    assert 'data-create="Quite new"' in offered
    made = client.post("/deal/options/account", data={"text": "Quite new"}).text
    assert f'data-value="{first("account").id}" data-title="Quite new"' in made
    assert "data-create" not in client.get("/deal/options/account?text=quite new").text
    assert "data-create" not in client.get("/deal/options/owner?text=Nobody").text
    assert client.post("/deal/options/owner", data={"text": "Nobody"}).status_code == 404
    assert client.post("/deal/options/account", data={"text": ""}).status_code == 422


def test_a_copy_of_nothing_and_a_way_back_to_a_script_are_passed_over(client: TestClient, first: Callable) -> None:
    assert client.get("/deal/new?_copy=nonsense").status_code == 200
    assert "javascript:" not in client.get("/deal/new?_back=javascript:alert(1)").text
    deal = first("deal", "size(lines) > 0")
    copy = client.get(f"/deal/new?_copy={deal.id}").text
    assert "_revision" not in copy and 'name="lines.0.id" value=""' in copy


@pytest.mark.browser
def test_a_deal_is_typed_with_the_keyboard_alone(page: Any, accessible: Callable, first: Callable) -> None:
    page.goto("/deal/new")
    assert accessible(page) == []
    page.fill("#f-name", "Espresso bar in Ghent")
    page.focus("#f-account")
    page.keyboard.type("nord")
    page.wait_for_selector("#f-account-list [role=option]")
    page.keyboard.press("Enter")
    page.focus("#f-lines-0-product")
    page.keyboard.type("grinder")
    page.wait_for_selector("#f-lines-0-product-list [role=option]")
    page.keyboard.press("Enter")
    expect(page.locator("#f-lines-0-unit_price")).not_to_have_value("")
    page.fill("#f-lines-0-quantity", "3")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet tfoot")
    expect(page.locator("[data-rows] > tr")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/deal/[0-9a-f-]{36}$"))
    assert first("deal").title == "Espresso bar in Ghent"


@pytest.mark.browser
def test_a_picker_makes_a_record_where_it_is_needed(page: Any, first: Callable) -> None:
    page.goto("/deal/new")
    page.focus("#f-account")
    page.keyboard.type("Brand new Ltd")
    page.wait_for_selector("#f-account-list [data-create]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=account]")).not_to_have_value("")
    assert first("account").title == "Brand new Ltd"


@pytest.mark.browser
def test_cells_are_pasted_from_a_spreadsheet(page: Any) -> None:
    page.goto("/deal/new")
    page.focus("#f-lines-0-quantity")
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const how = { clipboardData: data, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        "2\t10.00\n4\t20.00\n6\t30.00\n",
    )
    expect(page.locator("[data-rows] > tr")).to_have_count(3)
    expect(page.locator(".sheet tfoot")).to_contain_text("€280.00")


def _of(work: records.Work, id: object) -> Any:
    return records.compile_where(work, "deal_line", f'deal == "{id}"')
