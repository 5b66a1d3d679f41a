"""Conditions of rules in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from customary.engine.locale import locale
from customary.engine.workspace import Workspace
from customary.ui.rules.spoken import Said, spoken


def told(workspace: Workspace, text: str, language: str = "en") -> str:
    model = workspace.releases.current().model
    parts = spoken(text, model.entities["deal"], model, locale(language, ZoneInfo("UTC")))
    return " ".join(_text(each) for each in parts)


def _text(part: Said) -> str:
    if part.join or part.code:
        return part.join or f"<{part.code}>"
    return " ".join(each for each in (part.subject, part.verb, part.object) if each)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("amount >= 50000", "Amount at least 50,000"),
        ('open && priority != "key"', "Open: yes and Priority is not Key deal"),
        ("!open || owner == null", "Open: no or Owner is empty"),
        ("owner.manager != null", "Owner › Manager is filled in"),
        ("amount > 1 && (!open || name == null)", "Amount over 1 and ( Open: no or Name is empty )"),
        ("(open)", "( Open: yes )"),
        ("owner == user", "Owner is me"),
        ("size(deal_lines) > 3", "<size(deal_lines) > 3>"),
        ("old.amount < amount && open", "<old.amount < amount> and Open: yes"),
        ("open ? amount > 1 : amount > 2", "<open ? amount > 1 : amount > 2>"),
        ("owner.nothing.more == 1", "<owner.nothing.more == 1>"),
        ("“broken", "<“broken>"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_condition_is_said_in_words_as_far_as_there_are_any(workspace: Workspace, text: str, words: str) -> None:
    assert told(workspace, text) == words


def test_a_condition_is_said_in_the_readers_language(workspace: Workspace) -> None:
    assert told(workspace, "amount >= 50000 && open", "zh") == "金额 至少 50,000 and 进行中：是"
