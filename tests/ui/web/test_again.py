"""Answers that are told again: only while all is as it was, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine import people, records
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace
from customary.ui.web import again

LIST = "/deal?where=&sort=name&columns=name,account,stage"


class Pages:
    """Somebody who looks at pages, and how often they were told them again."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.again = client, 0
        self.workspace: Workspace = client.app.state.workspace
        self._ask, self.workspace.database.wires.say_the_same = (
            self.workspace.database.wires.say_the_same,
            self._say_the_same,
        )
        self.ann = self.write(lambda work: people.everyone(work.connection))[0].user_id

    def settled(self, address: str) -> str:
        """What a page says once it is told again: not every answer is, where the machine is slow."""
        before = self.again
        for _ in range(50):
            page = self.client.get(address)
            assert page.status_code == 200
            if self.again > before:
                return page.text
        raise AssertionError("nothing was told again")

    def write(self, fn: Any, *args: Any) -> Any:
        with self.workspace.database.write() as connection:
            return fn(self.workspace.work(connection, SYSTEM), *args)

    def first_deal(self) -> records.Record:
        query = records.Query(sort=(("name", False),), limit=1)
        return self.write(lambda work: records.select(work, "deal", query).records[0])

    async def _say_the_same(self, heard: Any) -> bool:
        same = await self._ask(heard)
        self.again += same
        return same


@pytest.fixture
def pages(on_postgresql: TestClient) -> Iterator[Pages]:
    yield Pages(on_postgresql)
    on_postgresql.cookies.clear()


@pytest.mark.postgresql
def test_a_page_is_told_again_until_something_that_it_shows_is_another(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal, client = pages.first_deal(), pages.client
    for address in ("/", f"/deal/{deal.id}", "/deal/new"):
        assert pages.settled(address) == client.get(address).text

    assert "Another" not in pages.settled(LIST)
    pages.write(records.update, "account", deal.values["account"], {"name": "Another & Co"})
    assert "Another &amp; Co" in client.get(LIST).text
    assert str(deal.id) in pages.settled(LIST)
    pages.write(records.archive, "deal", deal.id)
    assert str(deal.id) not in client.get(LIST).text

    assert "<html" in pages.settled(LIST)
    assert "<html" not in client.get(LIST, headers={"HX-Request": "true"}).text
    before = pages.again
    client.cookies.set("customary_notice", "&Saved")
    assert ["Saved" in client.get(LIST).text for _ in range(2)] == [True, True]
    client.cookies.delete("customary_notice")
    with monkeypatch.context() as later:
        later.setattr(again, "time", SimpleNamespace(monotonic=lambda: 1e12))
        assert (client.get(LIST).status_code, pages.again) == (200, before)

    assert "data-row" in pages.settled(LIST)
    pages.write(people.set_roles, pages.ann, ["sales_rep"])
    assert "data-row" not in client.get(LIST).text
    pages.settled(LIST)
    pages.write(lambda work: people.set_active(work.connection, pages.ann, False))
    assert client.get(LIST, follow_redirects=False).status_code == 303
