"""Reading the same record again and again, while others change what it tells."""

from __future__ import annotations

from collections.abc import Callable

from litestar.testing import TestClient

from customary.engine.people.actor import Actor
from customary.engine.records.at_once import at_once
from customary.engine.workspace import Workspace


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
