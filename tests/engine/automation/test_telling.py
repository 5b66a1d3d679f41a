"""What rules tell people: each as much as they may know."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from customary.engine import people
from customary.engine.automation import to_decide
from customary.engine.messages.correspondence import posts
from customary.engine.messages.incoming.received import FILED, Received, keep
from customary.engine.messages.notifications import notification
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work

from .conftest import NOW

DEFINITIONS = """
entity: parcel
title: name
fields:
  name: {type: text}
  worth: {type: integer}
  owner: {type: user}
  account: {type: link, to: account}
---
role: open
entities: {parcel: {read: all}, account: {read: all}}
---
role: discreet
entities: {parcel: {read: all, fields: {worth: hidden}}, account: {read: none}}
---
role: own_only
entities: {parcel: {read: own}}
---
workflow: tell
when: {created: parcel}
do:
  - notify: {user: =owner, text: '{{ name }} is worth {{ worth }}, from {{ account.name }}: {{ worth * 2 }}'}
"""


def test_a_notification_holds_dots_for_what_its_reader_may_not_know(house):
    home = house(DEFINITIONS, "core")
    expected = {
        "open": "Box is worth 7, from Acme: 14",
        "discreet": "Box is worth •••, from •••: •••",
        "own_only": "Box is worth 7, from •••: 14",
    }
    account = home.create("account", name="Acme")
    owners = {}
    for role in expected:
        owners[role] = home.do(lambda work, role=role: people.add(work, f"{role}@example.com", None, [role], role))
        home.create("parcel", name="Box", worth=7, owner=owners[role], account=account)
    home.settle()
    rows = home.do(lambda work: work.connection.execute(sa.select(notification.c.user, notification.c.text)).all())
    told = {row.user: row.text for row in rows}
    assert {role: told[owners[role]] for role in expected} == expected


ASKED = (
    DEFINITIONS.partition("workflow:")[0]
    + """
workflow: ask
when: {created: parcel}
do:
  - ask:
      by: [role open, role discreet, role own_only]
      text: 'Send {{ name }} worth {{ worth }} to {{ account.name }}?'
"""
)


def test_who_decides_reads_dots_for_what_they_may_not_know(house):
    home = house(ASKED, "core")
    by_role = {
        role: home.do(lambda work, role=role: people.add(work, f"{role}@example.com", None, [role], role))
        for role in ("open", "discreet", "own_only")
    }
    home.create("parcel", name="Box", worth=7, account=home.create("account", name="Acme"))
    home.settle()

    def asked(work: Work, role: str) -> list[str]:
        actor = actor_of_user(work.connection, by_role[role], work.release)
        return [each.text["en"] for each in to_decide(replace(work, actor=actor))]

    assert {role: home.do(lambda work, role=role: asked(work, role)) for role in by_role} == {
        "open": ["Send Box worth 7 to Acme?"],
        "discreet": ["Send Box worth ••• to •••?"],
        "own_only": ["Send ••• worth ••• to •••?"],
    }


MAILS = """
entity: firm
title: name
fields:
  name: {type: text}
  secret: {type: text}
  owner: {type: user}
---
entity: order
title: number
fields:
  number: {type: text}
  worth: {type: integer}
  firm: {type: link, to: firm}
---
role: open
entities: {order: {read: all}, firm: {read: all}}
---
role: elsewhere
entities: {order: {read: all, fields: {worth: hidden}}, firm: {read: all}}
---
role: closed
entities: {order: {read: all}, firm: {read: all, fields: {secret: hidden}}}
---
role: own_firms
entities: {order: {read: all}, firm: {read: own}}
---
workflow: write
when: {created: order}
do:
  - find: {entity: firm, where: 'name == "Acme"'}
    as: found
"""
BODIES = {
    "name": "{{ found.map(each, each.name) }}",
    "secret": "{{ firm.secret }}",
    "condition": '{{ firm.secret == null ? "no" : "yes" }}',
    "found": "{{ found.map(each, each.secret) }}",
}


def test_a_mail_of_a_rule_is_read_by_who_may_read_all_that_it_tells(house):
    steps = (
        f"  - send_email: {{to: zoe@example.com, subject: {name}, body: '{body}'}}" for name, body in BODIES.items()
    )
    home, who = house(MAILS + "\n".join(steps)), {}
    for role in ("open", "elsewhere", "closed", "own_firms"):
        who[role] = home.do(lambda work, role=role: people.add(work, f"{role}@x.org", None, [role], role))
    firm = home.create("firm", name="Acme", secret="hush", owner=who["open"])
    order = home.create("order", number="1", worth=7, firm=firm)
    home.settle()
    home.do(lambda work: keep(work.connection, answer(order, work.release.tables.code("order"))))

    def read(role):
        with home.database.read() as connection:
            home.actor = actor_of_user(connection, who[role], home.workspace.release)
            *ours, theirs = posts(home.work(connection), "order", order)
        return sorted(each.subject for each in ours if each.text), bool(theirs.whole)

    whole = sorted(BODIES), True
    assert {role: read(role) for role in who} == {
        "open": whole,
        "elsewhere": whole,
        "closed": (["name"], False),
        "own_firms": ([], False),
    }


def answer(record, code):
    """A mail that quotes ours."""
    more = {"recipients": [], "subject": "Re", "automatic": False, "references": [], "files": [], "why": None}
    texts = {"text": "Thanks", "whole": "Thanks > hush", "sender": "zoe@example.com", "sender_name": "Zoe"}
    place = {"status": FILED, "answers": None, "entity": code, "record": record}
    return Received(new_id(), "box", 1, "<1@x.org>", NOW, NOW, **texts, **more, **place)
