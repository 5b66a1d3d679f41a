"""What becomes of our mails starts rules, and ends the waiting of those that wrote them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from customary.engine.automation.outside.reactions import come_back, react
from customary.engine.messages import letters, stops
from customary.engine.messages.reactions import CLICKED, OPENED

from .conftest import House

RULES = """
message: welcome
about: contact
subject: Welcome
body: 'Hello {{ name }}'
---
message: news
about: contact
unsubscribe: news
subject: News
body: News
---
workflow: greet
label: Greet
when: {created: contact}
do:
  - send_email: {to: =email, message: welcome}
  - wait: {for: 2d, event: {message: opened}}
    as: reaction
  - set: {job_title: =reaction.reason}
---
workflow: news
label: News
when: {changed: contact.department}
do: [{send_email: {to: =email, message: news}}]
---
workflow: came_back
label: It came back
when: {message: {bounced: welcome}}
do: [{set: {department: =payload.what}}]
"""


@pytest.fixture
def home(house: Callable[..., House]) -> House:
    return house(RULES, packs="core")


def mails(home: House) -> list[Any]:
    return home.do(lambda work: letters(work.connection))


def test_a_run_waits_until_its_mail_is_opened(home: House) -> None:
    zoe = home.create("contact", name="Zoe *", email="zoe@example.com")
    home.settle()
    [letter] = mails(home)
    assert (letter.details["markdown"], letter.body) == ("Hello Zoe \\*", "Hello Zoe *")
    home.do(lambda work: react(work, letter, CLICKED))
    home.settle()
    assert home.get("contact", zoe)["job_title"] is None
    assert home.do(lambda work: react(work, letter, OPENED)) is True
    assert home.do(lambda work: react(work, letter, OPENED)) is False
    home.settle()
    assert home.get("contact", zoe)["job_title"] == "event"


def test_a_mail_that_nobody_opens_is_waited_for_as_long_as_the_rule_says(home: House) -> None:
    zoe = home.create("contact", name="Zoe", email="zoe@example.com")
    home.settle()
    home.later(days=3)
    assert home.get("contact", zoe)["job_title"] == "time"


def test_what_happened_before_a_run_waits_for_it_ends_the_waiting_at_once(home: House) -> None:
    home.redefine(RULES.replace("  - wait: {for: 2d", "  - wait: 1h\n  - wait: {for: 2d"))
    zoe = home.create("contact", name="Zoe", email="zoe@example.com")
    home.settle()
    [letter] = mails(home)
    home.do(lambda work: react(work, letter, OPENED))
    home.settle()
    assert home.get("contact", zoe)["job_title"] is None
    home.later(hours=2)
    assert home.get("contact", zoe)["job_title"] == "event"


def test_a_mail_that_comes_back_starts_a_rule_and_marks_the_address(home: House) -> None:
    zoe = home.create("contact", name="Zoe", email="Zoe@example.com")
    home.settle()
    [letter] = mails(home)
    home.do(lambda work: come_back(work, letter, "550 no such user", hard=True))
    home.settle()
    assert home.get("contact", zoe)["department"] == "550 no such user"
    assert len(mails(home)) == 1
    skipped = [step for run in home.runs() for step in home.steps(run) if step.status == "skipped"]
    assert [str(step.result) for step in skipped] == ["mail to this address comes back"]
    assert home.do(lambda work: stops.forgive(work.connection, "zoe@example.com")) is True


def test_who_took_leave_of_a_sort_is_written_no_more_of_it(home: House) -> None:
    zoe = home.create("contact", name="Zoe", email="zoe@example.com")
    home.do(lambda work: stops.unsubscribe(work.connection, "zoe@example.com", "news", work.now))
    home.update("contact", zoe, department="X")
    home.settle()
    assert [letter.name for letter in mails(home)] == ["welcome"]
