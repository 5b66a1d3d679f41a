"""People who are known, in a real database of either kind."""

from __future__ import annotations

import pytest

from customary.engine.database import Database

from ..conftest import Crm

DEFINITIONS = """
entity: user
plays: user
title: name
fields:
  name: {type: text, required: true}
  email: {type: email, unique: true}
---
entity: activity
plays: activity
title: subject
fields:
  subject: {type: text, required: true, search: true, personal: true}
  about: {type: any_link}
  at: {type: datetime, required: true, default: =now()}
  minutes: {type: integer}
---
entity: person
title: name
fields:
  name: {type: text, required: true, unique: true, search: true, personal: true}
  email: {type: email, search: true, personal: true}
  greeting: {type: text, formula: '"Dear " + name', index: true}
  portrait: {type: image, personal: true}
  contract: {type: file}
  spent: {type: money}
  city: {type: text}
  relatives: {type: lines, of: relative.person}
---
entity: relative
title: name
fields:
  person: {type: link, to: person, required: true}
  name: {type: text, required: true, personal: true}
---
entity: deal
title: name
fields:
  name: {type: text, required: true}
  person: {type: link, to: person, inverse: deals}
  who: {lookup: person.name, index: true}
  amount: {type: money}
---
survey: opinion
about: person
questions:
  score: {kind: nps}
  why: {kind: long_text}
---
pipeline: deals
entity: deal
stages: {open: {}, won: {outcome: won}}
---
role: admin
admin: true
---
role: seller
entities:
  '*': {read: all, create: all, update: all, delete: all, export: all}
---
workflow: welcome
when: {created: person}
do:
  - set: {city: Athens}
"""


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, DEFINITIONS)
