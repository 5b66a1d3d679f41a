"""A rule that is not applied yet is rehearsed on a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.workspace import Workspace

RULE = """workflow: huge_deal
label: {en: A huge deal}
when: {created: deal}
where: 'name.contains("e")'
do:
  - set: {name: 'Big {{ name }}'}
  - create: {task: {title: 'Look at {{ name }}'}}
  - send_email: {to: ann@example.com, subject: 'About {{ name }}', body: '<b>Hello</b>'}
"""
ADDRESS = "/workflows/huge_deal/rehearsal"


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    (workspace.directory / "workflows").mkdir(exist_ok=True)
    (workspace.directory / "workflows" / "big.yaml").write_text(RULE)
    return workspace


def test_it_shows_what_would_have_come_of_it(client: TestClient, first: Callable) -> None:
    assert "Plays the rule" in client.get(ADDRESS).text
    before = first("deal", 'name.contains("e")').values["name"]
    page = client.post(ADDRESS, data={"days": "365"}).text
    assert "Would have started" in page
    assert "Would change “Big" in page
    assert "Would create “Look at Big" in page
    assert "To ann@example.com: About Big" in page
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert first("deal", 'name.contains("e")').values["name"] == before


def test_one_record_is_followed(client: TestClient, first: Callable) -> None:
    deal = first("deal")
    page = client.post(ADDRESS, data={"days": "365", "record": f"http://crm.example.com/deal/{deal.id}"}).text
    assert f"/deal/{deal.id}" in page
    assert "<code>name.contains(&#34;e&#34;)</code>" in page
    refused = client.post(ADDRESS, data={"record": "nonsense"})
    assert (refused.status_code, "Paste the address of a record" in refused.text) == (422, True)


def test_the_steps_of_one_record_are_told_one_after_the_other(client: TestClient, first: Callable) -> None:
    deal = first("deal", 'name.contains("e")')
    page = client.post(ADDRESS, data={"days": "365", "record": f"/deal/{deal.id}"}).text
    steps = page[page.index('<details class="rehearsed-steps" open>') :]
    told = ["3 steps", "Set fields", f"Big {deal.values['name']}", "Create a record", "Send a mail", "ann@example.com"]
    places = [steps.index(each) for each in told]
    assert places == sorted(places)


def test_what_starts_nothing_is_told_of_one_record_too(
    client: TestClient, first: Callable, inside: Callable, workspace: Workspace
) -> None:
    deal = first("deal", 'name.contains("e")')
    inside(records.update, "deal", deal.id, {"name": "Small"})
    (workspace.directory / "workflows" / "big.yaml").write_text(RULE.replace("{created: deal}", "{changed: deal.name}"))
    page = client.post(ADDRESS, data={"days": "365", "record": f"/deal/{deal.id}"}).text
    assert "Its condition did not hold." in page and "Nothing that the rule waits for." in page


def test_what_cannot_be_rehearsed_says_why(client: TestClient, workspace: Workspace) -> None:
    assert client.get("/workflows/none/rehearsal").status_code == 404
    (workspace.directory / "workflows" / "big.yaml").write_text(RULE.replace("name.contains", "nme.contains"))
    assert "workflows/big.yaml:4" in client.get(ADDRESS).text or client.get(ADDRESS).status_code == 404
    (workspace.directory / "workflows" / "big.yaml").write_text(
        RULE.replace("{created: deal}", "{created: deal, before: true}").split("  - create")[0]
    )
    assert "try it out by its examples" in client.post(ADDRESS, data={}).text


def test_only_administrators_rehearse(signed_in: Callable) -> None:
    assert signed_in("sales_rep").get(ADDRESS).status_code == 403


@pytest.mark.browser
def test_the_page_is_accessible(page, accessible) -> None:
    page.goto(ADDRESS)
    page.get_by_label("Look back at").select_option("365")
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("Would have started").wait_for()
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert accessible(page) == []
