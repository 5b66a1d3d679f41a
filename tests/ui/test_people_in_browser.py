"""The pages about people as somebody sees them: on a phone and a wide screen, and axe finds nothing."""

from __future__ import annotations

import base64
import os

import pytest

from customary.engine import people, records, sealing

from .conftest import EMAIL


@pytest.mark.browser
def test_the_pages_about_people_work_on_any_screen(page, inside, accessible, monkeypatch):
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())

    def make(work):
        ann = people.find(work.connection, EMAIL).user_id
        bob = people.add(work, "bob@example.com", None, ["sales_rep"], "Bob Chan")
        records.create(work, "account", {"name": "Steel", "owner": bob})
        people.add_key(work.connection, ann, "Reports", work.now, read_only=True)
        return bob

    bob = inside(make)
    for path in ("people", f"people/{bob}", "teams", "roles/sales_rep", "roles/sales_rep/user", "sign-in", "keys"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"/settings/{path}")
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
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
