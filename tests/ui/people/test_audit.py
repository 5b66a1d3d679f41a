"""The page of the audit log."""

from __future__ import annotations

from collections.abc import Callable

from litestar.testing import TestClient

from customary.engine import people
from customary.engine.audit import lines

from ..conftest import EMAIL, PASSWORD

OWN = ("password_changed", "key_added", "key_removed")


def test_an_export_and_a_deletion_are_shown(client: TestClient, first: Callable) -> None:
    task = first("task")
    assert client.get("/task/export?q=call").status_code == 200
    assert client.post(f"/task/{task.id}/delete").status_code < 400
    page = client.get("/settings/audit").text
    assert "Records exported" in page
    assert "Record deleted" in page
    assert "Search: call<" in page
    assert "Others with it: 0<" in page
    assert "Ann" in page
    assert "Roles: admin<" in page
    assert "Record deleted</td>" not in client.get("/settings/audit?kind=exported").text


def test_what_lets_somebody_in_is_told(client: TestClient, inside: Callable) -> None:
    bob = inside(people.add, "bob@example.com", None, ["sales_rep"], "Bob")
    for act in ("invite", "second-factor"):
        client.post(f"/settings/people/{bob}/{act}")
    client.post("/settings/keys", data={"name": "Reports", "may": "read", "days": "90"})
    (key,) = inside(lambda work: people.keys_of(work.connection, people.find(work.connection, EMAIL).user_id))
    client.post(f"/settings/keys/{key.id}/revoke")
    client.post("/settings/password", data={"old": PASSWORD, "new": "quite another horse"})
    told = inside(lambda work: {each.kind: (each.who, each.record) for each in lines(work.connection)})
    for kind, about in (("link_made", bob), ("factor_off", bob), *((each, None) for each in OWN)):
        assert told[kind] == (EMAIL, about), kind


def test_only_administrators_see_it(signed_in: Callable) -> None:
    assert signed_in("sales_rep").get("/settings/audit").status_code == 403


def test_nonsense_in_the_address_is_passed_over(client: TestClient) -> None:
    nonsense = "/settings/audit?kind=%00&actor=x&before=00000000-0000-0000-0000-000000000000"
    assert client.get(nonsense).status_code == 200


def test_the_page_is_accessible(page, accessible) -> None:
    page.goto("/settings/audit")
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert accessible(page) == []
