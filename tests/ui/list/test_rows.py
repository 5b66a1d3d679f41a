"""Rows show values as they are, whatever people typed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.ui.list import rows

NAUGHTY = '<b onclick="x()">&amp;\'</b>'


def test_what_people_typed_stays_text_in_every_column(client: TestClient, inside: Callable) -> None:
    account = inside(records.create, "account", {"name": NAUGHTY})
    inside(records.create, "deal", {"name": NAUGHTY, "account": account, "next_step": NAUGHTY})
    html = client.get("/deal?columns=name,account,next_step&where=" + "name+%3D%3D+account.name").text
    shown = html[html.index('id="rows"') : html.index("<tfoot")]
    assert NAUGHTY not in shown
    assert shown.count(escape(NAUGHTY).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) == 4


def test_another_first_column_leads_to_the_record_too(client: TestClient, inside: Callable) -> None:
    account = inside(records.create, "account", {"name": "Acme"})
    id = inside(records.create, "deal", {"name": "Led to", "next_step": "Call", "account": account})
    html = client.get("/deal?columns=next_step,name&where=" + "name+%3D%3D+%22Led+to%22").text
    assert f'href="/deal/{id}">' in html and "Call</a></th>" in html


def test_rows_that_are_kept_are_those_that_would_be_drawn(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "/deal?columns=name,account,stage,amount,owner,updated_at,next_step"
    for shown in (address, address.replace(",updated_at", ""), "/account", "/contact"):
        for language in ("en", "zh", "el"):
            client.post("/settings", data={"language": language})
            kept = [body_of(client, shown) for _ in range(3)]
            with monkeypatch.context() as patched:
                patched.setattr(rows, "_kept", lambda *_look: {})
                assert kept == [body_of(client, shown)] * 3


def test_a_row_shows_what_was_changed_a_moment_ago(client: TestClient, inside: Callable) -> None:
    account = inside(records.create, "account", {"name": "Acme"})
    id = inside(records.create, "deal", {"name": "Led to", "account": account, "next_step": "Call"})
    others = "/deal?columns=name,account,next_step"
    before = [body_of(client, others) for _ in range(2)][-1]
    inside(records.update, "deal", id, {"next_step": "Visit & sign"})
    inside(records.update, "account", account, {"name": "Acme <Ltd>"})
    after = body_of(client, others)
    assert after == before.replace(">Acme<", ">Acme &lt;Ltd&gt;<").replace("<td>Call<", "<td>Visit &amp; sign<", 1)
    assert after != before


def test_no_more_rows_are_kept_than_there_is_room_for(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple, str] = {}
    monkeypatch.setattr(rows, "MOST", 8)
    monkeypatch.setattr(rows, "_kept", lambda *_look: kept)
    body = body_of(client, "/deal?columns=name,account")
    assert body_of(client, "/deal?columns=name,account") == body
    assert body.count("<tr data-row>") > len(kept) == 4


def body_of(client: TestClient, address: str) -> str:
    html = client.get(address).text
    return html[html.index('id="rows"') : html.index("<tfoot")]
