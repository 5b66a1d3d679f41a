"""An administrator looks at everything as somebody else: marked, logged, without writing."""

from __future__ import annotations

import pytest

from customary.engine import audit, people, records
from customary.ui.looker import LOOKING


@pytest.fixture
def rob(inside):
    return inside(people.add, "rob@example.com", None, ["sales_rep"], name="Rob")


def test_an_administrator_sees_what_another_sees_and_can_change_nothing(client, inside, rob, workspace, first, caplog):
    deal = first("deal")
    inside(records.update, "deal", deal.id, {"owner": None})
    assert client.get(f"/deal/{deal.id}").status_code == 200
    begun = client.post(f"/settings/people/{rob}/look")
    assert begun.status_code == 200
    assert "You see what Rob sees" in begun.text
    assert client.get(f"/deal/{deal.id}").status_code == 404
    assert client.get(f"/api/deal/{deal.id}").status_code == 404
    assert client.get("/settings/people").status_code == 403
    account = first("account")
    assert client.get(f"/account/{account.id}").status_code == 200
    for refused in (
        client.post(f"/account/{account.id}/archive"),
        client.post("/settings", data={"language": "el"}),
        client.post(f"/settings/people/{rob}/look"),
        client.post("/api/account", json={"name": "X"}),
        client.patch(f"/api/account/{account.id}", json={"name": "X"}),
    ):
        assert refused.status_code == 403, refused.url
    told = [each.getMessage() for each in caplog.records if each.name == "customary.security"]
    assert len(told) > 5 and str(rob) not in str(told), "it was not Rob who tried"
    ended = client.post("/looking/end")
    assert ended.status_code == 200
    assert "You see what" not in ended.text
    assert client.get(f"/deal/{deal.id}").status_code == 200
    with workspace.database.read() as connection:
        (line,) = audit.lines(connection, kind="looked_as")
    assert (line.who, line.record, line.details) == ("ann@example.com", rob, {"whose": "rob@example.com"})


def test_nobody_else_looks_as_another(signed_in, rob, inside, first):
    bob = signed_in("sales_rep")
    deal = first("deal")
    inside(records.update, "deal", deal.id, {"owner": rob})
    assert bob.post(f"/settings/people/{rob}/look").status_code == 403
    bob.cookies.set(LOOKING, str(rob))
    assert bob.get(f"/deal/{deal.id}").status_code == 404
    assert "You see what" not in bob.get("/").text
