"""Erasing a person: nothing that was said of them is left anywhere, and every count and sum is what it was."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from customary.engine import audit, privacy, records
from customary.engine.automation import tables as automation
from customary.engine.database import system
from customary.engine.fields.any_link import AnyLink
from customary.engine.files import Store
from customary.engine.messages import notify, stops, write
from customary.engine.messages.forms import entries
from customary.engine.messages.incoming.received import mail
from customary.engine.money import Money
from customary.engine.people import tickets
from customary.engine.privacy.traces import FORGOTTEN, SILENT, TRACES, WRITERS
from customary.engine.records import idempotency
from customary.engine.records.deciding import decisions
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Forbidden, Missing, Refused
from customary.engine.records.writer import attach

WORDS = ("Wilhelmina", "Quackenbush", "wilhelmina.q", "Cornelius")
EMAIL = "Wilhelmina.Q@example.com"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store("files", tmp_path)


@pytest.fixture
def known(crm, store) -> UUID:
    """Somebody of whom much is known, in every place where something can be."""
    with crm.work() as work:
        portrait = attach.keep(work, store, "wilhelmina.png", _png())
        contract = attach.keep(work, store, "contract.pdf", b"%PDF-1.4 x")
        values = {"name": "Wilhelmina", "email": "old@example.com", "spent": Money(Decimal(100), "EUR")}
        files = {"portrait": portrait.attached, "contract": contract.attached}
        id = records.create(work, "person", {**values, **files, "relatives": [{"name": "Cornelius"}]})
    crm.update("person", id, name="Wilhelmina Quackenbush", email=EMAIL)
    crm.add("deal", name="Stairs", person=id, amount=Money(Decimal(30), "EUR"))
    crm.add("activity", subject="Call Wilhelmina", about=AnyLink("person", id), minutes=12)
    crm.add("opinion", person=id, score=3, why="Cornelius was cold")
    gone = crm.add("activity", subject="Visit Cornelius", about=AnyLink("person", id))
    with crm.work() as work:
        records.delete(work, "activity", gone)
        _talk(work, id)
    return id


def test_nothing_that_was_said_of_a_person_is_left(crm, known, store):
    assert _told(crm) >= {
        "customary_change",
        "customary_message",
        "customary_mail",
        "customary_step",
        "x_person",
        "customary_form_entry",
    }
    _erase(crm, store, known)
    assert _told(crm) == set()


def test_counts_and_sums_and_the_stage_are_what_they_were(crm, known, store):
    deals = _sums(crm)
    _erase(crm, store, known)
    assert _sums(crm) == deals
    values = crm.values("person", known)
    assert (values["spent"].amount, values["email"]) == (Decimal(100), None)
    assert values["greeting"] == f"Dear {_title(known)}"
    with crm.reading() as work:
        assert records.titles(work, [("person", known)]) == {("person", known): _title(known)}
        (activity,) = records.select(work, "activity", records.Query()).records
        assert (activity.values["minutes"], activity.values["about"]) == (12, AnyLink("person", known))
        (answer,) = records.select(work, "opinion", records.Query()).records
        assert (answer.values["score"], answer.values["why"], answer.values["person"]) == (3, None, known)


def test_only_personal_files_go(crm, known, store):
    before = crm.values("person", known)
    _erase(crm, store, known)
    assert crm.values("person", known)["contract"] == before["contract"]
    assert store.size(before["portrait"].id) is None
    assert store.size(before["contract"].id) is not None


def test_what_was_sent_for_a_mail_goes_with_it_whatever_the_mail_is_about(crm, known, store):
    with crm.work() as work:
        kept = {own: attach.keep(work, store, "plan.pdf", b"%PDF-1.4 x") for own in (True, False)}
        enclosed = [{"file": str(each.id), "name": each.name, "own": own} for own, each in kept.items()]
        write(work, EMAIL, "The plan", "Hello", about=("deal", new_id()), details={"enclosed": enclosed})
    _erase(crm, store, known)
    assert [store.size(kept[own].id) for own in (True, False)] == [None, 10]


def test_the_history_says_that_it_was_erased_and_by_whom(crm, known, store):
    mary = crm.person("Mary", "admin")
    with crm.work(mary) as work:
        privacy.erase(work, "person", known, "Asked for it by letter")
    with crm.reading() as work:
        newest, *older = records.history(work, "person", known).changes
        assert (newest.kind, newest.actor, newest.names) == ("erased", mary.id, ())
        assert {name for each in older for name in each.names} == {"spent", "contract", "city"} - {"city"}
        found = privacy.plan_erasure(work, "person", known).before
        assert (found.who, found.why, found.main) == ("mary@example.com", "Asked for it by letter", None)
    with crm.database.read() as connection:
        (line,) = audit.lines(connection, kind="erased")
        assert (line.record, line.details["why"], line.details["with_it"]) == (known, "Asked for it by letter", 4)
        audit.chain(crm.database)
        assert list(audit.verify(connection, crm.now)) == []


def test_nothing_personal_is_written_into_it_again_and_all_else_goes_on(crm, known, store):
    _erase(crm, store, known)
    with pytest.raises(Refused) as refused:
        crm.update("person", known, name="Wilhelmina", city="Rome")
    assert [str(each) for each in refused.value.problems] == ["Name stays empty: the record was erased"]
    crm.update("person", known, city="Rome")
    with crm.work() as work:
        records.archive(work, "person", known)
        records.restore(work, "person", known)
    assert crm.value("person", known, "city") == "Rome"


def test_a_rule_that_was_under_way_stops(crm, known, store):
    _erase(crm, store, known)
    with crm.database.read() as connection:
        run = connection.execute(sa.select(automation.run)).mappings().one()
        assert (run["status"], run["due"], run["results"]) == ("stopped", None, {})


def test_who_wants_no_mail_gets_none_after_it_either(crm, known, store):
    with crm.work() as work:
        stops.unsubscribe(work.connection, EMAIL, "news", work.now)
    _erase(crm, store, known)
    with crm.database.read() as connection:
        assert stops.why_not(connection, EMAIL, "news") is not None
        assert stops.stopped(connection, [EMAIL]) == {(EMAIL.casefold(), "news"): ""}
        assert stops.newest(connection) == []


def test_messages_to_an_address_that_somebody_else_has_too_stay(crm, known, store):
    crm.add("person", name="Twin", email=EMAIL)
    other = crm.add("deal", name="Other")
    with crm.work() as work:
        write(work, EMAIL, "To both", "Hello", about=("deal", other))
    _erase(crm, store, known)
    with crm.database.read() as connection:
        subjects = connection.execute(sa.text("SELECT subject FROM customary_message ORDER BY id")).scalars().all()
    assert subjects == ["", "To both"]


@pytest.mark.parametrize("address", ["ΝΊΚΟΣ@example.com", "info@Straße.de"])
def test_mails_are_found_whatever_the_letters_of_their_address(crm, address):
    id = crm.add("person", name="Nikos", email=address)
    with crm.work() as work:
        write(work, crm.value("person", id, "email"), "To one", "Hello", about=("deal", new_id()))
        assert {each.name: count for each, count in privacy.plan_erasure(work, "person", id).traces.items()} == {
            "messages_sent": 1
        }


def test_who_was_merged_into_it_goes_too_but_not_the_other_way_round(crm, store):
    one, two = crm.add("person", name="Wilhelmina"), crm.add("person", name="Wilhelmina Q")
    with crm.work() as work:
        records.merge(work, "person", two, one)
    with crm.reading() as work:
        assert privacy.known_of(work, "person", two).ids == (two,)
        assert set(privacy.known_of(work, "person", one).ids) == {one, two}
    _erase(crm, store, one)
    assert "x_person" not in _told(crm)


def test_what_was_deleted_is_erased_from_history(crm, known, store):
    with crm.work() as work:
        records.delete(work, "person", known)
    assert "customary_change" in _told(crm)
    _erase(crm, store, known)
    assert _told(crm) == set()


def test_only_administrators_may_and_only_what_is_personal(crm, known):
    with crm.work(crm.person("Sam", "seller")) as work, pytest.raises(Forbidden):
        privacy.plan_erasure(work, "person", known)
    deal = crm.add("deal", name="Bare")
    with crm.work() as work:
        with pytest.raises(Refused, match="no field that is marked personal"):
            privacy.erase(work, "deal", deal, "")
        with pytest.raises(Missing):
            privacy.erase(work, "person", new_id(), "")


def test_the_plan_says_what_goes_and_what_stays(crm, known):
    with crm.reading() as work:
        found = privacy.plan_erasure(work, "person", known)
    assert [each.name for each in found.emptied] == ["name", "email", "greeting", "portrait"]
    assert [each.name for each in found.kept] == ["contract", "spent"]
    assert found.parts == {"activity": 2, "relative": 1, "opinion": 1}
    assert {each.name: count for each, count in found.traces.items()} == {
        "steps": 1, "runs": 1, "messages_sent": 1, "mails_received": 1, "forms_sent": 1, "forms_waiting": 1,
        "notifications": 1, "decisions": 1,
    }  # fmt: skip
    assert (found.files, found.pointing, found.before) == (2, {("deal", "person"): 1}, None)


def test_of_what_was_erased_already_nothing_is_left_to_empty(crm, store):
    id = crm.add("person", name="Wilhelmina", email=EMAIL)
    _erase(crm, store, id)
    with crm.reading() as work:
        assert [each.name for each in privacy.plan_erasure(work, "person", id).emptied] == []


def test_every_table_of_the_platform_is_a_trace_or_says_nothing_of_people():
    traced = {each.table.name for each in TRACES}
    assert set(system.tables) == traced | SILENT | WRITERS | FORGOTTEN
    assert sum(map(len, (traced, SILENT, WRITERS, FORGOTTEN))) == len(system.tables)


def test_traces_are_found_by_indexes_however_many_there_are(crm, known):
    with crm.reading() as work:
        of = privacy.known_of(work, "person", known)
        if not work.is_sqlite:
            work.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for each in (each for each in TRACES if each.name != "forms_waiting"):
            found = sa.select(each.table.c[each.key]).where(each.of(of))
            assert not re.search("SCAN customary_|Seq Scan|SubPlan", _way(work, found)), each.name


def _way(work, query: sa.Select) -> str:
    """How the database finds the rows, as it tells it."""
    written = query.compile(work.connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if work.is_sqlite else "EXPLAIN"
    return "\n".join(map(str, work.connection.exec_driver_sql(f"{explain} {written}")))


def _erase(crm, store: Store, id: UUID) -> None:
    with crm.work() as work:
        gone = privacy.erase(work, "person", id, "Asked for it")
    privacy.throw_away(store, gone)


def _talk(work, id: UUID) -> None:
    """What the platform itself keeps beside the record."""
    run, about = new_id(), ("person", id)
    write(work, EMAIL, "Dear Wilhelmina", "Hello", about=about, details={"to": "Wilhelmina"}, run=run, position="1")
    notify(work, new_id(), "Wilhelmina called", about=about)
    decisions.put(work, ["role:admin"], {"en": "Call Wilhelmina?"}, about=about)
    idempotency.once(work.connection and _as_someone(work), "k", "f", lambda _: idempotency.Answer(201, _answer(id)))
    code = work.release.tables.code("person")
    received = dict.fromkeys(("sender", "sender_name", "subject", "text", "whole"), EMAIL)
    lists = {"recipients": [EMAIL], "references": [], "files": [{"name": "Wilhelmina.pdf"}]}
    of = {"id": new_id(), "mailbox": "m", "message_id": "1", "at": work.now, "received_at": work.now}
    more = {"automatic": False, "status": "filed", "entity": code, "record": id}
    work.connection.execute(mail.insert(), {**received, **lists, **of, **more})
    row = {"id": run, "workflow": "welcome", "release": 1, "change": new_id(), "entity": code, "record": id}
    cause = {"trigger": "web_form", "payload": {"name": "Wilhelmina"}}
    state = {"cause": cause, "status": "waiting", "cursor": 0, "results": {"name": "Wilhelmina"}, "attempts": 0}
    work.connection.execute(automation.run.insert(), {**row, **state, "at": work.now, "due": work.now})
    step = {"id": new_id(), "run": run, "position": "1", "kind": "send_email", "status": "done", "at": work.now}
    work.connection.execute(automation.step.insert(), {**step, "input": {"to": EMAIL}, "result": {EMAIL: {}}})
    entries.begin(work.connection, run, "contact_us", work.now, None)
    entries.settle(work.connection, run, entity=code, record=id, new=False, left={"name": "Wilhelmina"})
    tickets.issue(work.connection, "web form contact_us", work.now, timedelta(days=1), data={"email": EMAIL})


def _as_someone(work):
    from dataclasses import replace

    return replace(work, actor=replace(work.actor, id=new_id()))


def _answer(id: UUID) -> dict[str, Any]:
    return {"id": str(id), "name": "Wilhelmina"}


def _told(crm) -> set[str]:
    """The tables in which one of the words stands, in whatever column."""
    with crm.database.read() as connection:
        return {name for name in sa.inspect(connection).get_table_names() if any(_found(connection, name))}


def _found(connection: sa.Connection, table: str) -> Iterator[bool]:
    for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')):
        text = " ".join(_text(each) for each in row).casefold()
        yield any(word.casefold() in text for word in WORDS)


def _text(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def _sums(crm) -> tuple:
    with crm.reading() as work:
        page = records.select(work, "deal", records.Query())
        return [(each.values["person"], each.values["amount"], each.values["stage"]) for each in page.records]


def _title(id: UUID) -> str:
    return f"Erased {id.hex[-8:]}"


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()
