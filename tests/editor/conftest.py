"""An editor: a program that starts `customary lsp` and speaks the protocol over its standard input and output."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PET = """\
entity: pet
label: Pet
title: name
fields:
  name: {type: text, required: true}   # 名字
  keeper: {type: link, to: account, inverse: pets}
  weight: {type: decimal, min: 0}
  heavy: {type: decimal, formula: weight * 2}
views:
  all: {kind: table, columns: [name, weight], where: weight > 3 && keeper.name != "x", sort: [-weight]}
"""
RULES = """\
workflow: weigh
when: {changed: pet.weight}
where: weight > 9
do:
  - note: '{{ name }} weighs {{ weight }}'
  - set: {weight: 3}
"""
VISITS = """\
entity: visit
label: Visit
fields:
  reason: {type: choice, options: [ill, check], default: ill}
  kinds: {type: choices, options: {cat: {label: Cats}, dog: {}}}
  pet: {type: link, to: pet}
  seen_by: {type: user}
  fee: {type: money, only: [doctor]}
views:
  ill_ones: {kind: table, columns: [reason, pet], where: 'reason == "ill" && "cat" in kinds && stage != "done"'}
  urgent: {kind: board, pipeline: visits, card: [reason]}
---
pipeline: visits
entity: visit
moves: [[waiting, done]]
stages: {waiting: {requires: [pet]}, done: {outcome: done}}
---
role: doctor
entities: {visit: {read: all, fields: {fee: read_only}}}
pipelines: {visits: {move: [[waiting, done]]}}
---
message: reminder
about: visit
subject: Soon
body: 'Come with {{ pet.name }}'
---
workflow: remind
when: {entered: visits.waiting}
where: reason in ["ill", "check"]
do:
  - create: {visit: {reason: check, pet: =pet}}
    as: follow_up
  - assign: {field: seen_by, among: role doctor}
    if: follow_up != null
  - send_email: {to: a@example.com, message: reminder}
"""
ACCOUNT = "entity: account\nfields:\n  tier: {type: text}\nviews:\n  all: {columns: {add: [tier]}}\n"


class Editor:
    """Sends requests and waits for their answers; keeps the diagnostics that come between."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-c", "from customary.cli import main; main()", "lsp"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self.came: queue.Queue[dict[str, Any]] = queue.Queue()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self.able = self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self._send({"method": "initialized", "params": {}})

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request; an answer that refuses is raised."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self.number and "method" not in message:
                if "error" in message:
                    raise LookupError(message["error"]["message"])
                return message["result"]

    def open(self, path: str, text: str | None = None) -> None:
        uri = (self.folder / path).as_uri()
        text = (self.folder / path).read_text("utf-8") if text is None else text
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def type(self, path: str, text: str, version: int = 2) -> None:
        """The whole text of a file after a key was pressed."""
        document = {"uri": (self.folder / path).as_uri(), "version": version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self._send({"method": "textDocument/didChange", "params": params})

    def problems(self, path: str, until: Any = lambda found: True) -> list[dict[str, Any]]:
        """The problems of a file as they come, the first time that they are as wished."""
        uri = (self.folder / path).as_uri()
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found = message["params"]["diagnostics"]
                if until(found):
                    return found

    def at(self, path: str, text: str, offset: int = 0, **more: Any) -> dict[str, Any]:
        """The params of a request about the first place where a file says a text."""
        content = (self.folder / path).read_text("utf-8")
        before = content[: content.index(text) + offset]
        line = before.count("\n")
        position = {"line": line, "character": len(before) - before.rfind("\n") - 1}
        return {"textDocument": {"uri": (self.folder / path).as_uri()}, "position": position, **more}

    def close(self) -> None:
        self.ask("shutdown", None)
        self._send({"method": "exit"})
        assert self.process.wait(timeout=20) == 0

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        return self.came.get(timeout=60)

    def _listen(self) -> None:
        out = self.process.stdout
        while header := out.readline():
            length = int(header.split(b":")[1])
            while out.readline().strip():
                pass
            self.came.put(json.loads(out.read(length)))


def workspace(folder: Path) -> Path:
    """A workspace on the core pack."""
    for name in ("schemas", "workflows"):
        (folder / name).mkdir()
    (folder / "customary.yaml").write_text("name: Pets\npacks: [core]\n")
    (folder / "schemas" / "pet.yaml").write_text(PET, "utf-8")
    (folder / "schemas" / "account.yaml").write_text(ACCOUNT, "utf-8")
    (folder / "workflows" / "weigh.yaml").write_text(RULES, "utf-8")
    (folder / "schemas" / "visit.yaml").write_text(VISITS, "utf-8")
    return folder


@pytest.fixture
def mycrm(tmp_path: Path) -> Path:
    return workspace(tmp_path)


@pytest.fixture
def editor(mycrm: Path) -> Iterator[Editor]:
    """An editor of its own, for tests that type."""
    editor = Editor(mycrm)
    yield editor
    editor.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor in which nobody types."""
    editor = Editor(workspace(tmp_path_factory.mktemp("reader")))
    yield editor
    editor.close()
