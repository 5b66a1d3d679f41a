"""Reading the same record again and again, while others change what it tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.engine import people
from customary.engine.people import remembered
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.records import Work, sharing
from customary.engine.records.reader.at_once import at_once, end_of_day
from customary.engine.workspace import Workspace
from customary.ui.api import answers, caller

on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""There are no wires to SQLite."""


def test_every_answer_tells_what_is_there_at_that_moment(api: TestClient, key_of: Callable[[str, str], str]):
    account = api.post("/api/account", json={"name": "Acme"}).json()["id"]
    made = api.post("/api/deal", json={"name": "Pumps", "account": account}).json()
    address, task = f"/api/deal/{made['id']}", api.get("/api/task").json()["items"][0]["id"]

    def seen() -> dict:
        answers = [api.get(address) for _ in range(3)]
        assert len({(each.text, each.headers["ETag"], each.headers["Content-Type"]) for each in answers}) == 1
        return answers[0].json()

    assert seen() == made
    api.patch(address, json={"name": "Valves"})
    assert (seen()["name"], seen()["revision"]) == ("Valves", 2)
    api.patch(f"/api/account/{account}", json={"name": "Acme & Co"})
    api.patch(f"/api/task/{task}", json={"done": True})
    assert (seen()["account"]["title"], seen()["open_tasks"], seen()["revision"]) == ("Acme & Co", 0, 2)
    api.patch(f"/api/task/{task}", json={"done": False})
    assert seen()["open_tasks"] == 1
    other = {"Authorization": f"Bearer {key_of('ben@example.com', 'sales_rep')}"}
    assert [api.get(address, headers=other).status_code for _ in range(3)] == [404, 404, 404]
    assert api.get(address, headers={"Authorization": "Bearer cus_none"}).status_code == 401
    api.delete(address)
    assert api.get(address).status_code == 404


def test_the_query_of_every_entity_is_understood(api_workspace: Workspace):
    with api_workspace.database.read() as connection:
        for role in api_workspace.release.model.roles:
            user = {"id": None, "name": "Ann", "entity": "user"}
            work = api_workspace.work(connection, Actor(None, roles=(role,), record=user), "api")
            made = filter(None, (at_once(work, each) for each in work.model.entities))
            for told in () if work.is_sqlite else made:
                result = connection.connection.dbapi_connection.pgconn.prepare(b"", told.ready.text)
                assert not result.error_message, (role, told.entity, result.error_message)


class Ben:
    """Somebody with a key, for whom a deal is shared until tonight; and how often a wire told them of it."""

    def __init__(self, api: TestClient, workspace: Workspace, secret: str) -> None:
        self.api, self.workspace, self.secret, self.wired = api, workspace, secret, 0
        account = api.post("/api/account", json={"name": "Acme"}).json()["id"]
        made = api.post("/api/deal", json={"name": "Pumps", "account": account, "next_step": "Call"})
        self.deal = UUID(made.json()["id"])
        with workspace.database.read() as connection:
            self.id = people.actor_of_key(connection, secret, workspace.release).id
        self._ask, workspace.database.wires.ask = workspace.database.wires.ask, self._one
        self.share = self.write(self.shares)
        self.meanwhile: Callable[[], Any] = lambda: None

    def reads(self, secret: str = "") -> Any:
        return self.api.get(f"/api/deal/{self.deal}", headers={"Authorization": f"Bearer {secret or self.secret}"})

    def wired_answer(self) -> Any:
        """The answer to the first request for which a wire was asked: not all are, where the machine is slow."""
        before = self.wired
        for _ in range(50):
            answer = self.reads()
            if self.wired > before:
                return answer
        raise AssertionError("no wire told anything")

    def write(self, fn: Callable[[Work], Any]) -> Any:
        with self.workspace.database.write() as connection:
            return fn(self.workspace.work(connection, SYSTEM))

    def shares(self, work: Work) -> UUID:
        today = end_of_day(work).date() - timedelta(days=1)
        return sharing.share(work, "deal", self.deal, ("user", self.id), until=today)

    def loses(self, work: Work) -> None:
        people.revoke_all(work.connection, self.id, work.now)

    async def _one(self, *asked: Any, **values: Any) -> Any:
        found = await self._ask(*asked, **values)
        self.wired += bool(found)
        self.meanwhile()
        return found


@pytest.fixture
def ben(api: TestClient, api_workspace: Workspace, key_of: Callable[[str, str], str]) -> Ben:
    ben = Ben(api, api_workspace, key_of("ben@example.com", "sales_rep"))
    assert ben.wired_answer().status_code == 200
    return ben


@on_postgresql
def test_what_is_taken_from_somebody_is_told_no_longer_than_their_key_is_remembered(
    ben: Ben, monkeypatch: pytest.MonkeyPatch
):
    later = [0.0]
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + later[0]))
    limited = ben.write(lambda work: people.add_key(work.connection, ben.id, "l", work.now, entities=["account"]))
    taken = (
        (lambda work: sharing.unshare(work, "deal", ben.deal, ben.share), ben.shares, 404),
        (
            lambda work: people.set_roles(work, ben.id, []),
            lambda work: people.set_roles(work, ben.id, ["sales_rep"]),
            404,
        ),
        (
            lambda work: people.set_active(work, ben.id, False),
            lambda work: people.set_active(work, ben.id, True),
            401,
        ),
        (ben.loses, None, 401),
    )
    for take, give, answered in taken:
        assert [ben.reads().status_code for _ in range(3)] == [200, 200, 200]
        assert [ben.reads(limited).status_code for _ in range(2)] == [404, 404]
        ben.write(take)
        later[0] += remembered.SECONDS
        assert [ben.reads().status_code for _ in range(3)] == [answered] * 3
        ben.write(give) if give else None


@on_postgresql
def test_nobody_is_told_what_was_taken_while_they_waited(ben: Ben):
    ben.meanwhile = lambda: ben.write(ben.loses)
    assert ben.wired_answer().status_code == 401


@on_postgresql
def test_whoever_is_looked_up_anew_while_they_wait_is_told_at_once_all_the_same(
    ben: Ben, monkeypatch: pytest.MonkeyPatch
):
    def looked_up() -> None:
        remembered.forget()
        with ben.workspace.database.read() as connection:
            actor = people.actor_of_key(connection, ben.secret, ben.workspace.release)
            known = answers.entry(ben.workspace.work(connection, actor, "api"), "deal")
        answers._entries[f"Bearer {ben.secret}", "deal"] = known

    made: list[Any] = []
    monkeypatch.setattr(answers, "_made", lambda *asked, make=answers._made: made.append(asked) or make(*asked))
    ben.meanwhile = looked_up
    assert (ben.wired_answer().status_code, len(made)) == (200, 1)


@on_postgresql
def test_a_share_ends_with_its_day(ben: Ben, monkeypatch: pytest.MonkeyPatch):
    now = caller.moment()

    def tomorrow() -> datetime:
        return now + timedelta(days=1)

    for each in (caller, answers):
        monkeypatch.setattr(each, "moment", tomorrow)
    assert [ben.reads().status_code for _ in range(3)] == [404, 404, 404]


@on_postgresql
def test_a_field_that_a_new_release_hides_is_told_no_more(ben: Ben):
    assert ben.reads().json()["next_step"] == "Call"
    hiding = "role: sales_rep\nentities: {deal: {fields: {next_step: hidden}}}\n"
    schemas = ben.workspace.directory / "schemas"
    schemas.mkdir(exist_ok=True)
    (schemas / "roles.yaml").write_text(hiding, encoding="utf-8")
    ben.workspace.apply()
    assert ["next_step" in ben.reads().json() for _ in range(3)] == [False, False, False]
