"""The record page: facts edited in place, the stage path, the timeline, what is related."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import expect

from customary.engine import records
from customary.engine.fields.any_link import AnyLink

HTMX = {"HX-Request": "true"}


def test_a_page_shows_facts_path_timeline_and_what_is_related(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "negotiate"')
    page = client.get(f"/deal/{deal.id}").text
    assert f'id="record-title">{deal.title}' in page.replace("&#39;", "'").replace("&amp;", "&")
    assert 'aria-current="step">Negotiate' in page
    assert 'id="fact-next_step"' in page and 'id="related-lines"' in page and 'id="happened"' in page


def test_an_account_lists_its_deals_and_adds_one_already_linked(client: TestClient, first: Callable) -> None:
    account = first("account", "size(deals) > 0")
    page = client.get(f"/account/{account.id}").text
    assert 'id="related-deals"' in page
    assert f"/deal/new?account={account.id}&amp;_back=/account/{account.id}" in page
    answer = client.post(
        "/deal/new",
        data={"name": "X", "account": str(account.id), "_back": f"/account/{account.id}"},
        follow_redirects=False,
    )
    assert answer.headers["Location"] == f"/account/{account.id}"


def test_a_way_back_that_leads_outside_is_not_taken(client: TestClient, first: Callable) -> None:
    for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
        sent = {"name": "X", "account": str(first("account").id), "_back": back}
        answer = client.post("/deal/new", data=sent, follow_redirects=False)
        assert answer.headers["Location"].startswith("/deal/")


def test_a_field_is_edited_alone(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    control = client.get(f"/deal/{deal.id}/field/next_step", headers=HTMX).text
    assert 'name="next_step"' in control and f'name="_revision" value="{deal.revision}"' in control
    sent = {"next_step": "Ring twice", "_revision": str(deal.revision)}
    saved = client.put(f"/deal/{deal.id}/field/next_step", data=sent, headers=HTMX)
    assert saved.status_code == 200 and "Ring twice" in saved.text and 'id="record-head"' in saved.text
    late = client.put(f"/deal/{deal.id}/field/next_step", data={**sent, "next_step": "Too late"}, headers=HTMX)
    assert late.status_code == 422 and "changed by somebody else" in late.text and 'value="Ring twice"' in late.text


def test_a_refused_value_stays_in_its_control(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "qualify"')
    answer = client.put(f"/deal/{deal.id}/field/amount", data={"amount": "-5"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'value="-5"' in answer.text and "Amount must be at least 0" in answer.text
    for name in ("revision", "weighted", "no_such_field"):
        assert client.get(f"/deal/{deal.id}/field/{name}", headers=HTMX).status_code == 404


def test_a_move_asks_for_what_its_stage_needs_and_takes_it_in_place(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "negotiate" && closed_on == null')
    asked = client.put(f"/deal/{deal.id}/stage", data={"stage": "won"}, headers=HTMX)
    assert asked.status_code == 422
    assert 'name="closed_on"' in asked.text and "needs a little more" in asked.text
    assert "is needed for stage" not in asked.text  # nothing was typed yet that could be wrong
    wrong = client.put(f"/deal/{deal.id}/stage", data={"stage": "won", "closed_on": "+9d"}, headers=HTMX)
    assert wrong.status_code == 422 and "must not be in the future" in wrong.text and 'value="+9d"' in wrong.text
    done = client.put(f"/deal/{deal.id}/stage", data={"stage": "won", "closed_on": "today"}, headers=HTMX)
    assert done.status_code == 200 and 'aria-current="step">Won' in done.text
    assert first("deal", f'name == "{deal.title}"').values["outcome"] == "won"


def test_a_move_that_no_field_can_mend_says_why(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "negotiate"')
    answer = client.put(f"/deal/{deal.id}/stage", data={"stage": "qualify"}, headers=HTMX)
    assert answer.status_code == 422 and "cannot go from Negotiate to Qualify" in answer.text
    assert client.put(f"/deal/{deal.id}/stage", data={"stage": "nowhere"}, headers=HTMX).status_code == 422


def test_without_scripts_a_move_is_a_form_and_its_refusal_a_page(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'stage == "negotiate" && closed_on == null')
    refused = client.post(f"/deal/{deal.id}/stage", data={"stage": "won"})
    assert refused.status_code == 422 and "<html" in refused.text and 'name="closed_on"' in refused.text
    sent = {"stage": "won", "closed_on": "2026-01-05"}
    moved = client.post(f"/deal/{deal.id}/stage", data=sent, follow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (303, f"/deal/{deal.id}")


def test_what_is_written_in_the_composer_is_about_the_record(client: TestClient, first: Callable) -> None:
    deal = first("deal")
    sent = {"_writing": "activity.call", "subject": "Rang about delivery", "notes": "They wait.\nLong."}
    answer = client.post(f"/deal/{deal.id}/timeline", data=sent, headers=HTMX)
    assert answer.status_code == 200 and "Rang about delivery" in answer.text
    made = first("activity").values
    assert (made["kind"], made["about"]) == ("call", AnyLink("deal", deal.id))
    empty = client.post(f"/deal/{deal.id}/timeline", data={**sent, "subject": ""}, headers=HTMX)
    assert empty.status_code == 422 and "Subject is required" in empty.text and "They wait." in empty.text
    for name in ("account", "nothing", "", "activity.dance"):
        strange = client.post(f"/deal/{deal.id}/timeline", data={**sent, "_writing": name}, headers=HTMX)
        assert strange.status_code == 422


def test_a_task_is_ticked_off_where_it_stands(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal")
    inside(records.create, "task", {"title": "Ring back", "about": AnyLink("deal", deal.id)})
    task = first("task")
    page = client.get(f"/deal/{deal.id}/timeline", headers=HTMX).text
    assert "Done: Ring back" in page
    answer = client.post(f"/task/{task.id}/done", headers=HTMX)
    assert answer.status_code == 200 and "Done: Ring back" not in answer.text
    assert first("task").values["done"] is True


def test_history_says_from_what_to_what_in_the_readers_language(
    client: TestClient, first: Callable, inside: Callable
) -> None:
    deal = first("deal", 'stage == "qualify" && priority == "normal"')
    inside(records.update, "deal", deal.id, {"priority": "key", "amount": None})
    page = client.get(f"/deal/{deal.id}/timeline?kind=changes", headers=HTMX).text
    assert "2 fields changed" in page
    assert re.search(r"Priority.*Normal.*Key deal", page, re.S)


def test_archiving_has_a_way_back_and_deleting_names_the_thing(client: TestClient, first: Callable) -> None:
    lead = first("lead")
    archived = client.post(f"/lead/{lead.id}/archive")
    toast = archived.text.partition('id="toasts"')[2]
    assert "was archived" in toast and f'action="/lead/{lead.id}/restore"' in toast
    assert "Move to " not in archived.text and f'href="/lead/{lead.id}/edit"' not in archived.text
    assert "was restored" in client.post(f"/lead/{lead.id}/restore").text
    assert "Delete “" in client.get(f"/lead/{lead.id}").text
    assert client.post(f"/lead/{lead.id}/delete").url.path == "/lead"
    assert client.get(f"/lead/{lead.id}").status_code == 404


def test_what_others_need_is_not_deleted(client: TestClient, first: Callable) -> None:
    account = first("account", "size(deals) > 0")
    answer = client.post(f"/account/{account.id}/delete")
    assert answer.url.path == f"/account/{account.id}"
    assert client.get(f"/account/{account.id}").status_code == 200


def test_every_shipped_entity_has_a_page_and_forms(client: TestClient, workspace: Any, inside: Callable) -> None:
    for name, entity in workspace.release.model.entities.items():
        assert client.get(f"/{name}/new").status_code == 200, name
        for record in inside(lambda work, name=name: records.select(work, name, records.Query(limit=2)).records):
            for end in ("", "/edit", "/facts", "/timeline"):
                assert client.get(f"/{name}/{record.id}{end}").status_code == 200, (name, end)
            for field in (each for each in entity.fields.values() if each.entered and each.control != "lines"):
                assert client.get(f"/{name}/{record.id}/field/{field.name}").status_code == 200, (name, field.name)


def test_a_page_offers_only_what_this_person_may_do(signed_in: Callable, first: Callable, inside: Callable) -> None:
    client = signed_in("sales_rep")
    theirs, account = first("deal"), first("account")
    for end in ("", "/edit", "/facts", "/timeline", "/field/name"):
        assert client.get(f"/deal/{theirs.id}{end}").status_code == 404
    assert client.put(f"/deal/{theirs.id}/stage", data={"stage": "lost"}, headers=HTMX).status_code == 404
    page = client.get(f"/account/{account.id}").text
    assert theirs.title not in page and "Delete …" not in page and "Edit" in page
    activity = client.get(f"/activity/{first('activity').id}").text  # may be read, not changed: somebody else's
    assert 'data-key="e"' not in activity and "fact-edit" not in activity
    sent = {"name": "Mine", "account": str(account.id)}
    mine = client.post("/deal/new", data=sent, follow_redirects=False).headers["Location"]
    assert 'data-key="e"' in client.get(mine).text
    assert client.get("/deal?view=board").text.count('<li class="board-card"') == 1
    assert client.get("/workflows").status_code == 200
    assert client.post(f"{mine}/delete").status_code == 403


@pytest.mark.postgresql
def test_pages_are_the_same_on_postgresql(on_postgresql: TestClient) -> None:
    client = on_postgresql
    board = client.get("/deal?view=board").text
    assert board.count('<li class="board-card"') == 50
    deal = re.search(r'id="card-([0-9a-f-]+)" data-card data-id="[^"]+" data-stage="negotiate"', board)[1]
    for end in ("", "/edit", "/facts", "/timeline"):
        assert client.get(f"/deal/{deal}{end}").status_code == 200
    assert client.put(f"/deal/{deal}/stage", data={"stage": "won"}, headers=HTMX).status_code == 422
    sent = {"stage": "won", "closed_on": "today"}
    assert client.put(f"/deal/{deal}/stage", data=sent, headers=HTMX).status_code == 200
    strange = {"name": "a\x00b", "account": "\x00", "amount": "9" * 60, "account.text": "\x00%"}
    assert client.post("/deal/new", data=strange).status_code == 422
    assert client.get("/deal/options/account", params={"text": "\x00'%"}).status_code == 200
    assert client.get("/workflows").status_code == 200


@pytest.mark.browser
def test_a_fact_opens_on_double_click_and_keeps_the_focus(page: Any, first: Callable, accessible: Callable) -> None:
    deal = first("deal", 'stage == "negotiate" && closed_on == null')
    page.goto(f"/deal/{deal.id}")
    assert accessible(page) == []
    page.dblclick("#fact-next_step dd")
    expect(page.locator("#f-next_step")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#fact-next_step .fact-edit")).to_be_focused()
    page.keyboard.press("Enter")
    page.fill("#f-next_step", "Ring twice")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-next_step dd")).to_contain_text("Ring twice")
    page.click(".path-now button")
    expect(page.locator(f"#m-{deal.id}-closed_on")).to_be_focused()
    assert accessible(page) == []
    page.keyboard.type("today")
    page.keyboard.press("Enter")
    expect(page.locator(".path-now")).to_contain_text("Won")


@pytest.mark.browser
def test_on_a_phone_the_parts_are_tabs(page: Any, first: Callable, accessible: Callable) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/deal/{first('deal').id}")
    expect(page.locator("#about")).to_be_visible()
    expect(page.locator("#happened")).to_be_hidden()
    page.click("#tab-happened")
    expect(page.locator("#happened")).to_be_visible()
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
