"""Who may see a record: told on its page, and changed by sharing it there or over the API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from customary.engine import people, records
from customary.engine.records import sharing
from customary.ui.visitor import SESSION, csrf_of


@pytest.fixture
def deal(first):
    return first("deal")


@pytest.fixture
def bob(inside):
    return inside(people.add, "rob@example.com", None, ["sales_rep"], name="Rob")


def test_a_record_tells_why_it_may_be_seen_and_with_whom_it_is_shared(client, deal, bob):
    page = client.get(f"/deal/{deal.id}/access")
    assert page.status_code == 200
    assert "What you may do, and why" in page.text
    assert client.get(f"/deal/{deal.id}").text.count(f"/deal/{deal.id}/access") == 1
    given = {"with": f"user:{bob}", "writing": "yes", "until": "2999-01-01"}
    shared = client.post(f"/deal/{deal.id}/shares", data=given)
    assert shared.status_code == 200
    assert "Rob" in shared.text
    assert "may read and change it" in shared.text
    told = client.get(f"/deal/{deal.id}/access?user={bob}").text
    assert "What Rob may do" in told
    assert "It was shared." in told
    history = client.get(f"/deal/{deal.id}").text
    assert "shared this" in history


@pytest.mark.parametrize(
    "given",
    [{}, {"with": "user:x"}, {"with": "deal:x"}, {"with": "user:{bob}", "until": "2000-01-01"}, {"until": "soon"}],
)
def test_what_cannot_be_shared_is_said(client, deal, bob, given):
    data = {key: value.replace("{bob}", str(bob)) for key, value in given.items()}
    assert client.post(f"/deal/{deal.id}/shares", data=data).status_code == 422


def test_only_who_may_change_it_may_share_it_and_only_admins_ask_for_others(signed_in, inside, deal, bob):
    member = signed_in("member")
    inside(records.update, "deal", deal.id, {"owner": None})
    assert member.get(f"/deal/{deal.id}/access").status_code == 404
    account = inside(lambda work: records.select(work, "account", records.Query(limit=1)).records[0])
    page = member.get(f"/account/{account.id}/access")
    assert page.status_code == 200
    assert "Whose rights" not in page.text
    assert member.get(f"/account/{account.id}/access?user={bob}").status_code == 403


def test_shares_are_listed_made_and_taken_back_over_the_api(client, deal, bob, workspace):
    rob = {"entity": "user", "id": str(bob)}
    made = client.post(
        f"/api/deal/{deal.id}/shares", json={"with": {"entity": "user", "id": str(bob)}, "writing": True}
    )
    assert made.status_code == 201, made.text
    assert made.json()["with"] == {**rob, "title": "Rob"}
    assert [each["id"] for each in client.get(f"/api/deal/{deal.id}/shares").json()["items"]] == [made.json()["id"]]
    with workspace.database.write() as connection:
        token = people.start(connection, bob, datetime.now(UTC)).token
    mine = client.cookies.get(SESSION)
    client.cookies.set(SESSION, token)
    client.headers["X-CSRF-Token"] = csrf_of(token)
    assert client.get(f"/api/deal/{deal.id}").status_code == 200
    client.cookies.set(SESSION, mine)
    client.headers["X-CSRF-Token"] = csrf_of(mine)
    assert client.delete(f"/api/deal/{deal.id}/shares/{made.json()['id']}").status_code == 204
    assert client.delete(f"/api/deal/{deal.id}/shares/{made.json()['id']}").status_code == 404
    for wrong in (
        {},
        {"with": 1},
        {"with": {"entity": "user"}},
        {"with": {"entity": "user", "id": str(bob)}, "until": 3},
    ):
        assert client.post(f"/api/deal/{deal.id}/shares", json=wrong).status_code == 400
    assert sharing.SHARED in client.get(f"/api/deal/{deal.id}/history").text


@pytest.mark.browser
def test_axe_finds_nothing_wherever_it_is_looked_at(page, accessible, deal, bob):
    page.goto(f"/deal/{deal.id}/access?user={bob}")
    page.get_by_label("Person or team").select_option(f"user:{bob}")
    page.get_by_role("button", name="Share").click()
    page.get_by_text("may read it").wait_for()
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/deal/{deal.id}/access?user={bob}")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/settings/people/{bob}")
    page.get_by_role("button", name="Look as Rob").click()
    page.get_by_text("You see what Rob sees").wait_for()
    assert accessible(page) == []
