"""Files: sent, attached, shown to whoever may see them, and never lost."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import files, people, records
from customary.engine.exchange import importable
from customary.engine.exchange.exports import export_rows
from customary.engine.files.content import type_of
from customary.engine.files.file import file, tidy
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Query
from customary.engine.records.identifier import new_id
from customary.engine.workspace import Workspace, create
from customary.ui.visitor import SESSION, csrf_of

PAPER = """
entity: paper
title: name
fields:
  name: {type: text, required: true}
  contract: {type: file, max_megabytes: 1, types: [application/pdf, text/*]}
  scans: {type: files}
  photo: {type: image}
  signed: {type: signature}
  about: {type: json}
---
role: reader
entities: {paper: {read: =name != "Secret", update: all, create: all, fields: {contract: hidden}}}
"""
PDF = b"%PDF-1.7\n" + b"x" * 500


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00\x00\x00" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    create(tmp_path / "w", ["core"], database_url, name="Papers")
    (tmp_path / "w" / "schemas" / "paper.yaml").write_text(PAPER)
    workspace = Workspace.open(tmp_path / "w")
    workspace.apply(by="test")
    yield workspace
    workspace.close()


def sign_in(client: TestClient, workspace: Workspace, name: str, *roles: str) -> TestClient:
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), f"{name}@example.com", None, roles, name=name)
        token = people.start(connection, id, datetime.now(UTC)).token
    client.cookies.set(SESSION, token)
    client.headers["X-CSRF-Token"] = csrf_of(token)
    return client


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(workspace)) as client:
        yield sign_in(client, workspace, "ann", "admin")


def values(workspace: Workspace, id: Any) -> dict[str, Any]:
    with workspace.database.read() as connection:
        return dict(records.get(workspace.work(connection, SYSTEM), "paper", UUID(str(id))).values)


def made(client: TestClient, name: str = "A", **sent: tuple) -> UUID:
    """A record of a form that was sent with files."""
    answer = client.post(
        "/paper/new", data={"name": name, "scans.here": "1"}, files=list(sent.items()), follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["Location"].rpartition("/")[2])


def test_files_sent_with_a_form_are_kept_and_given_back(workspace: Workspace, client: TestClient) -> None:
    id = made(client, **{"contract.new": ("Contract Ä.pdf", PDF), "photo.new": ("me.html", png())})
    found = values(workspace, id)
    assert (found["contract"].name, found["contract"].type, found["contract"].size) == (
        "Contract Ä.pdf",
        "application/pdf",
        509,
    )
    assert found["photo"].type == "image/png"
    page = client.get(f"/paper/{id}").text
    assert f'src="/file/{found["photo"].id}"' in page and "Contract Ä.pdf" in page
    answer = client.get(f"/file/{found['contract'].id}")
    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Contract%20%C3%84.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/file/{found['photo'].id}").headers["Content-Disposition"].startswith("inline")
    again = client.get(f"/file/{found['contract'].id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_edit_keeps_replaces_or_removes_what_is_attached(workspace: Workspace, client: TestClient) -> None:
    id = made(client, **{"contract.new": ("a.pdf", PDF)})
    first = values(workspace, id)["contract"]
    now = f"{first.id}/a.pdf"
    client.post(f"/paper/{id}/edit", data={"name": "B", "contract": now})
    assert values(workspace, id)["contract"] == first
    client.post(f"/paper/{id}/edit", data={"name": "B", "contract": now}, files={"contract.new": ("b.txt", b"words")})
    second = values(workspace, id)["contract"]
    assert (second.name, second.type) == ("b.txt", "text/plain")
    client.post(f"/paper/{id}/edit", data={"name": "B", "contract": f"{second.id}/b.txt", "contract.remove": "1"})
    assert values(workspace, id)["contract"] is None
    with workspace.database.write() as connection:
        records.update(workspace.work(connection, SYSTEM), "paper", id, {"contract": str(first.id)})
    assert client.get(f"/file/{first.id}").content == PDF, "what comes back out of the history has its content"


def test_a_form_that_is_refused_keeps_what_was_sent_with_it(workspace: Workspace, client: TestClient) -> None:
    refused = client.post("/paper/new", data={"name": ""}, files={"contract.new": ("a.pdf", PDF)})
    assert refused.status_code == 422
    kept = refused.text.partition('name="contract.new" value="')[2].partition('"')[0]
    assert kept.endswith("/a.pdf")
    answer = client.post("/paper/new", data={"name": "A", "contract.new": kept}, follow_redirects=False)
    assert answer.status_code == 303


def test_several_files_are_added_and_taken_out(workspace: Workspace, client: TestClient) -> None:
    answer = client.post(
        "/paper/new",
        data={"name": "A", "scans.here": "1"},
        files=[("scans", ("a.pdf", PDF)), ("scans", ("b.txt", b"b"))],
        follow_redirects=False,
    )
    id = answer.headers["Location"].rpartition("/")[2]
    first, second = values(workspace, id)["scans"]
    assert (first.name, second.name) == ("a.pdf", "b.txt")
    client.post(f"/paper/{id}/edit", data={"name": "A", "scans.here": "1", "scans": f"{second.id}/b.txt"})
    assert [each.name for each in values(workspace, id)["scans"]] == ["b.txt"]


def test_a_signature_is_drawn(workspace: Workspace, client: TestClient) -> None:
    drawn = "data:image/png;base64," + base64.b64encode(png()).decode()
    answer = client.post("/paper/new", data={"name": "A", "signed.drawn": drawn, "signed": ""}, follow_redirects=False)
    assert values(workspace, answer.headers["Location"].rpartition("/")[2])["signed"].type == "image/png"
    assert client.get("/paper/new").text.count("<canvas") == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("contract", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "must be one of: application/pdf, text/*"),
        ("contract", b"%PDF-1.7" + b"x" * 1_000_001, "must be at most 1 MB"),
        ("photo", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "must be one of: image/png"),
        ("photo", png(50_000, 50_000), "must be one of: image/png"),
    ],
)
def test_what_does_not_fit_the_field_is_refused(client: TestClient, name: str, data: bytes, said: str) -> None:
    answer = client.post("/paper/new", data={"name": "A"}, files={f"{name}.new": ("x.png", data)})
    assert answer.status_code == 422
    assert said in answer.text


def test_only_who_may_read_the_record_and_the_field_reads_the_file(workspace: Workspace, client: TestClient) -> None:
    plain = values(workspace, made(client, "Plain", **{"contract.new": ("a.pdf", PDF), "photo.new": ("a.png", png())}))
    secret = values(workspace, made(client, "Secret", **{"photo.new": ("a.png", png())}))
    with TestClient(create_app(workspace)) as other:
        assert other.get(f"/file/{plain['photo'].id}", follow_redirects=False).status_code in (303, 401)
        sign_in(other, workspace, "bob", "reader")
        assert other.get(f"/file/{plain['photo'].id}").status_code == 200
        assert other.get(f"/file/{plain['contract'].id}").status_code == 404, "the field is hidden"
        assert other.get(f"/file/{secret['photo'].id}").status_code == 404, "the record is not theirs"
        assert other.get(f"/file/{new_id()}").status_code == 404
        stolen = other.post("/api/paper", json={"name": "Mine", "photo": {"id": str(secret["photo"].id)}})
        assert stolen.status_code == 422
        sent = client.post("/api/files", files={"file": ("w.png", png())}).json()
        assert other.get(f"/file/{sent['id']}").status_code == 404, "nobody else sees what is not attached yet"
        assert other.post("/api/paper", json={"name": "Mine", "photo": {"id": sent["id"]}}).status_code == 422


def test_programs_send_a_file_by_itself_or_within_the_record(workspace: Workspace, client: TestClient) -> None:
    sent = client.post("/api/files", files={"file": ("a.pdf", PDF)})
    assert (sent.status_code, sent.json()["type"]) == (201, "application/pdf")
    content = base64.b64encode(b"hello").decode()
    data = {
        "name": "A",
        "contract": {"id": sent.json()["id"]},
        "scans": [{"name": "n.txt", "content": content}],
        "about": {"name": "x", "content": "plain JSON"},
    }
    answer = client.post("/api/paper", json=data)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["contract"] == {"id": sent.json()["id"], "name": "a.pdf", "type": "application/pdf", "size": 509}
    assert body["about"] == {"name": "x", "content": "plain JSON"}
    assert client.get(f"/api/file/{body['scans'][0]['id']}").content == b"hello"
    assert client.patch(f"/api/paper/{body['id']}", json={"contract": None}).json()["contract"] is None
    for wrong in ({"name": "x", "content": "%%%"}, {"content": ""}):
        assert client.post("/api/paper", json={"name": "A", "contract": wrong}).status_code == 400
    assert client.post("/api/files", json={}).status_code == 415
    assert client.post("/api/files", data={"file": "text"}, files={"x": ("x", b"x")}).status_code == 400


def test_files_are_found_by_their_parts_and_leave_exports_by_name(workspace: Workspace, client: TestClient) -> None:
    id = made(client, **{"contract.new": ("offer.pdf", PDF)})
    made(client, "B")
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        for where in ('contract.name == "offer.pdf"', "contract.size > 500", "contract != null"):
            query = Query(where=records.compile_where(work, "paper", where))
            assert [each.id for each in records.select(work, "paper", query).records] == [id]
        assert not any(name.startswith(("contract", "scans")) for name in importable(work, "paper"))
        text = b"".join(export_rows(work, "paper", "csv", None, ["name", "contract.name"])).decode("utf-8-sig")
        assert sorted(text.split()) == ["A,offer.pdf", "B,", "name,contract.name"]
    assert "offer.pdf" in client.get("/paper?columns=name,contract,contract.size").text


def test_a_deleted_records_file_stays_and_what_nobody_attached_goes(workspace: Workspace, client: TestClient) -> None:
    id = made(client, **{"contract.new": ("a.pdf", PDF)})
    kept = values(workspace, id)["contract"]
    with workspace.database.write() as connection:
        records.delete(workspace.work(connection, SYSTEM), "paper", id)
    waiting = UUID(client.post("/api/files", files={"file": ("a.pdf", PDF)}).json()["id"])
    with workspace.database.write() as connection:
        later = datetime.now(UTC) + timedelta(days=2)
        files.keep(connection, workspace.files, new_id(), "b.txt", b"b", None, later)
        left = set(connection.execute(sa.select(file.c.id)).scalars())
    assert kept.id in left and waiting not in left
    assert b"".join(workspace.files.read(kept.id)) == PDF
    with pytest.raises(FileNotFoundError):
        next(workspace.files.read(waiting))


def test_any_store_that_fsspec_reaches_keeps_files(tmp_path: Path) -> None:
    store, id = files.Store("memory://crm/files", tmp_path), new_id()
    store.write(id, b"abc")
    assert b"".join(store.read(id)) == b"abc"
    store.remove(id)
    store.remove(id)


@pytest.mark.parametrize(
    ("data", "name", "type"),
    [
        (PDF, "x.exe", "application/pdf"),
        (b"<html><script>alert(1)</script>", "x.html", "text/plain"),
        (b"a,b\n1,2\n", "x.csv", "text/csv"),
        (b"\x00\x01\x02", "x.txt", "application/octet-stream"),
        (png(), "x", "image/png"),
        (b"\x89PNG\r\n\x1a\n", "x.png", "application/octet-stream"),
        (png(100_000, 100_000), "x.png", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_content_is(data: bytes, name: str, type: str) -> None:
    assert type_of(data, name) == type


@pytest.mark.parametrize(
    ("name", "kept"),
    [("C:\\docs\\a.pdf", "a.pdf"), ("../../etc/passwd", "passwd"), ("a\x00\n b.txt", "a b.txt"), ("", "file")],
)
def test_a_files_name_is_no_way_to_anywhere(name: str, kept: str) -> None:
    assert tidy(name) == kept
