"""Secrets: sealed with a key outside the database, shown only when asked for, and nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records, resealing, sealing
from customary.engine.database import system
from customary.engine.exchange import guess, read
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import import_rows
from customary.engine.expressions.error import ExpressionError
from customary.engine.messages import secrets as outside
from customary.engine.messages.secrets import keep_secret, secrets_of
from customary.engine.model.check import check
from customary.engine.people import second_factor
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import Unfit
from customary.engine.records import Query, Refused
from customary.engine.records import secrets as of_records
from customary.engine.records.refusal import Missing
from customary.engine.records.secrets import reveal
from customary.engine.workspace import Workspace, create
from customary.ui.visitor import SESSION, csrf_of

SAFE = """
entity: safe
title: name
fields:
  name: {type: text, required: true}
  code: {type: secret, label: Code}
  other: {type: secret}
---
role: reader
entities: {safe: {read: all, fields: {code: hidden}}}
---
workflow: note
when: {updated: safe}
do: [{notify: {user: =user, text: 'Now {{ code }}'}}]
"""
FIRST, SECOND = (base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))
WORD = "open-sesame-4711"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealing.KEY_VARIABLE, FIRST)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    create(tmp_path / "w", ["core"], url, name="Safes")
    (tmp_path / "w" / "schemas" / "safe.yaml").write_text(SAFE)
    workspace = Workspace.open(tmp_path / "w")
    workspace.apply(by="test")
    yield workspace
    workspace.close()


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(workspace)) as client:
        yield sign_in(client, workspace, "ann", "admin")


def sign_in(client: TestClient, workspace: Workspace, name: str, *roles: str) -> TestClient:
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), f"{name}@example.com", None, roles, name=name)
        token = people.start(connection, id, datetime.now(UTC)).token
    client.cookies.set(SESSION, token)
    client.headers["X-CSRF-Token"] = csrf_of(token)
    return client


def written(workspace: Workspace, fn: Any, *args: Any) -> Any:
    with workspace.database.write() as connection:
        return fn(workspace.work(connection, SYSTEM), *args)


def made(workspace: Workspace, **values: Any) -> UUID:
    return written(workspace, records.create, "safe", {"name": "A", "code": WORD, **values})


def everything(workspace: Workspace) -> str:
    """All that stands in any table."""
    tables = [*system.tables.values(), *workspace.release.tables.metadata.tables.values()]
    with workspace.database.read() as connection:
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(sa.select(table)))


def test_a_secret_is_revealed_by_an_act_that_the_history_tells_of(workspace: Workspace, client: TestClient) -> None:
    id = made(workspace)
    page = client.get(f"/safe/{id}").text
    assert WORD not in page and "Reveal" in page
    answer = client.post(f"/safe/{id}/secret/code")
    assert f">{WORD}</code>" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "looked at a secret" in client.get(f"/safe/{id}/timeline?kind=changes").text
    history = client.get(f"/api/safe/{id}/history").json()["items"]
    assert [(each["kind"], each["after"]) for each in history] == [
        ("revealed", {"code": True}),
        ("created", {"name": "A", "code": True}),
    ]
    assert client.post(f"/safe/{id}/secret/other").status_code == 404
    assert client.post(f"/safe/{id}/secret/name").status_code == 404


def test_the_word_stands_nowhere_in_the_database_and_in_no_answer(workspace: Workspace, client: TestClient) -> None:
    id = made(workspace)
    client.post("/api/safe", json={"name": "B", "code": WORD}, headers={"Idempotency-Key": "once"})
    client.patch(f"/api/safe/{id}", json={"code": WORD + "!"})
    client.post(f"/safe/{id}/edit", data={"name": "A", "code": WORD + "?"})
    assert written(workspace, reveal, "safe", id, "code") == WORD + "?"
    assert WORD not in everything(workspace)
    addresses = ("/safe", f"/safe/{id}", f"/safe/{id}/edit", f"/api/safe/{id}", "/api/safe", f"/api/safe/{id}/history")
    for address in (*addresses, "/safe?columns=name,code", "/search?q=open-sesame-4711", "/api/openapi.json"):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.text.count(WORD) == ("search?" in address) * answer.text.count(WORD)
    assert client.get(f"/api/safe/{id}").json()["code"] is True
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        for format in ("csv", "json"):
            assert b"code" not in b"".join(export_rows(work, "safe", format))
        record = records.get(work, "safe", id)
        assert WORD not in repr(record) and "•••" in str(record.values["code"])


def test_a_form_changes_keeps_or_removes_it_and_never_shows_it(workspace: Workspace, client: TestClient) -> None:
    id = made(workspace)
    client.post(f"/safe/{id}/edit", data={"name": "New name", "code": "", "other": ""})
    assert written(workspace, reveal, "safe", id, "code") == WORD
    client.post(f"/safe/{id}/edit", data={"name": "A", "code": "next", "other": "second"})
    assert [written(workspace, reveal, "safe", id, each) for each in ("code", "other")] == ["next", "second"]
    client.post(f"/safe/{id}/edit", data={"name": "A", "code": "", "code.remove": "1"})
    with pytest.raises(Missing):
        written(workspace, reveal, "safe", id, "code")
    refused = client.post("/safe/new", data={"name": "", "code": WORD})
    assert refused.status_code == 422 and WORD not in refused.text


def test_what_a_reader_got_can_be_sent_back_as_it_is(workspace: Workspace, client: TestClient) -> None:
    id = made(workspace)
    body = client.get(f"/api/safe/{id}").json()
    assert client.patch(f"/api/safe/{id}", json={"name": body["name"], "code": body["code"]}).json()["revision"] == 1
    assert written(workspace, reveal, "safe", id, "code") == WORD


def test_expressions_know_only_whether_there_is_one(workspace: Workspace) -> None:
    id = made(workspace)
    made(workspace, code=None)
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        found = records.select(work, "safe", Query(where=records.compile_where(work, "safe", "code != null")))
        assert [each.id for each in found.records] == [id]
        marked = records.compile_where(work, "safe", 'format(code) == "•••"')
        assert [each.id for each in records.select(work, "safe", Query(where=marked)).records] == [id]
        for where in ('code == "open"', "code == other", 'contains(code, "o")', "size(code) > 3", "code.token == null"):
            with pytest.raises(ExpressionError):
                records.compile_where(work, "safe", where)
        for query in (Query(sort=(("code", False),)),):
            with pytest.raises(Refused):
                records.select(work, "safe", query)


def test_who_may_not_see_the_field_or_write_without_rights_gets_nothing(workspace: Workspace) -> None:
    id = made(workspace)
    with TestClient(create_app(workspace)) as client:
        sign_in(client, workspace, "bob", "reader")
        assert client.post(f"/safe/{id}/secret/code").status_code == 404
        assert "code" not in client.get(f"/api/safe/{id}").json()


def test_a_token_opens_only_where_it_belongs(workspace: Workspace) -> None:
    one, two = made(workspace), made(workspace, code="another")
    table = workspace.release.tables.entity("safe")
    token = table.column("code", "_token")
    with workspace.database.write() as connection:
        stolen = connection.execute(sa.select(token).where(table.table.c.id == one)).scalar_one()
        connection.execute(table.table.update().where(table.table.c.id == two).values({token.name: stolen}))
    with pytest.raises(Refused, match="cannot be opened"):
        written(workspace, reveal, "safe", two, "code")


def test_what_an_older_key_sealed_is_sealed_anew_and_that_key_may_go(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, other = made(workspace), made(workspace, other="also")
    revision = written(workspace, records.get, "safe", id).values["revision"]
    with workspace.database.write() as connection:
        keep_secret(connection, "stripe", WORD, datetime.now(UTC))
        keep_secret(connection, "stripe", WORD + "!", datetime.now(UTC))
        connection.execute(second_factor.factor.insert().values(
            user_id=id, secret=second_factor.sealed("JBSWY3DP", id), since=datetime.now(UTC), last_step=0))  # fmt: skip
    monkeypatch.setenv(sealing.KEY_VARIABLE, f"{SECOND} {FIRST}")
    monkeypatch.setattr(resealing, "BATCH", 1)
    assert resealed(workspace) == resealing.Resealed(done=6)
    assert resealed(workspace) == resealing.Resealed()
    monkeypatch.setenv(sealing.KEY_VARIABLE, SECOND)
    assert [written(workspace, reveal, "safe", each, "code") for each in (id, other)] == [WORD, WORD]
    assert written(workspace, records.get, "safe", id).values["revision"] == revision
    with workspace.database.read() as connection:
        assert secrets_of(connection, "stripe", datetime.now(UTC)) == [WORD + "!", WORD]
        kept = connection.execute(sa.select(second_factor.factor.c.secret)).scalar()
    assert second_factor.unsealed(kept, id) == "JBSWY3DP"
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(bytes([3]) * 32).decode())
    assert resealed(workspace) == resealing.Resealed(lost=6)


def resealed(workspace: Workspace) -> resealing.Resealed:
    """What `customary secret reseal` does."""
    database = workspace.database
    of_all = (outside.reseal(database), second_factor.reseal(database), of_records.reseal(database, workspace.release))
    return resealing.total(of_all)


def test_a_new_key_is_put_before_the_old_one(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    old = made(workspace)
    monkeypatch.setenv(sealing.KEY_VARIABLE, f"{SECOND} {FIRST}")
    new = made(workspace)
    assert [written(workspace, reveal, "safe", each, "code") for each in (old, new)] == [WORD, WORD]
    monkeypatch.setenv(sealing.KEY_VARIABLE, SECOND)
    assert written(workspace, reveal, "safe", new, "code") == WORD
    with pytest.raises(Refused, match="cannot be opened with any key"):
        written(workspace, reveal, "safe", old, "code")


@pytest.mark.parametrize("broken", ["", "short", base64.b64encode(b"x" * 16).decode(), "käse"])
def test_without_a_key_nothing_is_kept_and_check_says_so(
    workspace: Workspace, client: TestClient, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    id = made(workspace)
    monkeypatch.setenv(sealing.KEY_VARIABLE, broken)
    with pytest.raises(Refused, match="there is no key for secrets"):
        made(workspace)
    assert client.post(f"/safe/{id}/secret/code").status_code == 422
    assert made(workspace, code=None)
    problems, _ = check(workspace.directory)
    assert [each.summary for each in problems] == ["secrets cannot be kept: there is no key"]


def test_the_key_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sealing.KEY_VARIABLE)
    monkeypatch.setenv(f"{sealing.KEY_VARIABLE}_FILE", str(tmp_path / "key"))
    assert not sealing.has_key()
    (tmp_path / "key").write_text(f"{FIRST}\n{SECOND}\n")
    assert sealing.unseal(sealing.seal("a", "here"), "here") == "a"
    with pytest.raises(sealing.Unopened):
        sealing.unseal(sealing.seal("a", "here"), "there")
    with pytest.raises(sealing.Unopened):
        sealing.unseal("nonsense", "here")


def test_files_bring_secrets_in(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        sheet = read(f"name,code\nX,{WORD}\n".encode(), "a.csv")
        id = import_rows(work, "safe", sheet, guess(work, "safe", sheet)).verdicts[0].id
        assert reveal(work, "safe", id, "code") == WORD


def test_a_secret_does_not_become_a_text(workspace: Workspace) -> None:
    id = made(workspace)
    (workspace.directory / "schemas" / "safe.yaml").write_text(
        SAFE.replace("code: {type: secret,", "code: {type: text,")
    )
    with pytest.raises(Unfit, match="what is secret would come to light"):
        workspace.apply(by="test")
    (workspace.directory / "schemas" / "safe.yaml").write_text(
        SAFE.replace("code: {type: secret,", "code: {type: text, from: 'null',")
    )
    workspace.apply(by="test")
    with workspace.database.read() as connection:
        assert records.get(workspace.work(connection, SYSTEM), "safe", id).values["code"] is None
    assert WORD not in json.dumps(everything(workspace))


def test_a_secret_has_no_default(workspace: Workspace) -> None:
    changed = SAFE.replace("other: {type: secret}", "other: {type: secret, default: x}")
    (workspace.directory / "schemas" / "safe.yaml").write_text(changed)
    problems, _ = check(workspace.directory)
    assert "“other” is secret, so it has no default" in [each.summary for each in problems]
