"""What somebody wrote, told apart from what they quote."""

from __future__ import annotations

import pytest

from customary.engine.messages.incoming.plain import text_of
from customary.engine.messages.incoming.quoted import written


@pytest.mark.parametrize(
    "rest",
    [
        "On Mon, 3 Mar 2026 at 10:00, Ann <ann@x.com> wrote:\n> old",
        "On Mon, 3 Mar 2026 at 10:00, Ann\n<ann@x.com>\nwrote:\n\n> old",
        "Am 03.03.2026 um 10:00 schrieb Ann <ann@x.com>:\n> old",
        "Le lun. 3 mars 2026 à 10:00, Ann <ann@x.com> a écrit :\n> old",
        "Στις Δευ 3 Μαρ 2026 στις 10:00 ο Ann <ann@x.com> έγραψε:\n> old",
        "Ann <ann@x.com> 于2026年3月3日 写道：\n> old",
        "-----Original Message-----\nFrom: Ann\nSent: today\n\nold",
        "________________________________\nFrom: Ann\nSent: today",
        "From: Ann <ann@x.com>\nSent: Monday\nTo: Zoe\nSubject: x\n\nold",
        "发件人: Ann\n发送时间: 2026\n收件人: Zoe\n\nold",
        "-- \nZoe\nSales",
        "> old\n> older",
    ],
)
def test_what_is_quoted_and_signed_is_left_out(rest: str) -> None:
    assert written(f"Yes, please.\n\nTwo of them.\n\n{rest}") == "Yes, please.\n\nTwo of them."


@pytest.mark.parametrize(
    "text",
    ["On the table he wrote: nothing", "From: here to there\nit is far", "I wrote:\nthis", "a\n--\nb", "> all quoted"],
)
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    assert written(text) == text


def test_html_becomes_lines_without_scripts() -> None:
    shown = text_of("<head><title>t</title></head><style>x</style><p>Hi <b>you</b><br>two</p><script>evil()</script>")
    assert shown == "Hi you\ntwo"
    assert written(text_of("<div>Yes</div><blockquote>old<div>more</div></blockquote>")) == "Yes"
    assert text_of("<p>broken</p><b").startswith("broken")
