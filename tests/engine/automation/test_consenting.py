"""A message with a purpose goes to those alone who agreed to it, and every yes and no is written down."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from customary.engine import privacy, records
from customary.engine.automation.outside.forms import heard
from customary.engine.files import Store
from customary.engine.messages import forms, letters, send_due
from customary.engine.messages.agreed import take_back
from customary.engine.privacy.retaining import Retaining
from customary.engine.records.personal.consents import consent, lines

DEFINITIONS = """
entity: person
title: name
fields:
  name: {type: text}
  email: {type: email, personal: true}
  mobile: {type: phone}
  news: {type: consent, label: News, text: {en: I want news}, channels: [email], expires: 1y}
  offers: {type: consent, channels: [sms]}
checks:
  members_get_news: {check: name != "Member" || news, field: news}
---
entity: order
title: name
fields: {name: {type: text}, person: {type: link, to: person}}
---
web_form: join
entity: person
fields: {name: {}, email: {required: true}}
values: {news: true, offers: true}
consent: {en: Write to me, el: Γράψτε μου}
---
message: letter
about: order
purpose: person.news
subject: News
body: 'Hello {{ person.name }}'
---
message: offer
about: person
channel: sms
purpose: offers
body: Buy
---
workflow: tell
label: Tell
when: {created: order}
do: [{send_email: {to: =person.email, message: letter}}]
---
workflow: offer
label: Offer
when: {created: person}
where: mobile != null
do: [{send_sms: {to: =mobile, message: offer}}]
"""
SETTINGS = (
    "mail: {host: smtp.invalid, from: crm@house.example.com}\nsms: {url: 'https://sms.invalid', body: {to: =to}}\n"
)


@pytest.fixture
def at_home(house):
    return house(DEFINITIONS, settings=SETTINGS)


def test_who_has_not_agreed_gets_nothing_and_run_and_outbox_say_why(at_home):
    person = at_home.create("person", name="Ann", email="ann@example.com")
    order = at_home.create("order", name="A", person=person)
    at_home.create("order", name="nobody's")
    at_home.settle()
    (held,) = at_home.do(lambda work: letters(work.connection, record=order))
    assert (held.status, str(held.why), held.due) == ("dropped", "its purpose was not agreed to", None)
    said = [step.result for run in at_home.runs() for step in at_home.steps(run)]
    assert said == ["its purpose was not agreed to", "there is no address to send to"]


def test_who_has_agreed_gets_it_until_they_take_it_back(at_home):
    person = at_home.create("person", name="Ann", email="Ann@example.com", news=True)
    twin = at_home.create("person", name="Ann", email="ann@example.com", news=True)
    order = at_home.create("order", name="A", person=person)
    at_home.settle()
    (letter,) = at_home.do(lambda work: letters(work.connection, record=order))
    assert (letter.status, letter.details["sort"]) == ("queued", "news")
    assert at_home.do(lambda work: take_back(work, letter.details, letter.recipient))
    assert [at_home.get("person", each)["news"] for each in (person, twin)] == [False, False]
    channel = SimpleNamespace(deliver=lambda _: pytest.fail("it was sent"))
    send_due(at_home.database, {"mail": channel}, at_home.now)
    (late,) = at_home.do(lambda work: letters(work.connection, record=order))
    assert (late.status, str(late.why)) == ("dropped", "the receiver has agreed to it no longer")


def test_every_giving_and_withdrawal_is_a_line_with_the_text_agreed_to(at_home):
    person = at_home.create("person", name="Ann", news=True)
    at_home.update("person", person, name="Ann Lee")
    at_home.update("person", person, news=False)
    at_home.update("person", person, news=False, offers=True)
    found = at_home.do(lambda work: lines(work, "person", person))
    assert [(each.field, each.given, each.origin) for each in found] == [
        ("offers", True, "form"),
        ("news", False, "form"),
        ("news", True, "form"),
    ]
    assert (found[2].text, found[2].until - found[2].at) == ({"en": "I want news"}, timedelta(days=365))


def test_a_text_message_needs_its_own_consent(at_home):
    at_home.create("person", name="Ann", mobile="+302101234567", news=True)
    bob = at_home.create("person", name="Bob", mobile="+302101234568", offers=True)
    at_home.settle()
    found = {each.record: each.status for each in at_home.do(lambda work: letters(work.connection))}
    assert sorted(found.values()) == ["dropped", "queued"]
    assert found[bob] == "queued"


def test_a_consent_ends_when_its_time_is_over(at_home, tmp_path):
    person = at_home.create("person", name="Ann", email="ann@example.com", news=True)
    keeper = Retaining(at_home.database, at_home.releases, Store("files", tmp_path))
    assert keeper.once(at_home.now + timedelta(days=364)) == 0
    at_home.now += timedelta(days=366)
    order = at_home.create("order", name="Late", person=person)
    at_home.settle()
    assert [each.status for each in at_home.do(lambda work: letters(work.connection, record=order))] == ["dropped"]
    assert keeper.once(at_home.now) == 1
    assert at_home.get("person", person)["news"] is False
    with at_home.database.read() as connection:
        last = connection.execute(sa.select(consent).order_by(consent.c.id.desc()).limit(1)).mappings().one()
    assert (last["given"], last["origin"]) == (False, "expired")
    assert keeper.once(at_home.now + timedelta(hours=2)) == 0


def test_a_withdrawal_holds_where_the_record_refuses_it(at_home):
    member = at_home.create("person", name="Member", email="m@example.com", news=True)
    order = at_home.create("order", name="A", person=member)
    at_home.settle()
    (letter,) = at_home.do(lambda work: letters(work.connection, record=order))
    for _ in range(2):
        assert at_home.do(lambda work: take_back(work, letter.details, letter.recipient))
    assert at_home.get("person", member)["news"] is True
    assert [each.given for each in at_home.do(lambda work: lines(work, "person", member))] == [False, True]
    later = at_home.create("order", name="B", person=member)
    at_home.settle()
    assert [each.status for each in at_home.do(lambda work: letters(work.connection, record=later))] == ["dropped"]


def test_a_form_on_the_web_gives_it_in_the_words_that_were_agreed_to(at_home):
    release = at_home.workspace.release
    form = release.model.web_forms["join"]

    def send(work):
        stranger = forms.work_of(work.connection, release, form, "el", work.now)
        return forms.take(stranger, form, forms.Sent(uuid4(), "el", {"name": "Zoe", "email": "z@example.com"}), heard)

    person = at_home.do(send)
    assert at_home.get("person", person)["news"] is True
    found = at_home.do(lambda work: lines(work, "person", person))
    told = ("web_form", {"el": "Γράψτε μου"}, None)
    assert {each.field: (each.origin, each.text, each.actor) for each in found} == {"news": told, "offers": told}


def test_it_is_told_to_who_asks_for_all_and_stays_when_the_person_is_erased(at_home, tmp_path):
    person = at_home.create("person", name="Ann", email="ann@example.com", news=True)
    store, out = Store("files", tmp_path), BytesIO()
    at_home.do(lambda work: privacy.write_dossier(work, store, "person", person, out))
    (told,) = json.loads(ZipFile(out).read("records.json"))[0]["consents"]
    assert (told["field"], told["given"], told["text"]) == ("news", True, {"en": "I want news"})
    at_home.do(lambda work: privacy.erase(work, "person", person, "asked for"))
    Retaining(at_home.database, at_home.releases, store).once(at_home.now + timedelta(days=366))
    found = at_home.do(lambda work: lines(work, "person", person))
    assert [(each.given, each.origin) for each in found] == [(False, "expired"), (True, "form")]


def test_of_two_that_are_one_person_holds_what_was_said_last(at_home, tmp_path):
    one, two, three = (at_home.create("person", name=name, email=f"{name}@example.com") for name in ("a", "b", "c"))
    at_home.update("person", two, news=True)
    order = at_home.create("order", name="A", person=two)
    at_home.settle()
    (letter,) = at_home.do(lambda work: letters(work.connection, record=order))
    given = at_home.do(lambda work: lines(work, "person", two))
    at_home.now += timedelta(days=30)
    at_home.do(lambda work: records.merge(work, "person", two, one))
    assert (at_home.get("person", one)["news"], at_home.do(lambda work: lines(work, "person", one))) == (True, given)
    at_home.do(lambda work: records.merge(work, "person", one, three))
    at_home.update("person", three, news=False)
    send_due(at_home.database, {"mail": SimpleNamespace(deliver=lambda _: pytest.fail("it was sent"))}, at_home.now)
    assert at_home.do(lambda work: letters(work.connection, record=order))[0].status == "dropped"
    at_home.update("person", three, news=True)
    assert at_home.do(lambda work: take_back(work, letter.details, letter.recipient))
    assert at_home.get("person", three)["news"] is False
    found = at_home.do(lambda work: lines(work, "person", three))
    assert ([each.given for each in found], found[3:]) == ([False, True, False, True], given)
    late = at_home.create("person", name="d", news=True)
    at_home.do(lambda work: records.merge(work, "person", three, late))
    assert at_home.get("person", late)["news"] is True
    found = at_home.do(lambda work: lines(work, "person", late))
    assert [each.given for each in found] == [True, False, True, False, True]
