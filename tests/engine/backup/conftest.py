"""A workspace that holds something of everything: all kinds of fields, history, files, secrets, what is retired."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from customary.engine import people, records, sealing
from customary.engine.exchange import sample
from customary.engine.fields import kinds
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.file import Attached
from customary.engine.fields.secret import Unsealed
from customary.engine.people.actor import SYSTEM
from customary.engine.records.writer import attach
from customary.engine.workspace import Workspace, create

from ..fields.test_battery import SAMPLES

POINTING = """
  a_link: {type: link, to: account}
  a_links: {type: links, to: account, inverse: things}
  a_any_link: {type: any_link, to: [account, thing]}
  a_user: {type: user}
  a_users: {type: users}
  a_team: {type: team}
  a_lines: {type: lines, of: piece.thing}
  a_file: {type: file}
  a_files: {type: files}
  a_image: {type: image}
  a_signature: {type: signature}
  a_secret: {type: secret}
  a_auto_number: {type: auto_number, format: 'T-####'}
  name: {type: text, required: true, search: true}
  pieces: {type: integer, rollup: size(a_lines)}
"""
REST = """
views: {by_pieces: {kind: table, columns: [name, pieces], sort: [-pieces]}}
---
entity: piece
title: text
fields: {thing: {type: link, to: thing, required: true, inverse: piece_list}, text: {type: text}}
---
workflow: greet
when: {created: thing}
do:
  - send_email: {to: 'ann@example.com', subject: 'Hello {{ name }}', body: 'Made.'}
"""
PLAIN = {
    f"a_{kind}": ({"type": kind, **SAMPLES[kind][0]}, SAMPLES[kind][1])
    for kind in kinds()
    if f"a_{kind}:" not in POINTING
}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KEY = base64.b64encode(b"k" * 32).decode()


def definitions(former: bool) -> str:
    """Those that were applied first, or those that are now: a field and an entity are gone, one has another kind."""
    fields = "".join(f"  {name}: {json.dumps(body)}\n" for name, (body, _) in PLAIN.items())
    changed = (
        "  gone: {type: text}\n  turned: {type: integer}\n"
        if former
        else "  turned: {type: text}\n  late: {type: link, to: account}\n"
    )
    gone = "---\nentity: old\nfields: {name: {type: text}, thing: {type: link, to: thing}}\n" if former else ""
    return f"entity: thing\ntitle: name\nfields:{POINTING}{fields}{changed}{REST}{gone}"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace on either database; no test changes it."""
    folder = tmp_path_factory.mktemp("full") / "workspace"
    url = request.getfixturevalue("postgresql_url_of_module") if request.param == "postgresql" else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(sealing.KEY_VARIABLE, KEY)
        patch.delenv("CUSTOMARY_DATABASE", raising=False)
        create(folder, ["core", "sales"], url, name="Full")
        write(folder, former=True)
        workspace = Workspace.open(folder)
        workspace.apply(by="test")
        fill(workspace)
        write(folder, former=False)
        workspace.apply(by="test")
        yield workspace
        workspace.close()


def write(folder: Path, former: bool) -> None:
    (folder / "schemas" / "thing.yaml").write_text(definitions(former), encoding="utf-8")


def fill(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        ann = people.add(work, "ann@example.com", "right horse battery", ["admin"], name="Ann Lee")
        sample.load(work)
        team = records.create(work, "team", {"name": "Sales"})
        one, two = (records.create(work, "account", {"name": name}) for name in ("Ω & Co", "李文娟"))
        for number, values in enumerate(itertools.zip_longest(*(found for _, found in PLAIN.values()))):
            given = {name: value for name, value in zip(PLAIN, values, strict=True) if value is not None}
            made = {"name": f"Thing {number}", "gone": f"gone {number}", "turned": number, **given}
            pointing = {"a_link": one, "a_links": (one, two), "a_any_link": AnyLink("account", two)}
            of_people = {"a_user": ann, "a_users": (ann,), "a_team": team, "a_secret": Unsealed(f"pssst {number}")}
            id = records.create(work, "thing", {**made, **pointing, **of_people, **attached(workspace, work, number)})
            for text in range(number):
                records.create(work, "piece", {"thing": id, "text": f"Piece {text}"})
            records.create(work, "old", {"name": "Old", "thing": id})
            records.update(work, "thing", id, {"name": f"Thing {number} again"})
        attach.keep(work, workspace.files, "waits.txt", b"nobody took me")


def attached(workspace: Workspace, work: Any, number: int) -> dict[str, Any]:
    def keep(name: str, data: bytes) -> Attached:
        return attach.keep(work, workspace.files, name, data).attached

    texts = ("Συμβόλαιο", "合同")
    files = tuple(keep(f"{name}-{number}.txt", f"{name} {number}\n".encode() * 1000) for name in texts)
    return {
        "a_file": keep(f"a-{number}.bin", bytes(range(256)) * (number + 1)),
        "a_files": files,
        "a_image": keep("a.png", PNG),
        "a_signature": keep("b.png", PNG),
    }


@pytest.fixture(autouse=True)
def key_of_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealing.KEY_VARIABLE, KEY)
    monkeypatch.delenv("CUSTOMARY_DATABASE", raising=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Where to restore to: a database of either kind."""
    return "sqlite:///customary.db" if request.param == "sqlite" else request.getfixturevalue("another_postgresql_url")


def ids(workspace: Workspace, entity: str = "thing") -> list[UUID]:
    with workspace.database.read() as connection:
        table = workspace.release.tables.entity(entity).table
        return sorted(connection.execute(table.select()).scalars())
