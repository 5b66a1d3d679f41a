"""Records are made of options, texts and pairs, and the other way round."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.records.index import search

from .test_retype import DEAL, OTHERS, unfit_of

SOURCE = """---
entity: source
title: name
fields:
  name: {type: text, search: true}
  open: {type: boolean, default: true}
"""
COUNTED = SOURCE + "  uses: {type: integer, rollup: size(deals), index: true}\n"
CHOSEN = "{web: {label: {en: The web}}, phone: {}}"


def titles(ground, entity: str) -> dict:
    made = ground.release.tables.entity(entity)
    with ground.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(sa.select(made.column("id"), made.column("name")))}


def test_a_choice_becomes_a_link_to_a_new_entity_and_back(ground):
    chosen = f"  source: {{type: choice, options: {CHOSEN}}}\n  also: {{type: choices, options: {CHOSEN}}}\n"
    ground.apply(DEAL + chosen)
    one, both, none = ground.add("deal", source="web"), ground.add("deal", also=("web", "phone")), ground.add("deal")
    ground.apply(DEAL + chosen.replace("{web: {label: {en: The web}}, phone: {}}", "{web: {label: {en: The web}}}"))
    linked = "  source: {type: link, to: source, inverse: deals}\n  also: {type: links, to: source}\n"
    assert "~ field deal.source: type choice → link; a record is made of each value" in ground.apply(
        DEAL + linked + COUNTED
    )
    found = titles(ground, "source")
    assert sorted(found.values()) == ["The web", "phone"]
    assert [found.get(ground.value("deal", id, "source")) for id in (one, both, none)] == ["The web", None, None]
    assert {found[target] for _, target in ground.links("deal", "also")} == {"The web", "phone"}
    web = ground.value("deal", one, "source")
    assert (ground.value("source", web, "uses"), ground.value("source", web, "open")) == (1, True)
    with ground.database.read() as connection:
        assert connection.execute(sa.select(search.c.record).where(search.c.text == "the web")).scalars().all() == [web]
    ground.apply(DEAL + chosen + SOURCE)
    assert [ground.value("deal", id, "source") for id in (one, both, none)] == ["web", None, None]
    assert ground.value("deal", both, "also") == ("web", "phone")


def test_texts_become_records_of_a_new_entity(ground):
    ground.apply(DEAL + "  source: {type: text}\n")
    ids = [ground.add("deal", source=text) for text in ("Fair", "Web", "Fair")]
    ground.apply(DEAL + "  source: {type: link, to: source}\n" + SOURCE)
    found = titles(ground, "source")
    assert sorted(found.values()) == ["Fair", "Web"]
    assert [found[ground.value("deal", id, "source")] for id in ids] == ["Fair", "Web", "Fair"]


GUEST = """---
entity: seat
fields:
  deal: {type: link, to: deal, required: true}
  contact: {type: link, to: contact, required: true}
  answer: {type: choice, options: [yes_please, no_thanks], default: yes_please}
"""


def seats(ground) -> list:
    made = ground.release.tables.entity("seat")
    columns = [made.column(name) for name in ("deal", "contact", "answer")]
    with ground.database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.select(*columns)))


def test_pairs_become_records_of_an_entity_between_and_back(ground):
    ground.apply(OTHERS + DEAL + "  guests: {type: links, to: contact}\n")
    ann, bob = ground.add("contact", first="Ann"), ground.add("contact", first="Bob")
    deal = ground.add("deal")
    for each in (ann, bob):
        ground.link("deal", "guests", deal, each)
    through = OTHERS + DEAL + "  guests: {type: links, to: contact, through: seat}\n" + GUEST
    assert "~ field deal.guests: type links → lines; a record is made of each pair" in ground.apply(through)
    assert seats(ground) == sorted([(deal, ann, "yes_please"), (deal, bob, "yes_please")])
    cleo = ground.add("contact", first="Cleo")
    ground.add("seat", deal=deal, contact=cleo)
    ground.apply(OTHERS + DEAL + "  guests: {type: links, to: contact}\n" + GUEST)
    assert ground.links("deal", "guests") == {(deal, ann), (deal, bob), (deal, cleo)}
    assert len(seats(ground)) == 3
    ground.apply(through)
    assert [pair[:2] for pair in seats(ground)] == sorted([(deal, ann), (deal, bob), (deal, cleo)])


def test_an_undo_gives_back_the_choice_that_became_an_entity(ground):
    text = DEAL + "  source: {type: choice, options: [web, phone]}\n"
    ground.apply(text)
    kept, edited, lost = (ground.create("deal", {"source": "web"}) for _ in range(3))
    ground.apply(DEAL + "  source: {type: link, to: source}\n" + SOURCE)
    found = {name: id for id, name in titles(ground, "source").items()}
    ground.update("deal", edited, {"source": found["Phone"]})
    ground.update("deal", lost, {"source": ground.create("source", {"name": "Fair"})})
    assert unfit_of(ground.plan_undo()) == [(1, 2)]
    ground.undo()
    assert [ground.value("deal", id, "source") for id in (kept, edited, lost)] == ["web", "phone", None]
    ground.undo()
    assert [titles(ground, "source").get(ground.value("deal", id, "source")) for id in (kept, edited, lost)] == [
        "Web",
        "Phone",
        "Fair",
    ]


def test_an_undo_gives_back_what_was_split_and_what_stood_between(ground):
    split = "first: {type: text, from: \"before(name, ' ')\"}\n  last: {type: text, from: \"after(name, ' ')\"}"
    ground.apply(OTHERS + "entity: deal\nfields:\n  name: {type: text}\n  guests: {type: links, to: contact}\n")
    ann = ground.create("contact", {"first": "Ann"})
    deal = ground.create("deal", {"name": "Big deal", "guests": [ann]})
    through = "  guests: {type: links, to: contact, through: seat}\n"
    ground.apply(OTHERS + f"entity: deal\nfields:\n  {split}\n{through}" + GUEST)
    bob = ground.create("contact", {"first": "Bob"})
    ground.create("seat", {"deal": deal, "contact": bob})
    ground.undo()
    assert ground.value("deal", deal, "name") == "Big deal"
    assert ground.links("deal", "guests") == {(deal, ann), (deal, bob)}
    ground.undo()
    assert (ground.value("deal", deal, "first"), ground.value("deal", deal, "last")) == ("Big", "deal")
    assert [pair[:2] for pair in seats(ground)] == sorted([(deal, ann), (deal, bob)])
