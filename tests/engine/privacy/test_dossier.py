"""A dossier holds all that is known of a person, and nothing that its reader may not know."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest

from customary.engine import files, privacy, records
from customary.engine.fields.any_link import AnyLink
from customary.engine.files import Store
from customary.engine.messages import notify, write
from customary.engine.messages.enclosed import of_file
from customary.engine.money import Money
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.writer import attach

from .conftest import DEFINITIONS

SECRETIVE = """
---
role: secretive
entities:
  person: {read: all, export: all, fields: {email: hidden}}
  deal: {read: all, export: own}
  relative: {read: none}
---
role: reader
entities: {person: {read: all, export: none}}
---
role: paperless
entities: {person: {read: all, export: all, fields: {contract: hidden}}}
"""


@pytest.fixture
def crm(database):
    from ..conftest import Crm

    return Crm(database, DEFINITIONS + SECRETIVE)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store("files", tmp_path)


@pytest.fixture
def known(crm, store) -> UUID:
    with crm.work() as work:
        contract = attach.keep(work, store, "contract.pdf", b"%PDF-1.4 x")
        values = {"name": "Ann", "email": "ann@example.com", "contract": contract.attached}
        id = records.create(work, "person", {**values, "relatives": [{"name": "Cornelius"}]})
        write(work, "ann@example.com", "Hello", "Dear Ann", about=("person", id), details={"shown": True})
        notify(work, new_id(), "Ann called", about=("person", id))
    crm.update("person", id, name="Ann Lee")
    crm.add("deal", name="Stairs", person=id, amount=Money(Decimal(30), "EUR"))
    crm.add("activity", subject="Call Ann", about=AnyLink("person", id))
    return id


def test_files_that_went_with_mails_are_in_it_for_who_may_read_them(crm, known, store):
    with crm.work() as work:
        contract = records.get(work, "person", known).values["contract"]
        price = attach.keep(work, store, "price.pdf", b"%PDF-1.4 price").attached
        sent = [{**of_file(contract), "own": False}, {**of_file(price), "own": True}]
        files.claim(work.connection, work.release.tables.code("person"), known, [price.id])
        details = {"shown": True, "by_hand": True, "enclosed": sent}
        write(work, "ann@example.com", "Files", "See", about=("person", known), details=details)

    def brought(*actor: Any) -> set[str]:
        return {name.rpartition("-")[2] for name in _dossier(crm, store, known, *actor) if name.startswith("files/")}

    assert brought() == {"contract.pdf", "price.pdf"}
    assert brought(crm.person("Pat", "paperless")) == {"price.pdf"}


def test_it_holds_records_history_links_mails_files_and_what_is_kept_beside(crm, known, store):
    found = _dossier(crm, store, known)
    main, *others = found["records.json"]
    assert (main["title"], main["values"]["email"]) == ("Ann Lee", "ann@example.com")
    assert [each["kind"] for each in main["history"]] == ["updated", "created"]
    assert {(each["how"], each["title"]) for each in others} == {("inside", "Cornelius"), ("about", "Call Ann")}
    (deal,) = found["linked.json"]
    assert (deal["entity"], deal["by"], deal["values"]["amount"]["amount"]) == ("deal", "person", "30.00")
    assert [each["text"] for each in found["mails.json"]] == ["Dear Ann"]
    assert found["about.json"]["addresses"] == ["ann@example.com"]
    assert [each["text"] for each in found["kept_beside.json"]["notifications"]] == ["Ann called"]
    assert all("token" not in each for each in found["kept_beside.json"]["messages_sent"])
    assert [each["kind"] for each in found["audit.json"]] == ["exported"]
    (name,) = (each for each in found if each.startswith("files/"))
    assert name.endswith("-contract.pdf") and found[name] == b"%PDF-1.4 x"


def test_it_tells_nobody_what_they_may_not_know(crm, known, store):
    found = _dossier(crm, store, known, crm.person("Sam", "secretive"))
    assert sorted(each for each in found if not each.startswith("files/")) == [
        "about.json", "linked.json", "mails.json", "records.json",
    ]  # fmt: skip
    assert [each["entity"] for each in found["records.json"]] == ["person"]
    assert found["linked.json"] == []
    assert "ann@example.com" not in json.dumps([found["about.json"], found["records.json"]])
    assert [each["text"] for each in found["mails.json"]] == [""]


def test_it_takes_the_right_to_export(crm, known, store):
    with crm.work(crm.person("Rob", "reader")) as work:
        with pytest.raises(Forbidden):
            privacy.note_dossier(work, "person", known)
        with pytest.raises(Forbidden):
            privacy.write_dossier(work, store, "person", known, io.BytesIO())
        with pytest.raises(Missing):
            privacy.note_dossier(work, "person", new_id())


def _dossier(crm, store: Store, id: UUID, *actor: Any) -> dict[str, Any]:
    out = io.BytesIO()
    with crm.work(*actor) as work:
        privacy.note_dossier(work, "person", id)
        privacy.write_dossier(work, store, "person", id, out)
    with ZipFile(out) as made:
        return {
            name: json.loads(made.read(name)) if name.endswith(".json") else made.read(name)
            for name in made.namelist()
        }  # fmt: skip
