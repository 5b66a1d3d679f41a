"""A rule is rehearsed over what has happened: records as they were then, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from customary.engine.automation.rehearsal import Asked, CannotRehearse, Rehearsal, rehearse
from customary.engine.fields.any_link import AnyLink
from customary.engine.messages.outbox import letters
from customary.engine.records.write import create

from .test_rules import VISIT, rule


@pytest.fixture
def house(house: Callable) -> Callable:
    """On the core pack alone, which is compiled sooner."""
    return partial(house, packs="core")


NOTHING = "\n  - note: Nothing\n"


def rehearsed(home: Any, definitions: str, name: str, **asked: Any) -> Rehearsal:
    """The rule as the folder says it now, over the last week."""
    (home.workspace.directory / "schemas" / "own.yaml").write_text(definitions)
    release = home.workspace.draft()
    assert release is not None
    return rehearse(home.database, release, name, Asked(home.now - timedelta(days=7), home.now, **asked))


def fares(rehearsal: Rehearsal) -> dict[str, int]:
    return {name: count for name, count in rehearsal.fares.items() if count}


def titles(rehearsal: Rehearsal, fares: str) -> list[str]:
    return [case.title for case in rehearsal.cases if case.fares == fares]


def test_records_are_looked_at_as_they_were(house: Callable) -> None:
    home = house(VISIT + rule("long", "{created: visit}", NOTHING))
    long = home.create("visit", name="Long", minutes=90)
    home.create("visit", name="Short", minutes=10)
    home.later(hours=1)
    home.update("visit", long, minutes=5)
    found = rehearsed(home, VISIT + rule("long", "{created: visit}", NOTHING, where="minutes > 60"), "long")
    assert (found.looked_at, fares(found)) == (3, {"same": 1, "gone": 1})
    assert (titles(found, "same"), titles(found, "gone")) == (["Long"], ["Short"])
    assert {case.fares: (case.really[0].record == long, case.really[0].status) for case in found.cases} == {
        "same": (True, "done"),
        "gone": (False, "done"),
    }
    assert [step.kind for case in found.cases for step in case.really[1]] == ["note", "note"]


def test_what_links_lead_to_is_looked_at_as_it_was_too(house: Callable) -> None:
    text = VISIT + rule("known", "{created: visit}", NOTHING, where='account.name == "Acme"')
    home = house(VISIT)
    acme, other = home.create("account", name="Acme"), home.create("account", name="Other")
    home.later(hours=1)
    home.create("visit", name="At Acme", account=acme)
    home.create("visit", name="Elsewhere", account=other)
    home.later(hours=1)
    home.update("account", acme, name="Acme Renamed")
    home.update("account", other, name="Acme")
    found = rehearsed(home, text, "known")
    assert (fares(found), titles(found, "new")) == ({"new": 1}, ["At Acme"])


def test_a_deleted_record_is_looked_at_and_tried_as_it_was(house: Callable) -> None:
    home = house(VISIT)
    id = home.create("visit", name="Gone", minutes=90)
    home.later(hours=1)
    home.delete("visit", id)
    text = VISIT + rule("long", "{created: visit}", "  - set: {town: long}", where="minutes > 60")
    found = rehearsed(home, text, "long")
    assert fares(found) == {"new": 1}
    [written] = found.cases[0].trial.written
    assert (written.change.kind, dict(written.change.after)) == ("updated", {"town": "long"})
    assert home.get("visit", id) is None


def test_the_steps_are_tried_and_nothing_is_kept(house: Callable) -> None:
    home = house(VISIT)
    id = home.create("visit", name="Acme", town="Athens", minutes=1)
    home.later(hours=1)
    home.update("visit", id, town="Patras")
    steps = """
  - set: {minutes: =minutes + 1, town: 'near {{ town }}'}
  - create: {activity: {subject: 'Call {{ name }}', kind: call}}
  - send_email: {to: ann@example.com, subject: 'About {{ name }}', body: 'In {{ town }}.'}
"""
    found = rehearsed(home, VISIT + rule("greet", "{created: visit}", steps), "greet")
    [case] = found.cases
    assert case.trial.status == "done"
    assert [(each.change.kind, each.title, dict(each.change.after)) for each in case.trial.written[:1]] == [
        ("updated", "Acme", {"minutes": 2, "town": "near Athens"})
    ]
    assert [each.title for each in case.trial.written if each.change.entity == "activity"] == ["Call Acme"]
    assert [(each.recipient, each.subject, each.body) for each in case.trial.letters] == [
        ("ann@example.com", "About Acme", "In near Athens.")
    ]
    assert home.get("visit", id)["town"] == "Patras"
    assert (home.all("activity"), home.do(lambda work: letters(work.connection)), home.runs()) == ([], [], [])


def test_a_waiting_ends_as_the_record_went_on(house: Callable) -> None:
    home = house(VISIT)
    early, late = home.create("visit", name="Early"), home.create("visit", name="Late")
    home.create("visit", name="Still", minutes=3)
    home.later(hours=5)
    home.update("visit", early, minutes=9)
    home.later(days=2)
    home.update("visit", late, minutes=9)
    steps = """
  - wait: {for: 1d, event: {changed: visit.minutes}}
    as: answer
  - set: {town: '{{ answer.reason }} {{ minutes }}'}
  - wait: 5d
  - set: {town: over}
"""
    found = rehearsed(home, VISIT + rule("listen", "{created: visit}", steps), "listen")
    towns = {case.title: [each.change.after["town"] for each in case.trial.written] for case in found.cases}
    assert towns == {"Early": ["event 9"], "Late": ["time"], "Still": ["time 3"]}
    assert {case.trial.status for case in found.cases} == {"waiting"}
    assert all(case.trial.until > home.now for case in found.cases)


def test_a_step_that_cannot_be_done_says_so(house: Callable) -> None:
    home = house(VISIT)
    home.create("visit", name="Acme")
    steps = "  - set: {town: Athens}\n  - set: {name: =account.name}\n"
    found = rehearsed(home, VISIT + rule("broken", "{created: visit}", steps), "broken")
    [case] = found.cases
    assert (case.trial.status, [step.status for step in case.trial.steps]) == ("failed", ["undone", "failed"])
    assert str(case.trial.reason) == "Name is required"
    assert case.trial.written == ()


def test_what_a_rule_did_itself_does_not_start_it(house: Callable) -> None:
    text = VISIT + rule("count", "{updated: visit}", "  - set: {minutes: '=coalesce(minutes, 0) + 1'}")
    home = house(text)
    id = home.create("visit", name="Acme")
    home.update("visit", id, town="Athens")
    home.settle()
    found = rehearsed(home, text, "count")
    assert (fares(found), found.looked_at) == ({"same": 1}, 3)


def test_limits_hold_in_a_rehearsal_too(house: Callable) -> None:
    home = house(VISIT)
    id = home.create("visit", name="Acme")
    for town in ("Athens", "Patras", "Volos"):
        home.update("visit", id, town=town)
    once = VISIT + rule("once", "{updated: visit}", NOTHING).replace("do:", "limits: {once: true}\ndo:")
    found = rehearsed(home, once, "once")
    assert (fares(found), found.limited) == ({"new": 1}, 2)
    hourly = VISIT + rule("hourly", "{updated: visit}", NOTHING).replace("do:", "limits: {per_hour: 2}\ndo:")
    assert rehearsed(home, hourly, "hourly").limited == 1


def test_a_date_is_looked_at_between_its_changes(house: Callable) -> None:
    entity = "entity: contract\nfields:\n  name: {type: text}\n  ends: {type: date}\n"
    home = house(entity)
    moved = home.create("contract", name="Moved", ends=home.now.date() + timedelta(days=9))
    home.create("contract", name="Kept", ends=home.now.date() + timedelta(days=4))
    home.later(days=1)
    home.update("contract", moved, ends=home.now.date() + timedelta(days=300))
    home.later(days=5)
    text = entity + rule("soon", "{due: {field: contract.ends, before: [2d, 1d]}}", "  - note: Soon\n")
    found = rehearsed(home, text, "soon")
    assert (fares(found), titles(found, "new")) == ({"new": 2}, ["Kept", "Kept"])


def test_silence_is_told_as_it_fell(house: Callable) -> None:
    home = house(VISIT)
    began = home.now
    talked, written, still = (home.create("visit", name=name) for name in ("Talked", "Written", "Still"))
    home.later(days=1, hours=12)
    home.create("activity", subject="A call", kind="call", about=AnyLink("visit", talked))
    home.later(days=1)
    home.update("visit", written, minutes=1)
    home.later(days=3)
    home.update("visit", still, minutes=1)
    home.later(days=1)
    found = rehearsed(home, VISIT + rule("remind", "{idle: {entity: visit, after: 2d}}", NOTHING), "remind")
    silent = [(each.title, each.look.change.at - began) for each in found.cases]
    days = timedelta(days=1)
    assert sorted(silent) == [
        ("Still", 2 * days),
        ("Talked", 3.5 * days),
        ("Written", 2 * days),
        ("Written", 4.5 * days),
    ]
    assert found.notes == []


def test_every_time_of_a_schedule_is_told(house: Callable) -> None:
    steps = "  - create: {activity: {subject: Tidy, kind: call}}\n"
    found = rehearsed(
        house(VISIT),
        VISIT + rule("tidy", '"0 8 * * *"', steps).replace("when:", "when: {schedule:").replace('*"\n', '*"}\n'),
        "tidy",
    )
    assert fares(found) == {"new": 7}
    assert [each.title for each in found.cases[0].trial.written] == ["Tidy"]


def test_one_record_is_followed_change_by_change(house: Callable) -> None:
    home = house(VISIT)
    id = home.create("visit", name="Acme", minutes=1)
    home.create("visit", name="Other", minutes=99)
    home.later(hours=1)
    home.update("visit", id, town="Athens")
    home.later(hours=1)
    home.update("visit", id, minutes=70)
    text = VISIT + rule("long", "{changed: visit.minutes}", NOTHING, where="minutes > 60")
    found = rehearsed(home, text, "long", record=id)
    assert [case.look.verdict for case in found.cases] == ["starts", "other", "other"]


def test_a_rule_before_the_save_says_how_it_is_tried_out(house: Callable) -> None:
    home = house(VISIT)
    text = VISIT + rule("check", "{created: visit, before: true}", "  - set: {town: Athens}")
    with pytest.raises(CannotRehearse, match="examples"):
        rehearsed(home, text, "check")


def test_other_tables_are_needed_for_new_fields(house: Callable) -> None:
    home = house(VISIT)
    (home.workspace.directory / "schemas" / "own.yaml").write_text(
        VISIT.replace("town:", "colour: {type: text}\n  town:")
    )
    assert home.workspace.draft() is None


def test_one_record_is_traced_with_what_its_condition_read(house: Callable) -> None:
    home = house(VISIT)
    id = home.create("visit", name="Acme", minutes=10)
    home.later(hours=1)
    home.update("visit", id, minutes=90)
    text = VISIT + rule("long", "{updated: visit}", NOTHING, where='minutes > 60 && name != "B"')
    updated, created = rehearsed(home, text, "long", record=id).cases
    assert updated.because.terms == (("minutes > 60", True), ('name != "B"', True))
    assert [(each.path, each.value) for each in updated.because.values] == [("minutes", 90), ("name", "Acme")]
    assert [(each.kind, each.status) for each in updated.trial.steps] == [("note", "done")]
    assert (created.look.verdict, created.because.terms) == ("other", ())


def test_what_was_imported_to_start_no_rules_starts_none(house: Callable) -> None:
    home = house(VISIT)
    quiet = home.do(lambda work: create(work.because(origin="import", quiet=True), "visit", {"name": "Quiet"}))
    home.create("visit", name="Loud")
    text = VISIT + rule("long", "{created: visit}", NOTHING)
    assert titles(rehearsed(home, text, "long"), "new") == ["Loud"]
    assert [each.look.verdict for each in rehearsed(home, text, "long", record=quiet).cases] == ["quiet"]
