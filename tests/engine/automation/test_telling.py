"""What rules tell people: each as much as they may know."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine import people
from customary.engine.messages.notifications import notification

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
