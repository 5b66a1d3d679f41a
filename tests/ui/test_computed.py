"""Computed fields on pages: shown, sorted and filtered by, never typed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.workspace import Workspace

OWN = """
entity: deal
fields:
  industry: {lookup: account.industry, index: true}
  account_owner: {lookup: account.owner}
  same_industry: {type: integer, label: Siblings, rollup: size(account.deals)}
views:
  by_industry: {kind: table, columns: [name, industry, account_owner, lines_total, open_tasks], sort: [-industry]}
layout:
  looked_up: {label: Looked up, rows: [[industry, account_owner], [same_industry]]}
"""


@pytest.fixture
def workspace(built: Path, workspace: Workspace) -> Iterator[Workspace]:
    """The shipped packs with computed fields of the business's own laid over them."""
    schemas = Path(workspace.directory) / "schemas"
    schemas.mkdir(exist_ok=True)
    (schemas / "deal.yaml").write_text(OWN, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", page, flags=re.S)))


def test_the_page_of_a_record_shows_them(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'account.industry == "manufacturing"')
    shown = text_of(client.get(f"/deal/{deal.id}").text)
    assert "Industry Manufacturing" in shown
    owner = inside(lambda work: records.get(work, "deal", deal.id).values["account_owner"])
    assert inside(lambda work: records.get(work, "user", owner)).title in shown
    account = text_of(client.get(f"/account/{deal.values['account']}").text)
    assert re.search(r"Open deals \d", account)
    assert "Won so far" in account


def test_a_form_shows_them_and_takes_none(client: TestClient, first: Callable, inside: Callable) -> None:
    deal = first("deal", 'account.industry == "manufacturing"')
    form = client.get(f"/deal/{deal.id}/edit").text
    assert 'name="industry"' not in form and 'name="account_owner"' not in form and 'name="same_industry"' not in form
    assert "Manufacturing" in text_of(form)
    account = client.get(f"/account/{deal.values['account']}/edit")
    assert (account.status_code, 'name="open_deals"' in account.text) == (200, False)
    new = client.get(f"/deal/new?account={deal.values['account']}")
    assert new.status_code == 200
    assert "Manufacturing" in text_of(new.text)


def test_lists_sort_and_filter_by_them(client: TestClient) -> None:
    page = client.get("/deal?view=by_industry")
    assert page.status_code == 200
    assert "Total of products" in text_of(page.text)
    for address in (
        "/deal?sort=-lines_total",
        "/deal?sort=open_tasks",
        "/account?sort=-open_deals",
        "/account?sort=won_amount",
    ):
        assert client.get(address).status_code == 200, address
    found = client.get(
        "/api/account", params={"where": "open_deals > 0 && won_amount.amount >= 0", "sort": "-open_deals"}
    )
    assert found.status_code == 200, found.text
    counts = [each["open_deals"] for each in found.json()["items"]]
    assert counts == sorted(counts, reverse=True) and counts[-1] > 0


def test_the_api_tells_and_refuses_them(client: TestClient, first: Callable) -> None:
    account = first("account")
    assert client.get(f"/api/account/{account.id}").json()["open_deals"] >= 0
    refused = client.patch(f"/api/account/{account.id}", json={"open_deals": 7})
    assert refused.status_code == 422, refused.text


def test_they_are_exported(client: TestClient) -> None:
    answer = client.get("/account/export?format=csv")
    assert answer.status_code == 200
    assert "open_deals" in answer.text.splitlines()[0]
