"""What admins are told of rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from customary.engine import people
from customary.engine.automation.watching.alarm import watch
from customary.engine.messages.notifications import notification
from customary.engine.reasons import read_reason
from customary.engine.records.work import Work

from .test_handling import VISIT, rule

BREAKS = rule("breaks", "{created: visit}", "  - set: {on: =today(), name: =town}\n    if: 'minutes == 1'")


@pytest.mark.parametrize(("failing", "sound", "told"), [(5, 3, 1), (4, 0, 0), (5, 24, 0)])
def test_admins_are_told_once_within_the_hour_of_a_rule_that_fails_often(
    house: Callable, failing: int, sound: int, told: int
) -> None:
    home = house(VISIT.replace("name: {type: text}", "name: {type: text, required: true}") + BREAKS, "core")
    home.do(lambda work: people.add(work, "ann@example.com", "right horse battery", ["admin"], name="Ann"))
    for minutes in [1] * failing + [0] * sound:
        home.create("visit", name="A", minutes=minutes)
    home.settle()
    for _ in range(2):
        watch(home.database, home.workspace.release, home.now)
    texts = home.do(_told)
    assert len(texts) == told and all("The rule Breaks fails often" in each for each in texts)


def _told(work: Work) -> list[str]:
    return [str(read_reason(each)) for each in work.connection.execute(sa.select(notification.c.text)).scalars()]


def test_admins_are_told_of_a_circle_by_the_names_that_people_know(house: Callable) -> None:
    ping = rule("ping", "{changed: visit.minutes}", "  - set: {town: A}\nlabel: {en: Ping, el: Πινγκ}")
    pong = rule("pong", "{changed: visit.town}", "  - set: {minutes: =minutes + 1}\nlabel: {en: Pong}")
    home = house(VISIT + ping + pong, "core")
    home.do(lambda work: people.add(work, "ann@example.com", "right horse battery", ["admin"], name="Ann"))
    visit = home.create("visit", name="A", minutes=1)
    home.update("visit", visit, minutes=2)
    home.settle()
    assert any("(Ping → Pong → Ping)" in each for each in home.do(_told))
