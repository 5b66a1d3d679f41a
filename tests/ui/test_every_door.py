"""Every address that the pages and the API answer is tried by somebody with few rights, and tells nothing it must not.

A route added later is tried too; one with a parameter that nobody knows here fails, and wants a line in `filled`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import files, messages, people, records
from customary.engine.messages import outbox
from customary.engine.messages.incoming import received
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Work, new_id
from customary.engine.records.deciding import decisions
from customary.engine.workspace import Workspace
from customary.ui.visitor import SESSION, csrf_of
from customary.ui.web.rate import Quota

ROLE = """
role: narrow
entities:
  deal: {read: own, create: all, update: own, delete: own, export: all, fields: {next_step: hidden}}
  account: {read: '=name != "Quagga Shadow"', create: all, update: all, export: all}
  contact: {read: all, fields: {email: hidden}}
  task: {read: own, update: own}
  activity: {read: own}
dashboards: [sales, steps]
---
dashboard: steps
tiles:
  by_step: {kind: bar, of: deal, by: next_step}
  by_account: {kind: bar, of: deal, by: account}
  deals: {kind: table, of: deal, columns: [name, account, next_step]}
---
workflow: tell_stage
when: {changed: deal.amount}
where: next_step != null
do: [{note: 'Now {{ next_step }} at {{ account.name }}'}]
---
web_form: ask_us
entity: contact
fields: {name: {required: true}, email: {}}
match: email
"""
HIDDEN, UNSEEN, DEEP = "Zebra-7-secret", "Quagga Shadow", "Okapi Shadow"
TOLD = ("7-secret", UNSEEN, DEEP)
ASKED = (
    "q=Zebra",
    "text=Zebra",
    "where=next_step+%21%3D+null",
    "sort=next_step",
    "columns=next_step",
    "fields=next_step",
)
ALSO = (
    "fields=next_step",
    "group=next_step",
    "min=next_step",
    "view=all&q=Zebra",
    "format=csv&q=Zebra",
    "format=json&columns=next_step",
)
PARAMETER = re.compile(r"\{(\w+):\w+\}")
SAID = ("tell_stage", "ask_us", "sales", "steps")
"""Rules, forms and dashboards."""
BESIDE = "beside records"
OUT = ("/sign-out", "/looking/end")
"""Would end the session of who tries."""
CALLED = ("/forms/", "/hooks/")
"""What strangers may send to."""
ABOUT_LOOKING = {"customary_audit", "customary_pace", "customary_form_key"}
"""Who exported what, how often strangers call, and the key that forms are stamped with, made for the first of them."""


@pytest.fixture
def doors(workspace) -> Any:
    """A client of somebody with a narrow role, and the ids of what lies around."""
    (workspace.directory / "schemas" / "narrow.yaml").write_text(ROLE, encoding="utf-8")
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        rob = people.add(work, "rob@example.com", None, ["narrow"], name="Rob")
        token = people.start(connection, rob, datetime.now(UTC)).token
        unseen = records.create(work, "account", {"name": UNSEEN})
        mine = {"name": "My own", "owner": rob, "account": unseen, "next_step": HIDDEN}
        other = {**mine, "name": DEEP, "owner": None}
        ids = {
            "deal": [records.create(work, "deal", mine), records.create(work, "deal", other)],
            "account": [unseen],
            "contact": [
                records.create(
                    work, "contact", {"name": "Lee Zonker", "account": unseen, "email": "zebra@7-secret.example"}
                )
            ],
        }
        records.update(work, "deal", ids["deal"][0], {"next_step": HIDDEN + "!"})
        messages.notify(work, rob, "Look", about=("deal", ids["deal"][1]))
        ids[BESIDE] = list(beside(work, workspace.files, ids))
    with TestClient(create_app(workspace), raise_server_exceptions=False) as client:
        client.cookies.set(SESSION, token)
        client.headers["X-CSRF-Token"] = csrf_of(token)
        yield client, ids


def beside(work: Work, store: files.Store, ids: dict[str, list[UUID]]) -> Iterator[UUID]:
    """What is kept about records: files, mails both ways, decisions and what others were told."""
    own, other = ids["deal"]
    brought = files.keep(work.connection, store, new_id(), UNSEEN, HIDDEN.encode(), None, work.now)
    named = {"id": str(brought.id), "name": UNSEEN, "type": "text/plain", "size": brought.size}
    yield brought.id
    # Rob may read the contact, but not the address that its mails are sent to and come from.
    for entity, id, text, files_of in (("deal", other, HIDDEN, [named]), ("contact", ids["contact"][0], "Hello", [])):
        mail = mail_about(work, entity, id, text, files_of)
        received.keep(work.connection, mail)
        yield mail.id
    for entity, id in (("deal", own), ("deal", other), ("contact", ids["contact"][0])):
        said = {"subject": HIDDEN, "body": f"{UNSEEN} {DEEP}", "details": {"shown": True}}
        yield outbox.put(work, "mail", to="zebra@7-secret.example", about=(entity, id), **said)
    yield decisions.put(work, ["role:admin"], {"": HIDDEN}, about=("deal", other))
    ann = people.add(work, "ann.other@example.com", None, ["admin"], name="Ann Other")
    yield messages.notify(work, ann, HIDDEN, about=("deal", other))


def mail_about(work: Work, entity: str, record: UUID, text: str, brought: list[Any]) -> received.Received:
    plain = {"sender": "zebra@7-secret.example", "sender_name": "", "recipients": [], "subject": text, "text": text}
    named = {"mailbox": "none", "uid": None, "message_id": str(new_id()), "at": work.now, "received_at": work.now}
    filed = {"status": received.FILED, "why": None, "answers": None, "entity": entity, "record": record}
    more = {"whole": "", "automatic": False, "references": [], "files": brought}
    return received.Received(id=new_id(), **plain, **named, **filed, **more)


def filled(path: str, ids: dict[str, list[UUID]]) -> list[str]:
    """The addresses of a route, with all that its parameters may be."""
    anything = [str(each) for several in ids.values() for each in several]
    fields = ["next_step", "name", "account", "amount", "stage"]
    known = {
        "entity": [name for name in ids if ids[name] and name != BESIDE],
        "id": anything,
        "record": anything,
        "field": fields,
        "name": [*fields, *SAID],
        "workflow": ["none"],
        "view": anything[:1],
        "share": anything[:1],
        "share_id": anything[:1],
        "turn": ["read"],
        "language": ["en"],
        "number": ["0", "1"],
        "secret": ["x"],
        "token": ["x"],
        "path": ["x"],
    }
    names = PARAMETER.findall(path)
    assert set(names) <= known.keys(), f"{path}: say in this test what its parameters may be"
    found = []
    for values in product(*(known[name] for name in names)):
        given = dict(zip(names, values, strict=True))
        if "id" in given and "entity" in given and given["id"] not in map(str, ids[given["entity"]]):
            continue
        found.append(PARAMETER.sub(lambda match, given=given: given[match.group(1)], path))
    return found


def routes(client: TestClient, method: str) -> list[str]:
    return sorted(
        {
            route.path
            for route in client.app.routes
            for handler in getattr(route, "route_handlers", [])
            if method in handler.http_methods
        }
    )


def test_no_address_tells_what_its_reader_may_not_know(doors):
    client, ids = doors
    tried = 0
    for path in routes(client, "GET"):
        for address in filled(path, ids):
            lists = "{entity" in path and "{id" not in path
            for query in (
                "",
                *(f"?{each}" for each in (*ASKED, *ALSO) if lists or path in ("/search", "/search/palette")),
            ):
                answer = client.get(address + query)
                told = [each for each in TOLD if each in answer.text or each in str(answer.headers)]
                assert answer.status_code != 429
                assert (told, answer.status_code < 500) == ([], True), (address + query, told, answer.status_code)
                # Pages call it `q`, pickers and the API `text`; others pass it over.
                if query and ("q=Zebra" in query or "where" in query or "/api/" in path or "options" in path):
                    assert not {"My own", "Zonker"} & {*re.findall("My own|Zonker", answer.text)}, address + query
                tried += 1
    assert tried > 300


def test_looking_changes_nothing(doors, workspace):
    """Whatever a link, a picture or another site makes a browser fetch: only what is kept about looking itself."""
    client, ids = doors
    with workspace.database.write() as connection:
        boss = people.add(workspace.work(connection, SYSTEM), "boss@example.com", None, ["admin"], name="Boss")
        token = people.start(connection, boss, datetime.now(UTC)).token
    client.cookies.set(SESSION, token)
    before = everything(workspace)
    opened = 0
    for path in routes(client, "GET"):
        for address in filled(path, ids)[:2]:
            opened += client.get(address, follow_redirects=False).status_code == 200
    changed = {name for name, rows in everything(workspace).items() if rows != before[name]}
    assert (changed - ABOUT_LOOKING, opened > 80) == (set(), True), opened


def everything(workspace) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table that the database has."""
    found = {}
    with workspace.database.read() as connection:
        for name in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"'))  # noqa: S608 - a name of our own
            found[name] = {tuple(row) for row in rows}
    return found


def test_no_write_tells_or_changes_what_its_writer_may_not_see(doors, workspace):
    client, ids = doors
    before, own = _kept(workspace, ids), ids["deal"][0]
    unseen = {**ids, "deal": ids["deal"][1:], "contact": []}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in routes(client, method):
            if path in OUT or path.startswith("/sign-in") or ("{id" not in path and not path.startswith(CALLED)):
                continue
            for address in filled(path, unseen):
                answer = client.request(method, address, data={} if "/api/" not in address else None)
                told = [each for each in TOLD if each in answer.text]
                assert (told, answer.status_code < 500) == ([], True), (method, address, told, answer.status_code)
    for given in ({"next_step": "x"}, {"next_step": HIDDEN}):
        assert client.patch(f"/api/deal/{own}", json=given).status_code == 422
    assert _kept(workspace, ids) == before


def test_no_body_reaches_what_its_writer_may_not_see(doors, workspace):
    """What is named in a body or a query, next to what is one's own: many at once are all or none."""
    client, ids = doors
    (own, other), [unseen] = ids["deal"], ids["account"]
    before, tried = _kept(workspace, ids), set()
    given = {"name": "Taken", "account": str(unseen), "field": "name", "value": "Taken", "stage": "won"}
    forms = [{**given, "act": act, "id": [str(own), str(other)]} for act in ("set", "archive", "merge")]
    made = {"name": "Taken", "account": str(unseen)}
    bodies = [made, {"items": [made]}, {"ids": [str(own), str(other)]}]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in routes(client, method):
            if path in OUT or path.startswith(("/sign-in", *CALLED)) or "{id" in path:
                continue
            client.app.state.quota = Quota()
            for address, sent in product(filled(path, ids), bodies if "/api/" in path else forms):
                named = {"json": sent} if "/api/" in path else {"data": sent, "params": {"id": str(other)}}
                answer = client.request(method, address, **named)
                told = [each for each in TOLD if each in answer.text]
                assert (told, answer.status_code < 500) == ([], True), (method, address, sent, told, answer.status_code)
                tried.add((path, answer.status_code))
    assert {("/{entity:str}/bulk", 404), ("/{entity:str}/new", 422), ("/api/{entity:str}", 422)} <= tried
    assert 429 not in {status for _, status in tried}
    assert _kept(workspace, ids) == before


def _kept(workspace: Workspace, ids: dict[str, list[UUID]]) -> Any:
    """All values, and what links to the account that Rob may not see."""
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        where = records.compile_where(work, "deal", f'account == "{ids["account"][0]}"')
        linked = {each.id for each in records.select(work, "deal", records.Query(where=where, limit=200)).records}
        return linked, {id: values_of(work, name, id) for name, each in ids.items() for id in each}


def values_of(work: Work, name: str, id: UUID) -> Any:
    return None if name == BESIDE else records.get(work, name, id).values
