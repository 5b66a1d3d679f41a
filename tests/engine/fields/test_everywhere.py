"""Every kind of field on its way through the product: form, record page, list, filter, API, file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from litestar.testing import TestClient

from customary.app import create_app
from customary.engine import people, records
from customary.engine.exchange import guess, read
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import import_rows
from customary.engine.fields import Field, kinds
from customary.engine.locale import locale
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace, create
from customary.ui.visitor import SESSION, csrf_of

from .test_battery import SAMPLES

PLAIN = sorted(word for word, kind in kinds().items() if not kind.points and kind.copied)
EN = locale("en", "UTC")
each_plain_kind = pytest.mark.parametrize("kind", PLAIN)


def definitions() -> str:
    fields = {f"a_{kind}": {"type": kind, **SAMPLES[kind][0]} for kind in PLAIN}
    parts = ", ".join(f"{name}: {json.dumps(body)}" for name, body in fields.items())
    return f"entity: thing\ntitle: name\nfields: {{name: {{type: text, required: true}}, {parts}}}\n"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with one entity that has a field of every kind."""
    folder = tmp_path_factory.mktemp("kinds") / "workspace"
    url = request.getfixturevalue("postgresql_url_of_module") if request.param == "postgresql" else None
    create(folder, ["core"], url, name="Kinds") if url else create(folder, ["core"], name="Kinds")
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "schemas" / "thing.yaml").write_text(definitions(), encoding="utf-8")
    workspace = Workspace.open(folder)
    workspace.apply(by="test")
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), "ann@example.com", None, ["admin"], name="Ann Lee")
        token = people.start(connection, id, datetime.now(UTC)).token
    with TestClient(create_app(workspace)) as client:
        client.cookies.set(SESSION, token)
        client.headers["X-CSRF-Token"] = csrf_of(token)
        yield client


def field_of(workspace: Workspace, kind: str) -> Field:
    return workspace.release.model.entities["thing"].fields[f"a_{kind}"]


def values(workspace: Workspace, id: UUID) -> Mapping[str, Any]:
    with workspace.database.read() as connection:
        return records.get(workspace.work(connection, SYSTEM), "thing", id).values


def made(workspace: Workspace, name: str = "X", **given: Any) -> UUID:
    with workspace.database.write() as connection:
        return records.create(workspace.work(connection, SYSTEM), "thing", {"name": name, **given})


def sent(field: Field, value: Any) -> dict[str, Any]:
    """What a browser sends for a value."""
    if field.control == "boolean":
        return {field.name: ["false", *(["true"] if value else [])]}
    if field.control == "choices":
        return {f"{field.name}.here": "1", field.name: list(value)}
    texts = zip(field.inputs, field.texts(value, EN), strict=True)
    return {f"{field.name}.here": "1"} | {f"{field.name}.{part}" if part else field.name: text for part, text in texts}


@each_plain_kind
def test_what_is_typed_into_a_form_is_kept_and_shown(kind: str, workspace: Workspace, client: TestClient) -> None:
    field = field_of(workspace, kind)
    page = client.get("/thing/new").text
    assert f'id="f-a_{kind}"' in page
    for value in SAMPLES[kind][1]:
        answer = client.post("/thing/new", data={"name": "X", **sent(field, value)}, follow_redirects=False)
        assert answer.status_code == 303, re.findall(r'class="problem".*', answer.text)
        id = UUID(answer.headers["Location"].rpartition("/")[2])
        assert values(workspace, id)[field.name] == value
        assert client.get(f"/thing/{id}").status_code == 200
        again = client.post(f"/thing/{id}/edit", data={"name": "X", **sent(field, value)}, follow_redirects=False)
        assert again.status_code == 303
        assert values(workspace, id)["revision"] == 1, "saving what is there changes nothing"


@each_plain_kind
def test_a_list_shows_it_and_finds_by_every_operator(kind: str, workspace: Workspace, client: TestClient) -> None:
    field, value = field_of(workspace, kind), SAMPLES[kind][1][-1]
    id = made(workspace, **{field.name: value})
    page = client.get(f"/thing?columns=name,{field.name}")
    assert page.status_code == 200
    typed = list(value) if isinstance(value, tuple) else [field.edit(value, EN).split("\n")[0]]
    if kind == "datetime":
        typed = [EN.date(value)]  # its filters ask for days
    for operator in field.operators:
        query = {"field": field.name, "operator": operator, "value": typed * (2 if operator == "between" else 1)}
        answer = client.get("/thing/filtered", params=query, headers={"HX-Request": "true"})
        assert answer.status_code == 200, (operator, answer.text[:500])
        expected = operator in ("==", "<=", ">=", "between", "in", "has", "contains", "starts_with", "filled")
        assert (f"/thing/{id}" in answer.text) is expected, operator
        address = unescape(re.search(r'hx-get="(/thing/filter\?[^"]*at=0[^"]*)"', answer.text)[1])
        assert client.get(address).status_code == 200


@each_plain_kind
def test_the_api_gives_and_takes_it_as_its_schema_says(kind: str, workspace: Workspace, client: TestClient) -> None:
    field = field_of(workspace, kind)
    schema = client.get("/api/openapi.json").json()["components"]["schemas"]["thing"]["properties"][field.name]
    for value in SAMPLES[kind][1]:
        id = made(workspace, **{field.name: value})
        shown = client.get(f"/api/thing/{id}").json()[field.name]
        jsonschema.validate(shown, schema)
        answer = client.post("/api/thing", json={"name": "Y", field.name: shown})
        assert answer.status_code == 201, answer.text
        assert values(workspace, UUID(answer.json()["id"]))[field.name] == value
    wrong = client.post("/api/thing", json={"name": "Y", field.name: {"no": ["such"]}})
    assert wrong.status_code == (201 if kind == "json" else 422), wrong.text


@each_plain_kind
@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_an_exported_file_comes_back_as_it_was(kind: str, format: str, workspace: Workspace) -> None:
    field = field_of(workspace, kind)
    name, value = f"{kind} in {format}", SAMPLES[kind][1][0]
    made(workspace, name=name, **{field.name: value})
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        data = b"".join(export_rows(work, "thing", format, f'name == "{name}"', ["name", field.name]))
        sheet = read(data, f"things.{format}")
        report = import_rows(work, "thing", sheet, guess(work, "thing", sheet))
        assert report.refused == ()
        found = records.get(work, "thing", report.verdicts[0].id)
        assert found.values[field.name] == value


@pytest.mark.parametrize("kind", [kind for kind in PLAIN if kinds()[kind].sortable])
def test_records_are_ordered_by_it(kind: str, workspace: Workspace) -> None:
    field = field_of(workspace, kind)
    ids = [made(workspace, **{field.name: value}) for value in SAMPLES[kind][1]]
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        orders, after = [], None
        for down in (False, True):
            order, after = [], None
            while True:
                page = records.select(work, "thing", records.Query(sort=((field.name, down),), limit=3, after=after))
                order += [record.id for record in page.records if record.id in ids]
                if not (after := page.next):
                    break
            orders.append(order)
    assert sorted(orders[0]) == sorted(ids)
    assert orders[0] == orders[1][::-1]
