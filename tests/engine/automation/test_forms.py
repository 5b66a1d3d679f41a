"""Forms that strangers send: what becomes of them, on both databases, and what they never learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine import access
from customary.engine.automation.outside.forms import heard
from customary.engine.messages import forms
from customary.engine.messages.correspondence import lead_over
from customary.engine.messages.forms import Sent, entries, taking
from customary.engine.messages.outbox import message
from customary.engine.people.throttle import TooMany
from customary.engine.records.changes import change
from customary.engine.records.refusal import Refused

from .conftest import ON_SQLITE, House

WISH = """
entity: wish
title: name
fields:
  name: {type: text, required: true, max_length: 40}
  email: {type: email, unique: true}
  town: {type: text}
  people: {type: integer, min: 1}
  source: {type: text}
  secret: {type: text}
  told: {type: text}
checks:
  not_so_many: {check: people == null || people < 9, field: people}
---
web_form: wishes
label: {en: Your wish, el: Η ευχή σας}
entity: wish
fields: {name: {}, email: {required: true}, town: {}, people: {}}
values: {source: 'web {{ payload.language }}'}
match: email
consent: {en: You may keep it, el: Μπορείτε να το κρατήσετε}
creates: [{activity: {subject: 'From {{ record.name }}', notes: =payload.sent.town, about: =record}}]
MORE
---
workflow: tell
label: Tell
when: {web_form: wishes}
do: [{set: {told: '{{ payload.new }} {{ payload.sent.town }} {{ payload.consent }}'}}]
"""


@pytest.fixture
def wishes(house: Callable[..., House]) -> Callable[..., House]:
    return lambda more="": house(WISH.replace("MORE", more), settings="web_address: https://crm.example.com\n")


def sending(
    home: House, act: Callable[..., Any], language: str = "en", agreed: bool = True, id: Any = None, **values: Any
) -> Any:
    """What a stranger does with the form."""
    release = home.workspace.release
    form = release.model.web_forms["wishes"]

    def sent(work: Any) -> Any:
        stranger = forms.work_of(work.connection, release, form, language, work.now)
        return act(stranger, form, Sent(id or uuid4(), language, values, agreed, "192.0.2.1"))

    return home.do(sent)


def send(home: House, language: str = "en", **values: Any) -> UUID | None:
    return sending(home, lambda *sent: forms.take(*sent, heard), language, **values)


def refused(home: House, **values: Any) -> dict[str | None, str]:
    with pytest.raises(Refused) as error:
        send(home, **values)
    return {each.field: str(each.reason) for each in error.value.problems}


def entry(home: House, record: UUID) -> Mapping[str, Any]:
    """The newest that was sent about a record."""
    return vars_of(home.do(lambda work: entries.newest(work.connection, record))[0])


def vars_of(found: Any) -> Mapping[str, Any]:
    return {name: getattr(found, name) for name in ("status", "consent", "new", "left", "why")}


def test_a_form_makes_a_record_with_what_it_sets_itself_and_starts_rules(wishes: Callable[..., House]) -> None:
    home = wishes()
    id = send(home, "el", name="Ελένη", email="E@Example.com", town="Χανιά")
    home.settle()
    found = home.get("wish", id)
    assert (found["email"], found["source"], found["created_by"]) == ("e@example.com", "web el", None)
    assert found["told"] == "true Χανιά Μπορείτε να το κρατήσετε"
    [beside] = home.all("activity")
    assert (beside["subject"], beside["notes"], beside["about"].id) == ("From Ελένη", "Χανιά", id)
    made = home.do(
        lambda work: work.connection.execute(sa.select(change).where(change.c.record == id)).mappings().first()
    )
    assert made["cause"] == {"origin": "web_form", "form": "wishes", "consent": "Μπορείτε να το κρατήσετε"}
    assert entry(home, id) == {
        "status": "taken", "consent": "Μπορείτε να το κρατήσετε", "new": True, "left": None, "why": None,
    }  # fmt: skip


def test_somebody_known_gets_empty_fields_filled_and_keeps_the_others(wishes: Callable[..., House]) -> None:
    home = wishes()
    known = home.create("wish", name="Ann", email="ann@example.com", secret="x")
    assert send(home, name="A.", email="ANN@example.com", town="Patras", people=2) == known
    home.settle()
    found = home.get("wish", known)
    assert (found["name"], found["town"], found["people"], found["source"]) == ("Ann", "Patras", 2, "web en")
    assert (entry(home, known)["left"], entry(home, known)["new"]) == ({"name": "A."}, False)
    assert found["told"] == "false Patras You may keep it"
    home.archive("wish", known)
    assert send(home, name="A.", email="ann@example.com") != known


@ON_SQLITE
def test_what_is_wrong_is_told_at_once_and_alike_whoever_is_known(wishes: Callable[..., House]) -> None:
    home = wishes("double_opt_in: true\noverwrite: true")
    known = home.create("wish", name="Ann", email="ann@example.com", people=3)
    for email in ("ann@example.com", "nobody@example.com"):
        assert refused(home, name="x" * 41, email=email, people=0, agreed=False) == {
            "name": "must be at most 40 characters long",
            "people": "must be at least 1",
            "_consent": "needs your consent",
        }
        assert list(refused(home, name="A", email=email, people=10)) == ["people"]
    assert refused(home) == {"name": "is required", "email": "is required"}
    assert (home.get("wish", known)["people"], len(home.all("wish"))) == (3, 1)


@ON_SQLITE
def test_a_record_that_takes_nothing_tells_nobody_so_and_what_was_sent_is_kept(wishes: Callable[..., House]) -> None:
    home = wishes()
    known = home.create("wish", name="Ann", email="ann@example.com", secret="x")
    home.redefine(
        WISH.replace("MORE", "").replace("checks:", "checks:\n  closed: {check: town == null || secret != 'x'}")
    )
    assert send(home, name="A", email="ann@example.com", town="Patras") == known
    assert (home.get("wish", known)["town"], entry(home, known)["left"]) == (None, {"name": "A", "town": "Patras"})


@ON_SQLITE
def test_a_form_lets_nobody_read_or_write_anything_else(wishes: Callable[..., House]) -> None:
    home = wishes()

    def rights(stranger: Any, form: Any, sent: Sent) -> Any:
        rights = access.compile(stranger.model, stranger.actor)
        acts = [(entity, act) for entity in stranger.model.entities for act in access.ACTS if rights.may(entity, act)]
        return acts, rights.admin, "secret" in rights.read_only("wish", new=True)

    assert sending(home, rights) == ([("wish", "create")], False, True)
    assert refused(home, name="A", email="a@example.com", secret="x") == {"secret": "may not be changed by you"}
    assert refused(home, name="A", email="a@example.com", told="x") == {"told": "may not be changed by you"}


@ON_SQLITE
def test_what_is_sent_twice_is_taken_once(wishes: Callable[..., House]) -> None:
    home, id = wishes(), uuid4()
    assert send(home, id=id, name="A", email="a@example.com") is not None
    assert send(home, id=id, name="A", email="a@example.com") is None
    assert len(home.all("wish")) == 1


@ON_SQLITE
def test_too_much_from_one_address_or_of_one_form_is_held_back(
    wishes: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = wishes()
    for number in range(20):
        send(home, name="A", email=f"a{number}@example.com")
    with pytest.raises(TooMany):
        send(home, name="A", email="b@example.com")
    home.now += timedelta(minutes=16)
    assert send(home, name="A", email="b@example.com")
    monkeypatch.setattr(taking, "MOST_PER_HOUR", 21)
    with pytest.raises(TooMany):
        send(home, name="A", email="c@example.com")
    assert len(home.all("wish")) == 21


def test_nothing_is_kept_before_the_link_in_the_mail_is_followed(wishes: Callable[..., House]) -> None:
    home = wishes("double_opt_in: true\noverwrite: true")
    known = home.create("wish", name="Ann", email="ann@example.com")
    links: list[str] = []

    def ask(*sent: Any) -> None:
        forms.ask(*sent, lambda link: (links.append(link), ("Confirm", link))[1])

    for _ in range(4):
        sending(home, ask, name="Ann Lee", email="ann@example.com", people=2)
    assert (home.get("wish", known)["name"], len(links)) == ("Ann", 3)  # nobody is flooded with mails
    assert home.do(lambda work: entries.figures(work.connection, work.now))["wishes"].waiting == 4
    [mail, *_] = home.do(lambda work: work.connection.execute(sa.select(message)).mappings().all())
    assert (mail["recipient"], mail["details"]) == ("ann@example.com", {"private": True})
    secret = links[0].removeprefix("https://crm.example.com/forms/wishes/confirm/")

    def confirm(stranger: Any, form: Any, sent: Sent) -> bool:
        return forms.confirm(stranger, form, secret, heard)

    assert [sending(home, confirm), sending(home, confirm)] == [True, False]
    home.settle()
    found = home.get("wish", known)
    assert (found["name"], found["people"], found["told"]) == ("Ann Lee", 2, "false  You may keep it")
    secret = links[1].rpartition("/")[2]
    home.now += timedelta(days=4)
    assert sending(home, confirm) is False


@ON_SQLITE
def test_a_stamp_is_good_for_its_form_for_a_day_and_cannot_be_made_up(wishes: Callable[..., House]) -> None:
    home = wishes()
    key = home.do(lambda work: forms.key(work.connection) or forms.make_key(work.connection))
    assert home.do(lambda work: forms.make_key(work.connection)) == key
    made = forms.stamp(key, "wishes", home.now)
    found = forms.read_stamp(key, "wishes", made, home.now + timedelta(seconds=3))
    assert (found.is_quick(home.now + timedelta(seconds=1)), found.is_quick(home.now + timedelta(seconds=2))) == (
        True,
        False,
    )
    told = [
        forms.read_stamp(key, "other", made, home.now),
        forms.read_stamp("", "wishes", made, home.now),
        forms.read_stamp(key, "wishes", made, home.now + timedelta(days=1)),
        *(forms.read_stamp(key, "wishes", wrong, home.now) for wrong in ("", "..", "x", made[1:], made + "0", "é.1.2")),
    ]
    assert told == [None] * len(told)


@ON_SQLITE
def test_what_was_sent_goes_on_with_the_record_and_with_the_name_of_its_form(wishes: Callable[..., House]) -> None:
    home = wishes()
    first = send(home, name="A", email="a@example.com")
    second = home.create("wish", name="B", email="b@example.com")
    home.do(lambda work: lead_over(work, ("wish", first), ("wish", second)))
    assert entry(home, second)["new"] is True
    home.redefine(WISH.replace("MORE", "was: wishes").replace("web_form: wishes", "web_form: hopes"))
    assert set(home.do(lambda work: entries.figures(work.connection, work.now))) == {"hopes"}
