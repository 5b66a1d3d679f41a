"""Rows show values as they are, whatever people typed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from litestar.testing import TestClient

from customary.engine import records

NAUGHTY = '<b onclick="x()">&amp;\'</b>'


def test_what_people_typed_stays_text_in_every_column(client: TestClient, inside: Callable) -> None:
    account = inside(records.create, "account", {"name": NAUGHTY})
    inside(records.create, "deal", {"name": NAUGHTY, "account": account, "next_step": NAUGHTY})
    html = client.get("/deal?columns=name,account,next_step&where=" + "name+%3D%3D+account.name").text
    rows = html[html.index('id="rows"') : html.index("<tfoot")]
    assert NAUGHTY not in rows
    assert rows.count(escape(NAUGHTY).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) == 4


def test_another_first_column_leads_to_the_record_too(client: TestClient, inside: Callable) -> None:
    account = inside(records.create, "account", {"name": "Acme"})
    id = inside(records.create, "deal", {"name": "Led to", "next_step": "Call", "account": account})
    html = client.get("/deal?columns=next_step,name&where=" + "name+%3D%3D+%22Led+to%22").text
    assert f'href="/deal/{id}">' in html and "Call</a></th>" in html
