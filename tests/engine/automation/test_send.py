"""A message goes by the channel that it says, to whom it can reach."""

from __future__ import annotations

import pytest

from customary.engine.automation.worker import send_once
from customary.engine.messages import letters, stops
from customary.engine.messages.outbox import message
from customary.engine.problem import DefinitionError

from .conftest import ON_SQLITE

DEFINITIONS = """
entity: person
title: name
fields:
  name: {type: text}
  email: {type: email}
  desk: {type: phone}
  mobile: {type: phone}
  language: {type: choice, options: [en, el]}
  texts: {type: consent, channels: [sms]}
  told: {type: text}
  friends: {type: links, to: person}
---
message: short
about: person
channel: sms
purpose: texts
body: {en: 'Soon, {{ name }}', el: 'Σύντομα, {{ name }}'}
---
message: long
about: person
unsubscribe: news
subject: Soon
body: {en: 'We come soon', el: 'Ερχόμαστε'}
---
workflow: tell
label: Tell
when: {created: person}
do:
  - send: {to: =record, message: [short, long]}
"""
WAITING = "    as: out\n  - set: {told: '{{ out.sent }} {{ out.error }}'}\n"
SETTINGS = (
    "mail: {host: smtp.invalid, from: crm@house.example.com}\nsms: {url: 'https://sms.invalid', body: {to: =to}}\n"
)
LANDLINE, MOBILE = "+302101234567", "+306912345678"


def written(home, person=None):
    return [
        (each.kind, each.recipient, each.language, each.status)
        for each in home.do(lambda work: letters(work.connection, record=person))
    ]


def test_the_first_message_goes_by_which_somebody_can_be_reached(house):
    home = house(DEFINITIONS, settings=SETTINGS)
    both = {"email": "ann@example.com", "desk": LANDLINE, "mobile": MOBILE, "texts": True, "language": "el"}
    ann = home.create("person", name="Ann", **both)
    bob = home.create("person", name="Bob", **{**both, "texts": False})
    cy = home.create("person", name="Cy", desk=LANDLINE, texts=True)
    nobody = home.create("person", name="Nobody")
    home.settle()
    assert written(home, ann) == [("sms", MOBILE, "el", "queued")]
    assert written(home, bob) == [("mail", "ann@example.com", "el", "queued")]
    assert written(home, cy) == [("sms", LANDLINE, "en", "queued")]
    assert written(home, nobody) == []
    said = {home.steps(run)[0].result for run in home.runs() if run.record == nobody}
    assert said == {"there is no number to send to"}


@ON_SQLITE
def test_what_stands_against_one_channel_leads_to_the_other(house):
    turned = DEFINITIONS.replace("[short, long]", "[long, short]")
    home = house(turned, settings=SETTINGS)
    home.do(lambda work: stops.unsubscribe(work.connection, "ann@example.com", "news", work.now))
    there = {"email": "ann@example.com", "mobile": MOBILE, "texts": True}
    home.create("person", name="Ann", **there)
    home.settle()
    assert [each[0] for each in written(home)] == ["sms"]


@ON_SQLITE
def test_where_none_reaches_it_is_as_if_the_first_stood_alone(house):
    home = house(DEFINITIONS, settings=SETTINGS)
    ann = home.create("person", name="Ann", mobile=MOBILE)
    home.settle()
    assert written(home, ann) == [("sms", MOBILE, "en", "dropped")]
    [run] = home.runs()
    assert (run.status, home.steps(run)[0].result) == ("done", "its purpose was not agreed to")


@ON_SQLITE
def test_an_address_and_a_number_tell_their_channel(house):
    home = house(DEFINITIONS.replace("to: =record", "to: =told"), settings=SETTINGS)
    for told in ("ann@example.com", MOBILE):
        home.create("person", told=told, texts=True)
    home.settle()
    assert {each[:2] for each in written(home)} == {("mail", "ann@example.com"), ("sms", MOBILE)}


@ON_SQLITE
def test_a_channel_that_is_not_set_up_reaches_nobody(house):
    home = house(DEFINITIONS, settings=SETTINGS.partition("sms:")[0])
    home.create("person", name="Ann", email="ann@example.com", mobile=MOBILE, texts=True)
    home.settle()
    assert [each[0] for each in written(home)] == ["mail"]


def test_a_run_waits_for_what_becomes_of_it_whatever_the_channel(house):
    home = house(DEFINITIONS + WAITING, settings=SETTINGS + "allowed_addresses: []\n")
    ann = home.create("person", name="Ann", email="ann@example.com")
    home.settle()
    assert [run.status for run in home.runs()] == ["waiting"]
    home.do(lambda work: work.connection.execute(message.update().values(attempts=99)))
    send_once(home.database, home.releases, home.now)
    home.settle()
    assert [run.status for run in home.runs()] == ["done"]
    assert home.get("person", ann)["told"].startswith("false ")


@ON_SQLITE
def test_nothing_waits_for_a_message_that_no_channel_takes(house):
    home = house(DEFINITIONS + WAITING)
    ann = home.create("person", name="Ann", email="ann@example.com", mobile=MOBILE, texts=True)
    home.settle()
    assert [each[3] for each in written(home)] == ["kept"]
    assert home.get("person", ann)["told"] == "false"


@ON_SQLITE
def test_a_step_of_ones_own_is_pointed_to(house):
    with pytest.raises(DefinitionError, match="“add_to_list” is not a kind of step  .*run: {workflow: add_to_list}"):
        house(DEFINITIONS.replace("send: {to: =record, message: [short, long]}", "add_to_list: {list: A}"))


@ON_SQLITE
def test_a_mail_goes_to_all_of_a_list_of_records_in_the_language_of_each(house):
    home = house(
        DEFINITIONS.replace("send: {to: =record, message: [short, long]}", "send_email: {to: =friends, message: long}"),
        settings=SETTINGS,
    )
    there = [home.create("person", email=f"{each}@example.com", language=each) for each in ("en", "el")]
    home.create("person", friends=[*there, home.create("person", name="nobody")])
    home.settle()
    assert sorted(each[1:3] for each in written(home)) == [("el@example.com", "el"), ("en@example.com", "en")]
