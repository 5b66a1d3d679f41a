"""What other CRMs can say is said here too: their entities, written down from an inventory, live and are drawn."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import files, people, records, sealing
from customary.engine.examples import House, examples, try_out
from customary.engine.fields import Field
from customary.engine.model import compile_source
from customary.engine.model.check import check
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.people.actor import SYSTEM
from customary.engine.problem import Problems
from customary.engine.records import Work
from customary.engine.records.identifier import new_id
from customary.engine.text import gather, read_source
from customary.engine.workspace import Workspace
from customary.ui.visitor import SESSION, csrf_of

PACKS = Path(__file__).parent / "packs"
SAID = {"espocrm": (28, 529), "corteza_crm": (32, 502), "corteza_service": (11, 159)}
"""How many entities and how many fields of them the inventory of each counts."""
UNSAID = {"espocrm": 1, "corteza_crm": 0, "corteza_service": 4}
"""How many of those fields have nothing here that stands for them; docs/others.md says why."""
LINKS = 172
"""How many links the inventory of EspoCRM counts; those of Corteza are among its fields."""
EXAMPLES = {"espocrm": 14, "corteza_crm": 16, "corteza_service": 4}
WRITTEN: Mapping[str, Any] = {
    "text": "AB",
    "long_text": "Two\nlines",
    "markdown": "Some *words*",
    "tags": ["a", "b"],
    "json": {"a": [1, 2]},
    "email": "ann@example.com",
    "phone": "+30 210 1234567",
    "url": "https://example.com/a",
    "secret": "open sesame",
    "integer": 3,
    "decimal": "2.5",
    "money": "12.50",
    "percent": "20",
    "rating": 4,
    "boolean": True,
    "date": "2026-03-31",
    "datetime": "2026-03-31T09:30:00Z",
    "duration": "45min",
    "address": {"street": "Ermou 1", "city": "Athens", "country": "GR"},
    "person_name": {"last": "Lee"},
}
"""A value of every kind of field that people type."""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(bytes(32)).decode())


@pytest.fixture(params=SAID)
def pack(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def workspace(pack: str, tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """The pack as a workspace, applied to an empty database of either kind."""
    shutil.copytree(PACKS / pack, tmp_path / pack)
    workspace = Workspace.open(tmp_path / pack, database_url)
    workspace.apply(by="test")
    yield workspace
    workspace.close()


def compiled(pack: str) -> Model:
    problems = Problems()
    return compile_source(read_source(gather(PACKS / pack), problems), problems)


def inventory(pack: str, name: str = "inventory.txt") -> dict[str, dict[str, str]]:
    """By entity and by each field that it has there: where that is said here, or nothing.

    A line is `entity: name name=other.path name-`: said by the same name, said by another, said nowhere.
    """
    found = {}
    for line in (PACKS / pack / name).read_text("utf-8").splitlines():
        entity, _, names = line.partition(": ")
        pairs = [word.partition("=") for word in names.split()]
        found[entity] = {name.rstrip("-"): path or (name if not name.endswith("-") else "") for name, _, path in pairs}
    return found


def test_the_definitions_are_without_problems(pack: str) -> None:
    problems, _ = check(PACKS / pack)
    assert [str(each) for each in problems] == []


def test_everything_in_the_inventory_is_said(pack: str) -> None:
    model, said = compiled(pack), inventory(pack)
    assert (len(said), sum(map(len, said.values()))) == SAID[pack]
    assert sum(not path for each in said.values() for path in each.values()) == UNSAID[pack]
    assert list(_lost(model, said)) == []


def test_every_link_is_there_from_both_sides() -> None:
    said = inventory("espocrm", "links.txt")
    assert sum(map(len, said.values())) == LINKS
    assert list(_lost(compiled("espocrm"), said)) == []


def test_every_entity_has_a_list_and_every_field_a_place(pack: str) -> None:
    entities = compiled(pack).entities
    for entity in map(entities.get, inventory(pack)):
        if entity.child_of is not None:
            continue
        placed = {name for section in entity.layout for row in section.rows for name in row}
        entered = {name for name, each in entity.fields.items() if each.entered and each.kind != "auto_number"}
        assert (bool(entity.views), entered - placed) == (True, set()), entity.name


def test_every_example_comes_out_as_it_says(pack: str) -> None:
    source = read_source(gather(PACKS / pack), Problems())
    model = compiled(pack)
    shown = list(examples(source, model))
    with House(source, model) as house:
        assert [str(each) for example in shown for each in try_out(house, example)] == []
    assert len(shown) == EXAMPLES[pack]


def test_a_record_of_each_entity_keeps_all_its_values_and_is_drawn(workspace: Workspace) -> None:
    filled = Filled(workspace)
    assert filled.ids.keys() == workspace.release.model.entities.keys()
    assert filled.lost() == []
    with TestClient(create_app(workspace)) as client:
        _sign_in(client, workspace)
        answers = {path: client.get(path).status_code for path in filled.pages()}
    assert len(answers) > 5 * len(filled.ids)
    assert {path: code for path, code in answers.items() if code != 200} == {}


class Filled:
    """A record of each entity of a workspace, with a value in every field that holds one."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.model = workspace, workspace.release.model
        self.ids: dict[str, UUID] = {}
        self.given: dict[str, dict[str, Any]] = {}
        for entity in self.model.entities.values():
            self._make(entity)
        for entity in self.model.entities.values():
            links = {each.name: self._pointing(each) for each in entity.fields.values() if _may_point(each)}
            self.given[entity.name] |= links
            self._with(records.update, entity.name, self.ids[entity.name], links)

    def lost(self) -> list[str]:
        """Fields that were given a value, are shown, and have none."""
        found = []
        for name, id in self.ids.items():
            record = self._with(records.get, name, id)
            fields = self.model.entities[name].fields
            shown = [fields[each] for each in self.given[name] if not fields[each].visible]
            found += [f"{name}.{each.name}" for each in shown if record.values[each.name] in (None, ())]
        return found

    def pages(self) -> Iterator[str]:
        for name, id in self.ids.items():
            entity = self.model.entities[name]
            yield from (f"/{name}", f"/{name}/new", f"/{name}/{id}", f"/{name}/{id}/edit", f"/api/{name}")
            yield from (f"/{name}?view={view}" for view in entity.views)

    def _with(self, do: Any, *args: Any) -> Any:
        with self.workspace.database.write() as connection:
            return do(self.workspace.work(connection, SYSTEM), *args)

    def _make(self, entity: Entity) -> UUID:
        if entity.name not in self.ids:
            values = {each.name: self._value(each) for each in entity.fields.values() if _holds(each)}
            needed = [each for each in entity.fields.values() if each.required and _may_point(each)]
            for each in needed:
                self._make(self.model.entities[each.to])
            values |= {each.name: self._pointing(each) for each in needed}
            self.given[entity.name] = values
            self.ids[entity.name] = self._with(records.create, entity.name, values)
        return self.ids[entity.name]

    def _value(self, each: Field) -> Any:
        if each.kind in ("file", "files", "image"):
            kept = self._with(_attached, self.workspace, PICTURE if each.kind == "image" else b"Some text")
            return (kept,) if each.kind == "files" else kept
        if each.kind in ("choice", "choices"):
            first = next(iter(each.options))
            return first if each.kind == "choice" else (first,)
        return each.from_json(WRITTEN[each.kind])

    def _pointing(self, each: Field) -> Any:
        if each.points == "any":
            return each.from_json({"entity": each.to[0], "id": str(self.ids[each.to[0]])})
        return (self.ids[each.to],) if each.points == "many" else self.ids[each.to]


def _holds(each: Field) -> bool:
    return each.entered and not each.system and not each.points and each.kind != "auto_number"


def _may_point(each: Field) -> bool:
    """Links that a record's values name; rows inside and links to its own entity do not count."""
    known = each.points in ("one", "many", "any") and each.entered and not each.system
    return known and not getattr(each, "through", "") and each.to != each.entity


def _attached(work: Work, workspace: Workspace, data: bytes) -> Any:
    return files.keep(work.connection, workspace.files, new_id(), "a.file", data, None, work.now).attached


def _lost(model: Model, said: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for entity, paths in said.items():
        for name, path in paths.items():
            if path and not _leads_somewhere(model, model.entities[entity], path):
                yield f"{entity}.{name} → {path}"


def _leads_somewhere(model: Model, entity: Entity, path: str) -> bool:
    """A path is a field, a part of one or a list on the other side; or the same of another entity, behind its name."""
    if path in entity.columns or path in entity.inverses:
        return True
    other, _, rest = path.partition(".")
    return bool(rest) and other in model.entities and _leads_somewhere(model, model.entities[other], rest)


def _sign_in(client: TestClient, workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), "root@example.com", None, ["admin"], name="Root")
        token = people.start(connection, id, datetime.now(UTC)).token
    client.cookies.set(SESSION, token)
    client.headers["X-CSRF-Token"] = csrf_of(token)
