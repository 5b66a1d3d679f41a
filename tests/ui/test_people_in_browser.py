"""The pages about people as somebody sees them: on a phone and a wide screen, and axe finds nothing."""

from __future__ import annotations

import base64
import os

import pytest

from customary.engine import people, records, sealing
from customary.engine.people import tickets
from customary.engine.people.address import LASTS, PURPOSE

from .conftest import EMAIL

WIDER = """Math.max(...[...document.querySelectorAll("html, .content, .content-padded")]
    .map((each) => each.scrollWidth - each.clientWidth))"""
"""How far anything reaches out of the page, or of what scrolls in it."""


@pytest.mark.browser
def test_the_pages_about_people_work_on_any_screen(page, inside, accessible, monkeypatch, settle):
    settle(web_address="https://crm.example.com", mail={"host": "127.0.0.1", "port": 9})
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())

    def make(work):
        ann = people.find(work.connection, EMAIL).user_id
        bob = people.add(work, "bob@example.com", None, ["sales_rep"], "Bob Chan")
        records.create(work, "account", {"name": "Steel", "owner": bob})
        people.add_key(work.connection, ann, "Reports", work.now, read_only=True)
        long = people.add(work, "long@example.com", None, ["sales_rep"], "Παπαδοπούλου-Κωνσταντινίδου Αλεξάνδρα 歐陽")
        secret = tickets.issue(work.connection, PURPOSE, work.now, LASTS, ann, {"email": "ann.lee@example.com"})
        return bob, long, secret

    bob, long, secret = inside(make)
    paths = ("people", f"people/{bob}", f"people/{long}", "teams", "roles/sales_rep", "roles/sales_rep/user", "sign-in")
    for path in (*paths, "keys", "audit", "", f"address/{secret}"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"/settings/{path}")
            page.evaluate("document.querySelectorAll('details.more').forEach((each) => { each.open = true })")
            wider = page.evaluate(WIDER)
            assert (wider, accessible(page)) == (0, []), (path, width)
    page.goto(f"/settings/people/{bob}")
    page.get_by_text("Keep out", exact=True).click()
    page.locator("#heir-leaving").select_option(label="Ann Lee")
    page.get_by_role("button", name="Keep Bob Chan out").click()
    page.get_by_text("1 record handed over.").wait_for()
    page.goto("/settings/sign-in")
    page.get_by_role("button", name="Set up").click()
    page.locator(".qr svg").wait_for()
    assert accessible(page) == []


TABLE = """
dashboard: largest
tiles:
  deals: {kind: table, of: deal, columns: [name, account, stage, amount, expected_close, owner, source, competitor]}
"""


@pytest.mark.browser
def test_a_table_on_a_dashboard_and_the_way_through_a_list_work_on_a_phone(page, accessible, workspace):
    (workspace.directory / "schemas" / "largest.yaml").write_text(TABLE, encoding="utf-8")
    workspace.apply(by="test")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/dashboards/largest")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (wider, accessible(page)) == (0, [])
    page.goto("/deal")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("[data-step][aria-disabled]").first.wait_for()
    assert accessible(page) == []
